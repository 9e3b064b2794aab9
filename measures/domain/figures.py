"""The one module that counts measures: every screen, sheet, digest and document asks here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q

from issues.enums import Level
from issues.models import Inspection
from measures.domain.conditions import CONDITIONS, counted
from measures.domain.moment import Moment
from measures.domain.rollup import tree
from measures.models.measure import MeasureQuerySet
from rectify.accounts.enums import Ability
from rectify.accounts.models import Section, User
from rectify.lib.percent import rate

# What a line of a table by section, leader or area shows.
TABLE_KEYS = (
    "total", "completed", "closed", "basically_done", "in_progress", "not_started", "overdue",
    "due_soon", "unanswered",
)  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """Strict = completed, inclusive = completed or basically done, close-out = closed; as text.

    Counting rule 2: strict and inclusive are always shown together. The headline's count the
    inspection's rate level, those of a table's line and the close-out rate count measures.
    """

    strict: str
    inclusive: str
    closure: str


@dataclass(frozen=True)
class Headline:
    """Counts of measures by condition key, at one moment."""

    moment: Moment
    counts: Mapping[str, int]
    rates: Rates

    def __getitem__(self, key: str) -> int:
        return self.counts[key]


@dataclass(frozen=True)
class Line:
    """One line of a table. `key` is the id to filter the ledger by, None for 未指定."""

    key: Any
    label: str
    counts: Mapping[str, int]
    rates: Rates

    def __getitem__(self, key: str) -> int:
        return self.counts[key]


def headline(
    inspection: Inspection, moment: Moment, user: User | None, *, public_only: bool = False
) -> Headline:
    """All named counts in one query; four more where the inspection's rates count another level
    than measures (rule 2)."""
    counts = counted(inspection, moment, user, public_only=public_only).aggregate(
        **_counts(moment, tuple(CONDITIONS))
    )
    plain = {key.removeprefix("n_"): value for key, value in counts.items()}
    of_measures = rates(plain, inspection.rate_decimals)
    if inspection.rate_level == Level.MEASURE:
        return Headline(moment, plain, of_measures)
    shape = tree(inspection, moment, user, public_only=public_only)
    of_level = rates(shape.counts(Level(inspection.rate_level)), inspection.rate_decimals)
    return Headline(moment, plain, replace(of_level, closure=of_measures.closure))


def by_section(inspection: Inspection, moment: Moment, user: User | None) -> list[Line]:
    """A line for every section of the bureau in its fixed order, zero lines included (rule 6:
    only the lead section counts a measure). Two queries."""
    found = _grouped(inspection, moment, user, "state_lead_section_id")
    sections: Sequence[Section] = list(
        Section.objects.filter(
            organization=inspection.organization_id, archived_at__isnull=True
        ).order_by("sort_order", "pk")
    )
    if user is not None and inspection.organization_id not in _whole(user):
        sections = [section for section in sections if section.pk in found]
    lines = [_line(section.public_id, section.name, found.pop(section.pk, {}), inspection)
             for section in sections]  # fmt: skip
    return lines + _rest(found, inspection)


def by_leader(inspection: Inspection, moment: Moment, user: User | None) -> list[Line]:
    """A line for every responsible leader in 班子 order. Two queries."""
    found = _grouped(inspection, moment, user, "state_leader_id")
    leaders = User.objects.filter(pk__in=[key for key in found if key is not None])
    lines = [_line(leader.public_id, leader.name, found.pop(leader.pk), inspection)
             for leader in leaders.order_by("sort_order", "pk")]  # fmt: skip
    return lines + _rest(found, inspection)


def by_area(inspection: Inspection, moment: Moment, user: User | None) -> list[Line]:
    """A line for every problem area in order. Two queries."""
    found = _grouped(inspection, moment, user, "task__issue__area_id")
    areas = inspection.areas.filter(archived_at__isnull=True).order_by("position")
    if user is not None and inspection.organization_id not in _whole(user):
        areas = areas.filter(pk__in=found)
    return [_line(area.public_id, area.title, found.get(area.pk, {}), inspection)
            for area in areas]  # fmt: skip


def rates(counts: Mapping[str, int], decimals: int) -> Rates:
    """The three rates of counting rule 2 from `total`, `completed`, `basically_done`, `closed`."""
    total = counts.get("total", 0)
    completed = counts.get("completed", 0)
    return Rates(
        strict=rate(completed, total, decimals),
        inclusive=rate(completed + counts.get("basically_done", 0), total, decimals),
        closure=rate(counts.get("closed", 0), total, decimals),
    )


def narrowed(rows: MeasureQuerySet, key: str, moment: Moment) -> MeasureQuerySet:
    """The rows that a figure counts. Raises KeyError for an unknown figure."""
    return rows.filter(CONDITIONS[key].applies(moment))


def _counts(moment: Moment, keys: tuple[str, ...]) -> dict[str, Count]:
    return {
        f"n_{key}": Count("pk", filter=CONDITIONS[key].applies(moment) or Q(pk__isnull=False))
        for key in keys
    }


def _grouped(
    inspection: Inspection, moment: Moment, user: User | None, column: str
) -> dict[Any, dict[str, int]]:
    rows = (
        counted(inspection, moment, user)
        .order_by()
        .values(column)
        .annotate(**_counts(moment, TABLE_KEYS))
    )
    return {row[column]: {key: row[f"n_{key}"] for key in TABLE_KEYS} for row in rows}


def _line(key: Any, label: str, counts: Mapping[str, int], inspection: Inspection) -> Line:
    full = {name: counts.get(name, 0) for name in TABLE_KEYS}
    return Line(key, label, full, rates(full, inspection.rate_decimals))


def _rest(found: dict[Any, dict[str, int]], inspection: Inspection) -> list[Line]:
    """Measures without a section or leader, or of an archived one: shown, never dropped."""
    if not found:
        return []
    total = {name: sum(counts[name] for counts in found.values()) for name in TABLE_KEYS}
    return [_line(None, "未指定", total, inspection)]


def _whole(user: User) -> frozenset[int]:
    return user.access.whole(Ability.SEE_SUMMARY)
