"""A stored digest as a page shows it: words for its keys, addresses for its rows.

The content was frozen when the digest was built; an older digest may lack a newer key, so
everything is read with a default and nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse

from issues.enums import Level
from issues.models import Inspection
from measures.domain.conditions import CONDITIONS
from measures.enums import MoneyKind, PersonForm
from rectify.marks import Part
from reports.charts import status_parts
from reports.domain.digests import LISTS
from reports.models import Digest

FIGURES = ("completed", "basically_done", "in_progress", "not_started")
WATCHED = ("overdue", "due_soon", "unanswered", "stalled", "returned")
LIST_HEADINGS = {
    "overdue": "超期事项", "stalled": "停滞事项（连续三次无变化）", "due_soon": "七日内到期",
    "returned": "退回修改",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    key: str
    name: str
    value: int
    change: int | None
    tone: str = ""


@dataclass(frozen=True)
class Item:
    """One named measure of a list."""

    url: str
    text: str
    issue: str
    section: str
    leader: str
    due_on: date | None
    days_late: int | None
    status: str


class DigestPage:
    """Reads `Digest.content`."""

    def __init__(self, digest: Digest, inspection: Inspection) -> None:
        self._content: Mapping[str, Any] = digest.content
        self._figures: Mapping[str, Any] = digest.content.get("figures", {})
        self._inspection = inspection
        self.frozen = bool(digest.content.get("frozen"))
        self.overtaken = str(digest.content.get("overtaken", ""))

    @property
    def levels(self) -> list[tuple[str, int]]:
        levels = self._figures.get("levels", {})
        names = [
            (self._inspection.label_of(level), levels.get(level.value, {}).get("total", 0))
            for level in (Level.AREA, Level.ISSUE, Level.TASK)
        ]
        return [*names, (self._inspection.label_measure, self.head.get("total", 0))]

    @property
    def head(self) -> Mapping[str, int]:
        head: Mapping[str, int] = self._figures.get("headline", {})
        return head

    @property
    def rates(self) -> Mapping[str, str]:
        rates: Mapping[str, str] = self._figures.get("rates", {})
        return rates

    @property
    def parts(self) -> list[Part]:
        return status_parts({key: self.head.get(key, 0) for key in FIGURES})

    @property
    def statuses(self) -> list[Figure]:
        return [self._figure(key) for key in FIGURES]

    @property
    def watched(self) -> list[Figure]:
        return [self._figure(key) for key in WATCHED]

    @property
    def closed(self) -> Figure:
        return self._figure("closed")

    @property
    def lists(self) -> list[tuple[str, str, list[Item]]]:
        """Key, heading and rows of every named list but the unanswered, which go by section."""
        found = self._content.get("lists", {})
        return [
            (key, heading, [_item(row) for row in found.get(key, [])])
            for key, heading in LIST_HEADINGS.items()
            if key in LISTS
        ]

    @property
    def unanswered(self) -> list[Item]:
        return [_item(row) for row in self._content.get("lists", {}).get("unanswered", [])]

    @property
    def by_section(self) -> list[Mapping[str, Any]]:
        """Every section in its fixed order with its figures, zeros included."""
        missing = {
            row["section"]: row["unanswered"]
            for row in self._content.get("unanswered_by_section", [])
        }
        return [
            {**line, "unanswered": missing.get(line["label"], line.get("unanswered", 0))}
            for line in self._figures.get("by_section", [])
        ]

    @property
    def rules(self) -> int:
        return int(self._figures.get("rules", {}).get("counted", 0))

    @property
    def money(self) -> list[tuple[str, int, int]]:
        """Word, due and paid in integer fen, kinds apart."""
        money = self._figures.get("money", {})
        return [
            (kind.label, line.get("due_fen", 0), line.get("paid_fen", 0))
            for kind, line in _in_order(MoneyKind, money)
        ]

    @property
    def persons(self) -> list[tuple[str, int, int]]:
        """Word, persons and person-times of the forms that occurred."""
        persons = self._figures.get("persons", {})
        return [
            (form.label, line.get("persons", 0), line.get("occasions", 0))
            for form, line in _in_order(PersonForm, persons)
            if line.get("occasions", 0)
        ]

    def _figure(self, key: str) -> Figure:
        value = self.head.get(key, 0)
        return Figure(
            key=key,
            name=CONDITIONS[key].label,
            value=value,
            change=self._content.get("changes", {}).get(key),
            tone="late" if key == "overdue" and value else "",
        )


def _in_order(kinds: Any, rows: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    return ((kind, rows.get(kind.value, {})) for kind in kinds)


def _item(row: Mapping[str, Any]) -> Item:
    due_on = row.get("due_on")
    return Item(
        url=reverse("measure", kwargs={"measure": UUID(row["measure"])}),
        text=row.get("text", ""),
        issue=row.get("issue", ""),
        section=row.get("section", ""),
        leader=row.get("leader", ""),
        due_on=date.fromisoformat(due_on) if due_on else None,
        days_late=row.get("days_late"),
        status=row.get("status", ""),
    )
