"""An outline: the tree of a document as it was read, with where each part stood in the source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify.lib.clean_text import has_control_characters

LARGEST_OFFSET = 2**31 - 1
LARGEST_FIGURE = 10**15  # yuan or pieces: in fen still within a 64-bit column

# headline key of the outline's JSON form → (claim kind, unit, factor to the stored integer)
CLAIMS: dict[str, tuple[str, str, int]] = {
    "areas": ("areas", "个", 1),
    "issues": ("issues", "个", 1),
    "tasks": ("tasks", "个", 1),
    "measures": ("measures", "项", 1),
    "measures_done": ("measures_done", "项", 1),
    "measures_mostly_done": ("measures_mostly_done", "项", 1),
    "rules": ("rules", "项", 1),
    "money_returned_yuan": ("money_returned", "分", 100),
    "persons_criticised": ("persons_criticised", "人次", 1),
    "meetings": ("meetings", "次", 1),
}


class OutlineError(ValueError):
    """The outline cannot be used; the Chinese message names the place, such as areas[0].title."""


@dataclass(frozen=True)
class Point:
    """One measure as printed; `start`/`end` are character offsets into the source, or None."""

    ordinal: str
    text: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class OutlineTask:
    """`title` empty = implicit, one per issue."""

    number: str
    title: str
    raw_title: str
    lead_in: str
    preamble: str
    measures: tuple[Point, ...]


@dataclass(frozen=True)
class OutlineIssue:
    number: str
    title: str
    raw_title: str
    tasks: tuple[OutlineTask, ...]


@dataclass(frozen=True)
class OutlineArea:
    number: str
    title: str
    raw_title: str
    issues: tuple[OutlineIssue, ...]


@dataclass(frozen=True)
class Claim:
    """A figure that the document states of itself; money in integer fen."""

    kind: str
    value: int
    unit: str
    text: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Outline:
    title: str
    unit: str
    dated_on: date | None
    inspection_name: str
    team: str
    entered_on: date | None
    left_on: date | None
    feedback_on: date | None
    areas: tuple[OutlineArea, ...]
    claims: tuple[Claim, ...]

    @property
    def prints_tasks(self) -> bool:
        return any(t.title for a in self.areas for i in a.issues for t in i.tasks)


def outline_from_json(data: Any) -> Outline:
    """Read the JSON form (that of the ground-truth files). Raises OutlineError naming the place
    for anything missing, of a wrong type, or empty where wording is needed."""
    root = _mapping(data, "文件")
    inspection = _mapping(root.get("inspection") or {}, "inspection")
    areas = tuple(_area(item, f"areas[{n}]") for n, item in enumerate(_list(root, "areas", "")))
    if not areas:
        raise OutlineError("areas 为空：提纲中没有任何方面。")
    return Outline(
        title=_text(root, "title", ""),
        unit=_text(root, "unit", ""),
        dated_on=_date(root, "date", ""),
        inspection_name=_text(inspection, "name", "inspection"),
        team=_text(inspection, "team", "inspection"),
        entered_on=_date(inspection, "start", "inspection"),
        left_on=_date(inspection, "end", "inspection"),
        feedback_on=_date(inspection, "feedback_date", "inspection"),
        areas=areas,
        claims=_claims(_mapping(root.get("headline") or {}, "headline")),
    )


def _area(data: Any, place: str) -> OutlineArea:
    row = _mapping(data, place)
    return OutlineArea(
        number=_text(row, "number", place),
        title=_wording(row, place),
        raw_title=_text(row, "raw_title", place),
        issues=tuple(_issue(item, f"{place}.issues[{n}]")
                     for n, item in enumerate(_list(row, "issues", place))),
    )  # fmt: skip


def _issue(data: Any, place: str) -> OutlineIssue:
    row = _mapping(data, place)
    tasks = tuple(
        _task(item, f"{place}.tasks[{n}]") for n, item in enumerate(_list(row, "tasks", place))
    )
    if sum(not task.title for task in tasks) > 1:
        raise OutlineError(f"{place}.tasks：一个问题只能有一个没有标题的任务。")
    return OutlineIssue(
        number=_text(row, "number", place),
        title=_wording(row, place),
        raw_title=_text(row, "raw_title", place),
        tasks=tasks,
    )


def _task(data: Any, place: str) -> OutlineTask:
    row = _mapping(data, place)
    preamble = row.get("preamble")
    if isinstance(preamble, dict):  # quoted, with its span in the source
        preamble = _text(preamble, "text", f"{place}.preamble")
    else:
        preamble = _text(row, "preamble", place)
    return OutlineTask(
        number=_text(row, "number", place),
        title=_text(row, "title", place),
        raw_title=_text(row, "raw_title", place),
        lead_in=_text(row, "lead_in", place),
        preamble=preamble,
        measures=tuple(_point(item, f"{place}.measures[{n}]")
                       for n, item in enumerate(_list(row, "measures", place))),
    )  # fmt: skip


def _point(data: Any, place: str) -> Point:
    row = _mapping(data, place)
    text = _text(row, "text", place)
    if not text.strip():
        raise OutlineError(f"{place}.text：措施没有文字。")
    start, end = _span(row, place)
    return Point(_text(row, "ordinal", place), text, start, end)


def _claims(headline: dict[str, Any]) -> tuple[Claim, ...]:
    raw = headline.get("raw")
    quoted = [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
    whole = quoted[-1] if quoted else {}
    claims: list[Claim] = []
    for key, (kind, unit, factor) in CLAIMS.items():
        value, source, place = headline.get(key), whole, f"headline.{key}"
        if isinstance(value, dict):
            source = _mapping(value.get("raw") or {}, f"{place}.raw")
            value = value.get("value")
        if value is None:
            continue
        start, end = _span(source, place)
        claims.append(
            Claim(kind, _figure(value, factor, place), unit, _text(source, "text", place),
                  start, end)
        )  # fmt: skip
    return tuple(claims)


def _figure(value: Any, factor: int, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise OutlineError(f"{place}：须为数字。")
    if not 0 <= value <= LARGEST_FIGURE:  # infinities and NaN too
        raise OutlineError(f"{place}：{value!r} 不是可能的数字。")
    return round(value * factor)


def _span(row: dict[str, Any], place: str) -> tuple[int | None, int | None]:
    """`start` and `end` as character offsets, each or both of them missing."""
    found: list[int | None] = []
    for name in ("start", "end"):
        value = row.get(name)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole and 0 <= value <= LARGEST_OFFSET):
            raise OutlineError(f"{place}.{name}：须为不小于 0 的整数。")
        found.append(value)
    start, end = found
    if start is not None and end is not None and end < start:
        raise OutlineError(f"{place}.end：不能小于 start。")
    return start, end


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise OutlineError(f"{place}：须为一组名称和值（JSON 对象）。")
    return value


def _list(row: dict[str, Any], key: str, place: str) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, list):
        raise OutlineError(f"{place}.{key}：须为列表。".lstrip("."))
    return value


def _text(row: dict[str, Any], key: str, place: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OutlineError(f"{place}.{key}：须为文字。".lstrip("."))
    if has_control_characters(value):
        # Taking them out would shift every offset into the source: refused, not repaired.
        raise OutlineError(f"{place}.{key}：含有无法保存的控制字符。".lstrip("."))
    return value


def _wording(row: dict[str, Any], place: str) -> str:
    title = _text(row, "title", place)
    if not title.strip():
        raise OutlineError(f"{place}.title：缺少标题。")
    return title


def _date(row: dict[str, Any], key: str, place: str) -> date | None:
    value = _text(row, key, place)
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise OutlineError(
            f"{place}.{key}：{value!r} 不是 2021-05-12 形式的日期。".lstrip(".")
        ) from error
