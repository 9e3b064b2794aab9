"""Everything that a dashboard shows, read once: numbers, their changes and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.safestring import SafeString

from issues.enums import Level
from issues.models import Inspection
from measures.domain.burn_up import WeekPoint, burn_up
from measures.domain.conditions import CONDITIONS
from measures.domain.figures import Headline, Line, Rates, by_area, by_leader, by_section, headline
from measures.domain.moment import Moment, moment_of, same_day_last_week
from measures.domain.outcome_figures import OutcomeFigures, outcome_figures
from measures.domain.rollup import NO_MEASURES, Tree, tree
from measures.enums import Lamp
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.lib.weeks import WeekError, rectification_week, week_start
from rectify.marks import Part
from reports.charts import STATUS_TONES, burn_up_svg, status_parts
from reports.views.figure_links import FigureLinks

# What somebody should look at, in the order of urgency.
ATTENTION = (
    "overdue", "basically_overdue", "due_soon", "unanswered", "stalled", "returned",
)  # fmt: skip
# What stands behind 已完成 (counting rule 3), one click away.
BEHIND_COMPLETED = ("closed", "awaiting_closure", "completed_long_term", "completed_late")
TABLE_COLUMNS = (
    ("total", "措施"),
    ("completed", "已完成"),
    ("closed", "其中已销号"),
    ("basically_done", "基本完成"),
    ("in_progress", "正在推进"),
    ("not_started", "未启动"),
    ("overdue", "超期"),
    ("due_soon", "临期"),
    ("unanswered", "本周未报"),
)
# An inspection whose rounds ended longer ago than this is drawn up to its last round.
IDLE_WEEKS = 8


@dataclass(frozen=True)
class Card:
    """One number. `change` None where nothing was counted to compare with."""

    key: str
    name: str
    value: int
    href: str
    change: int | None = None
    tone: str = ""
    note: str = ""
    note_href: str = ""


@dataclass(frozen=True)
class Cell:
    value: int
    href: str
    late: bool


@dataclass(frozen=True)
class Row:
    label: str
    cells: tuple[Cell, ...]
    parts: list[Part]
    rates: Rates


@dataclass(frozen=True)
class Table:
    """One breakdown of the measures: by area, by section, by leader."""

    key: str
    title: str
    first: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class LevelRow:
    """How many nodes of one level are in each state (counting rule 4)."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Chart:
    """The burn-up and the numbers behind it, newest week last. `idle`: drawn to the last round."""

    drawing: SafeString
    points: Sequence[WeekPoint]
    idle: bool


@dataclass(frozen=True)
class Dashboard:
    inspection: Inspection
    moment: Moment
    since: date
    week_number: int | None
    partial: bool
    head: Headline
    before: Headline
    levels: tuple[Card, ...]
    level_rows: tuple[LevelRow, ...]
    statuses: tuple[Card, ...]
    behind_completed: tuple[Card, ...]
    attention: tuple[Card, ...]
    lamps: tuple[Card, ...]
    parts: list[Part]
    tables: tuple[Table, ...]
    outcomes: OutcomeFigures
    links: FigureLinks

    @property
    def strict_href(self) -> str:
        return self.links.ledger("completed")

    @property
    def inclusive_href(self) -> str:
        return self.links.ledger("done")

    @property
    def started(self) -> Card:
        return _card(self.head, self.before, self.links, "started")


def read_dashboard(
    inspection: Inspection, user: User, *, as_of: date | None, since: date | None
) -> Dashboard:
    """All figures for the person, in a fixed number of queries.

    `as_of` None = the inspection's default day; `since` None = the Sunday before that week.
    """
    moment = moment_of(inspection, as_of)
    compared = since or same_day_last_week(moment)
    links = FigureLinks.of(inspection, as_of)
    head = headline(inspection, moment, user)
    before = headline(inspection, moment_of(inspection, compared), user)
    shape = tree(inspection, moment, user)
    return Dashboard(
        inspection=inspection,
        moment=moment,
        since=compared,
        week_number=week_number(inspection, moment.as_of),
        partial=inspection.organization_id not in user.access.whole(Ability.SEE_SUMMARY),
        head=head,
        before=before,
        levels=_levels(inspection, shape, head, before, links),
        level_rows=_level_rows(inspection, shape, head, links),
        statuses=tuple(
            replace(_card(head, before, links, status.value), tone=tone)
            for status, tone in STATUS_TONES
        ),
        behind_completed=tuple(_card(head, before, links, key) for key in BEHIND_COMPLETED),
        attention=tuple(_card(head, before, links, key) for key in ATTENTION),
        lamps=tuple(_card(head, before, links, f"lamp_{lamp.value}") for lamp in Lamp),
        parts=status_parts(head.counts, links.ledger),
        tables=_tables(inspection, moment, user, links),
        outcomes=outcome_figures(inspection, moment, user),
        links=links,
    )


def read_chart(inspection: Inspection, moment: Moment, user: User) -> Chart:
    """The weeks up to the moment, or to the last round if that is long past. One query."""
    idle = moment.week is not None and moment.as_of > moment.week + timedelta(weeks=IDLE_WEEKS)
    shown = moment
    if idle and moment.week is not None:
        shown = replace(moment, as_of=moment.week + timedelta(days=6))
    points = burn_up(inspection, shown, user)
    return Chart(burn_up_svg(points, all_word=f"全部{inspection.label_measure}"), points, idle)


def week_number(inspection: Inspection, day: date) -> int | None:
    """The N of 整改第N周, None before the feedback or where its date is not known."""
    if inspection.feedback_on is None:
        return None
    try:
        return rectification_week(inspection.feedback_on, week_start(day))
    except WeekError:
        return None


def _card(head: Headline, before: Headline, links: FigureLinks, key: str) -> Card:
    return Card(
        key=key,
        name=CONDITIONS[key].label,
        value=head[key],
        href=links.ledger(key),
        change=head[key] - before[key],
        tone="late" if key in ("overdue", "basically_overdue") and head[key] else "",
    )


def _levels(
    inspection: Inspection, shape: Tree, head: Headline, before: Headline, links: FigureLinks
) -> tuple[Card, ...]:
    cards = []
    for level in (Level.AREA, Level.ISSUE, Level.TASK):
        counts = shape.counts(level)
        cards.append(
            Card(
                key=level.value,
                name=inspection.label_of(level),
                value=counts["total"],
                href=links.tree(level),
                note=_started(counts),
                note_href=links.tree(level, "started"),
            )
        )
    total = _card(head, before, links, "total")
    return (*cards, replace(total, key="measure", name=inspection.label_measure))


def _level_rows(
    inspection: Inspection, shape: Tree, head: Headline, links: FigureLinks
) -> tuple[LevelRow, ...]:
    rows = []
    for level in (Level.AREA, Level.ISSUE, Level.TASK):
        counts = shape.counts(level)
        states = [status.value for status, _ in STATUS_TONES] + [NO_MEASURES]
        cells = [Cell(counts["total"], links.tree(level), False)]
        cells += [Cell(counts[state], links.tree(level, state), False) for state in states]
        rows.append(LevelRow(inspection.label_of(level), tuple(cells)))
    measures = ["total"] + [status.value for status, _ in STATUS_TONES]
    cells = [Cell(head[key], links.ledger(key), False) for key in measures]
    return (*rows, LevelRow(inspection.label_measure, tuple(cells)))


def _started(counts: dict[str, int]) -> str:
    words = "均已启动" if counts["total"] == counts["started"] else f"已启动 {counts['started']}"
    if not counts["total"]:
        return ""
    if counts[NO_MEASURES]:
        words += f"，尚无措施 {counts[NO_MEASURES]}"
    return words


def _tables(
    inspection: Inspection, moment: Moment, user: User, links: FigureLinks
) -> tuple[Table, ...]:
    area_word = inspection.label_area
    return (
        Table("area", f"按{area_word}", area_word,
              _rows(by_area(inspection, moment, user), "area", links)),
        Table("section", "按责任科室", "牵头科室",
              _rows(by_section(inspection, moment, user), "section", links)),
        Table("leader", "按责任领导", "责任领导",
              _rows(by_leader(inspection, moment, user), "leader", links)),
    )  # fmt: skip


def _rows(lines: Sequence[Line], by: str, links: FigureLinks) -> tuple[Row, ...]:
    return tuple(_row(line, {by: line.key}, links) for line in lines)


def _row(line: Line, narrow: dict[str, Any], links: FigureLinks) -> Row:
    return Row(
        label=line.label,
        cells=tuple(
            Cell(line[key], links.ledger(key, **narrow), key == "overdue" and line[key] > 0)
            for key, _ in TABLE_COLUMNS
        ),
        parts=status_parts(line.counts),
        rates=line.rates,
    )
