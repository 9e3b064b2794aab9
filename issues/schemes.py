"""The numbering schemes as data: the ONE description from which notices are read and written.

A scheme says, for each level of one notice, which mark numbers it and which words stand around
its title. The same glyph means different levels in different notices: （一） is an area in the
Pingshan shape and an issue in the Dongguan shape. So a mark has a meaning only inside its scheme,
and nothing here maps a glyph to a level (product design, section 6).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from rectify.lib.numerals import LARGEST, ordinal_word, to_chinese

Numeral = Literal["chinese", "arabic", "circled"]

_CIRCLED_ONE = ord("①")
_LARGEST_CIRCLED = 20
_PUNCTUATION = "。；！？…，、：.;!?,:"
_FULL_STOPS = "。！？…"
_CLOSING_MARKS = "”’』」）)"  # not 》: a title that ends in ！ does not end the sentence
_HEADING_TAIL = "。；，、：.;,: \u3000"
_QUOTES_BY_DEPTH = (("“", "”"), ("‘", "’"))


class SchemeError(ValueError):
    """A heading or point that a scheme cannot print; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How the headings of one level look: a number, and the words around the title.

    `number_before` + numeral + `number_after` is the printed number, "（一）" or "第一方面问题，".
    `title_before` + title + `title_after` + `title_end` is the printed text; `title_end` only
    closes the heading, and found texts often lack it. `restarts` says that the numbers begin
    again under each parent. Found texts use other brackets and digits for the same mark
    (㈠, (1), １．): those are spellings, which a reader folds before it compares.
    """

    label: str
    numeral: Numeral
    number_before: str
    number_after: str
    title_before: str = ""
    title_after: str = ""
    title_end: str = ""
    restarts: bool = True

    @property
    def quotes_title(self) -> bool:
        """Whether the title stands in quotation marks, so that its own quotes move one in."""
        return self.title_before.endswith("“") and self.title_after.startswith("”")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointStyle:
    """How the measures below one heading are told: as points of a single paragraph.

    `lead_in` opens the paragraph, and is empty where a shape has none. `numbers_single` says
    that a lone measure is 一是 too, instead of a plain paragraph. `joined_to_heading` says that
    the points run on in the line of the heading instead of in a paragraph of their own.
    """

    lead_in: str = "整改情况："
    numbers_single: bool = False
    joined_to_heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One shape of notice: a mark for each level, and the style of its points.

    `task` is None where the shape prints no tasks: the measures of an issue then run on as
    一是… across its tasks.
    """

    key: str
    label: str
    area: Mark
    issue: Mark
    task: Mark | None
    points: PointStyle

    @property
    def prints_tasks(self) -> bool:
        """Whether the tasks appear in print."""
        return self.task is not None


@dataclass(frozen=True, slots=True)
class Printed:
    """A heading in print: its number and its text, apart because a layout may set them apart."""

    number: str
    text: str

    @property
    def line(self) -> str:
        """The whole heading: number and text with nothing between."""
        return self.number + self.text


PINGSHAN = Scheme(
    key="pingshan",
    label="方面（一）—问题 1.（不印问题表现）",
    area=Mark(
        label="方面",
        numeral="chinese",
        number_before="（",
        number_after="）",
        title_before="“",
        title_after="”方面",
    ),
    issue=Mark(
        label="问题",
        numeral="arabic",
        number_before="",
        number_after=".",
        title_before="针对“",
        title_after="”的问题",
    ),
    task=None,
    points=PointStyle(),
)

DONGGUAN = Scheme(
    key="dongguan",
    label="第一方面问题—问题（一）—问题表现 1.",
    area=Mark(
        label="方面",
        numeral="chinese",
        number_before="第",
        number_after="方面问题，",
    ),
    issue=Mark(
        label="问题",
        numeral="chinese",
        number_before="（",
        number_after="）",
        title_before="关于",
        title_after="问题",
    ),
    task=Mark(
        label="问题表现",
        numeral="arabic",
        number_before="",
        number_after=".",
        title_before="针对",
        title_after="问题",
        title_end="。",
    ),
    points=PointStyle(),
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {scheme.key: scheme for scheme in (PINGSHAN, DONGGUAN)}
)


def area_heading(scheme: Scheme, number: int, title: str) -> Printed:
    """The heading of an area: "（一）" + "“…”方面". `number` counts from 1.

    Raises SchemeError for an empty title or a number that the numeral cannot show.
    """
    return heading(scheme.area, number, title)


def issue_heading(scheme: Scheme, number: int, title: str) -> Printed:
    """The heading of an issue: "1." + "针对“…”的问题". `number` counts from 1 in its parent.

    Raises SchemeError for an empty title or a number that the numeral cannot show.
    """
    return heading(scheme.issue, number, title)


def task_heading(scheme: Scheme, number: int, title: str) -> Printed | None:
    """The heading of a task: "1." + "针对…问题。", or None where no heading is printed.

    None means that the scheme prints no tasks or that the task is implicit (untitled).
    Raises SchemeError for a number that the numeral cannot show.
    """
    if scheme.task is None or not _bare_title(title):
        return None
    return heading(scheme.task, number, title)


def heading(mark: Mark, number: int, title: str) -> Printed:
    """`title` as a heading of the level that `mark` describes.

    The title's own closing punctuation gives way to the mark's; its quotes move one level in
    where the mark quotes it; a word that it shares with the mark (…问题 + 问题) is printed once.
    Raises SchemeError for an empty title or a number that the numeral cannot show.
    """
    text = _bare_title(title)
    if not text:
        raise SchemeError(f"第 {number} 个{mark.label}没有标题，无法编排。")
    if mark.quotes_title:
        text = nest_quotes(text)
    else:
        text = text.removeprefix(mark.title_before).removesuffix(mark.title_after)
    return Printed(
        number=f"{mark.number_before}{_numeral(mark, number)}{mark.number_after}",
        text=f"{mark.title_before}{text}{mark.title_after}{mark.title_end}",
    )


def measure_points(scheme: Scheme, texts: Iterable[str], preamble: str = "") -> str:
    """The measures of one heading as running text on one line: "一是…二是…".

    Each text keeps its own final punctuation; one without any gets 。 at the end and ； before
    the next point (。 there too where some text has ； or 。 inside). `preamble` stands before
    一是. The lead-in is not part of it: see `measure_paragraph`. No texts give "".
    Raises SchemeError for an empty text: it would be a point that says nothing.
    """
    lines = [_one_line(text) for text in texts]
    if not all(lines):
        raise SchemeError(f"第 {lines.index('') + 1} 条整改情况是空的，无法编排。")
    if not lines:
        return ""
    opening = _closed(_one_line(preamble), "。") if preamble.strip() else ""
    if len(lines) == 1 and not scheme.points.numbers_single:
        return opening + _closed(lines[0], "。")
    between = "。" if any(mark in line for line in lines for mark in "。；") else "；"
    last = len(lines)
    return opening + "".join(
        ordinal_word(number) + _closed(line, "。" if number == last else between)
        for number, line in enumerate(lines, start=1)
    )


def measure_paragraph(scheme: Scheme, texts: Iterable[str], preamble: str = "") -> str:
    """`measure_points` behind the lead-in: "整改情况：一是…二是…"; "" where there are no texts."""
    points = measure_points(scheme, texts, preamble)
    return scheme.points.lead_in + points if points else ""


def nest_quotes(text: str) -> str:
    """`text` with its quotation marks moved one level in, to stand inside “”.

    GB/T 15834: “ ” outside, ‘ ’ inside, “ ” again inside those. Where the marks do not pair
    (an apostrophe, a forgotten mark) only “ ” become ‘ ’, and the rest stays as it is.
    """
    depth = 0
    moved: list[str] = []
    for character in text:
        if character in "“‘":
            depth += 1
            moved.append(_QUOTES_BY_DEPTH[depth % 2][0])
        elif character in "”’":
            if depth == 0:
                return _single_quotes(text)
            moved.append(_QUOTES_BY_DEPTH[depth % 2][1])
            depth -= 1
        else:
            moved.append(character)
    return "".join(moved) if depth == 0 else _single_quotes(text)


def _single_quotes(text: str) -> str:
    return text.replace("“", "‘").replace("”", "’")


def _numeral(mark: Mark, number: int) -> str:
    largest = {"circled": _LARGEST_CIRCLED, "chinese": LARGEST}.get(mark.numeral, number)
    if not 1 <= number <= largest:
        raise SchemeError(f"{mark.label}的序号 {number} 无法用这种编号表示。")
    if mark.numeral == "circled":
        return chr(_CIRCLED_ONE + number - 1)
    return to_chinese(number) if mark.numeral == "chinese" else str(number)


def _bare_title(title: str) -> str:
    return "".join(line.strip() for line in title.splitlines()).rstrip(_HEADING_TAIL)


def _one_line(text: str) -> str:
    # A paragraph of points is one line in both shapes; a line end inside a text still ends a
    # clause, so a line that was left open is closed before the next one joins it.
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join([*(_closed(line, "；") for line in lines[:-1]), *lines[-1:]])


def _closed(text: str, mark: str) -> str:
    inner = text.rstrip(_CLOSING_MARKS)
    ends_inside = inner != text and inner[-1:] in tuple(_FULL_STOPS)
    return text if text[-1] in _PUNCTUATION or ends_inside else text + mark
