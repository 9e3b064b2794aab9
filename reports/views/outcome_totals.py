"""The totals above the list of outcomes: one line for each kind, zeros included, never added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measures.domain.outcome_figures import OutcomeFigures
from measures.enums import MeetingKind, RuleAction, RuleStage
from rectify.lib.money import format_separated
from reports.views.figure_links import FigureLinks


@dataclass(frozen=True)
class Line:
    """A kind, where its rows are, and its figures in the order of the headings."""

    word: str
    href: str
    figures: Sequence[str]


@dataclass(frozen=True)
class Totals:
    headings: Sequence[str]
    lines: Sequence[Line]


def totals_of(key: str, came: OutcomeFigures, links: FigureLinks) -> Totals | None:
    """The totals of one type; None for free counts, each of which is its own total."""
    if key == "rule":
        return Totals(("项数",), [
            Line("制定和完善", links.outcomes(key), [f"{came.rules:,}"]),
            Line("废止", links.outcomes(key, RuleAction.REPEAL), [f"{came.rules_repealed:,}"]),
            Line("草案（不计入）", links.outcomes(key, RuleStage.DRAFT), [f"{came.rules_draft:,}"]),
        ])  # fmt: skip
    if key == "money":
        return Totals(("笔数", "应缴（元）", "实缴（元）"), [
            Line(line.kind.label, links.outcomes(key, line.kind),
                 [f"{line.rows:,}", format_separated(line.due_fen),
                  format_separated(line.paid_fen)])
            for line in came.money
        ])  # fmt: skip
    if key == "person":
        return Totals(("条数", "人", "人次"), [
            Line(line.form.label, links.outcomes(key, line.form),
                 [f"{line.rows:,}", f"{line.persons:,}", f"{line.occasions:,}"])
            for line in came.persons
        ])  # fmt: skip
    if key == "meeting":
        return Totals(("次数",), [
            Line(kind.label, links.outcomes(key, kind), [f"{came.meetings[kind.value]:,}"])
            for kind in MeetingKind
        ])  # fmt: skip
    return None
