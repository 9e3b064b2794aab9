"""The demo's figures, to the last digit: what README, screens and documents promise."""

from __future__ import annotations

from issues.enums import Level
from issues.models import Issue
from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.domain.outcome_figures import OutcomeFigures, counted_outcomes, outcome_figures
from measures.domain.rollup import tree
from measures.enums import MoneyKind, PersonForm
from measures.models import Measure, MoneyOutcome, ProgressEntry, RuleOutcome, WeeklyRound
from tests.conftest import Demo


def outcomes(demo: Demo) -> OutcomeFigures:
    return outcome_figures(demo.a, moment_of(demo.a), None)


def test_there_are_6_areas_24_issues_61_tasks_and_113_measures(demo: Demo) -> None:
    moment = moment_of(demo.a)
    shape = tree(demo.a, moment, None)
    levels = [shape.counts(level)["total"] for level in (Level.AREA, Level.ISSUE, Level.TASK)]
    assert [*levels, headline(demo.a, moment, None)["total"]] == [6, 24, 61, 113]


def test_82_are_completed_31_basically_done_and_nothing_else(demo: Demo) -> None:
    head = headline(demo.a, moment_of(demo.a), None)
    assert (head["completed"], head["basically_done"]) == (82, 31)
    assert (head["in_progress"], head["not_started"], head["started"]) == (0, 0, 113)
    assert head["closed"] + head["awaiting_closure"] == 82


def test_strict_and_inclusive_rate_stand_side_by_side(demo: Demo) -> None:
    rates = headline(demo.a, moment_of(demo.a), None).rates
    assert (rates.strict, rates.inclusive) == ("72.57%", "100%")


def test_4_issues_are_withheld_so_20_are_listed(demo: Demo) -> None:
    public = tree(demo.a, moment_of(demo.a), None, public_only=True)
    assert public.counts(Level.ISSUE)["total"] == 20
    assert Issue.objects.filter(inspection=demo.a).exclude(disclosure="").count() == 4


def test_claimed_is_listed_plus_withheld_at_every_level(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        moment = moment_of(inspection)
        everything = headline(inspection, moment, None)["total"]
        public = headline(inspection, moment, None, public_only=True)["total"]
        shown = set(Measure.objects.filter(inspection=inspection).public().values_list("pk"))
        hidden = Measure.objects.filter(inspection=inspection).exclude(
            pk__in=[pk for (pk,) in shown]
        )
        assert public == len(shown)
        assert everything == public + hidden.count()
        assert hidden.count() > 0


def test_17_rules_count_and_draft_and_repeal_stand_apart(demo: Demo) -> None:
    came = outcomes(demo)
    assert (came.rules, came.rules_draft, came.rules_repealed) == (17, 1, 1)
    stored = counted_outcomes(RuleOutcome, demo.a, moment_of(demo.a), None).count()
    assert stored == 19


def test_money_is_counted_by_kind_and_never_added_up(demo: Demo) -> None:
    came = outcomes(demo)
    found = {line.kind: (line.rows, line.due_fen, line.paid_fen) for line in came.money}
    assert found == {
        MoneyKind.REFUND: (3, 1_312_400, 1_312_400),
        MoneyKind.RECOVERY: (2, 1_796_500, 1_796_500),
        MoneyKind.DEDUCTION: (1, 6_840_000, 6_840_000),
        MoneyKind.LOSS_RECOVERED: (0, 0, 0),
        MoneyKind.LOSS_AVERTED: (1, 8_650_000, 0),
    }
    assert MoneyOutcome.objects.filter(inspection=demo.a).count() == 7
    assert not hasattr(came, "money_total")


def test_there_are_4_person_times_of_criticism_and_talks_apart(demo: Demo) -> None:
    came = outcomes(demo)
    criticism = came.persons_of(PersonForm.CRITICISM)
    assert (criticism.persons, criticism.occasions) == (4, 4)
    talks = came.persons_of(PersonForm.REMINDER_TALK)
    assert (talks.persons, talks.occasions) == (2, 3)
    assert len(came.persons) == len(PersonForm)


def test_every_kind_of_outcome_is_listed_zeros_included(demo: Demo) -> None:
    came = outcomes(demo)
    assert [line.kind for line in came.money] == list(MoneyKind)
    assert [line.form for line in came.persons] == list(PersonForm)
    assert came.persons_of(PersonForm.ADMONITION).occasions == 0


def test_there_are_12_closed_weeks_of_progress(demo: Demo) -> None:
    rounds = WeeklyRound.objects.filter(inspection=demo.a)
    assert rounds.count() == 12
    assert rounds.filter(closed_at__isnull=True).count() == 0
    weeks = ProgressEntry.objects.filter(measure__inspection=demo.a).values_list("week_start")
    assert len(set(weeks)) == 12


def test_the_running_demo_shows_every_trouble(demo: Demo) -> None:
    assert WeeklyRound.objects.filter(inspection=demo.b, closed_at__isnull=True).count() == 1
    head = headline(demo.b, moment_of(demo.b), None)
    assert head["total"] == 52
    for key in (
        "not_started",
        "in_progress",
        "overdue",
        "due_soon",
        "stalled",
        "unanswered",
        "basically_overdue",
        "completed_late",
        "closed",
        "lamp_red",
        "lamp_yellow",
        "lamp_green",
        "completed_long_term",
    ):
        assert head[key] > 0, key
