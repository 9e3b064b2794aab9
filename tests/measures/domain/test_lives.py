"""Five hundred random lives: whatever is done to a measure, the past stays as it was counted."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from measures.domain.applications import decide, withdraw
from measures.domain.closure import apply_closure, reopen
from measures.domain.evidence import attach_evidence
from measures.domain.extensions import apply_extension
from measures.domain.figures import headline
from measures.domain.measures import edit_measure, remove_measure
from measures.domain.moment import moment_of
from measures.domain.paper import Paper
from measures.domain.reporting import report
from measures.enums import ApplicationState, Nature, Status, Verdict
from measures.models import ClosureApplication, Extension, Measure, MeasureState
from measures.models.state import holding_at_end_of
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event
from rectify.lib.clock import at, today
from rectify.lib.shanghai import SHANGHAI, start_of_day
from tests.measures.domain.small_bureau import TODAY, Small

# Five runs of a hundred lives, each of its own seed, side by side where there are processes.
SEEDS, LIVES, DAYS, ACTS = range(5), 100, 12, 55
STATE = MeasureState.FIELDS
Act = Callable[[Small, Measure, Random], object]


def _report(small: Small, measure: Measure, dice: Random) -> None:
    actor = dice.choice([small.clerk, small.office])
    values: dict[str, Any] = {"status": dice.choice(Status.values)}
    if dice.random() < 0.7:
        values["result_text"] = f"已办结{dice.randrange(90)}件。"
    report(measure, actor=actor, version=measure.version, values=values, reason="情况有变化")


def _complete(small: Small, measure: Measure, dice: Random) -> None:
    """All that a close-out needs, so that many lives come as far as that."""
    content = f"{measure.pk}/{dice.random()}".encode()
    attach_evidence(
        measure, actor=small.clerk, file=io.BytesIO(content), name="材料.pdf", size=len(content)
    )
    report(measure, actor=small.clerk, version=measure.version,
           values={"status": Status.COMPLETED, "result_text": "台账已经建立。"})  # fmt: skip
    apply_closure(measure, actor=small.clerk)


def _decide(small: Small, measure: Measure, dice: Random) -> None:
    for model in (ClosureApplication, Extension):
        rows: Any = model.objects
        pending = rows.filter(measure=measure, state__in=ApplicationState.pending()).first()
        if pending is None:
            continue
        if dice.random() < 0.1:
            withdraw(pending, actor=small.clerk, version=pending.version)
            continue
        reviewing = pending.state == ApplicationState.REVIEWING
        verdict = Verdict.RETURNED if dice.random() < 0.15 else Verdict.ACCEPTED
        decide(pending, actor=small.office if reviewing else small.leader, verdict=verdict,
               version=pending.version, comment="请补正")  # fmt: skip


def _reopen(small: Small, measure: Measure, dice: Random) -> None:
    closed = list(Measure.objects.filter(closed_at__isnull=False).order_by("pk"))
    if not closed or dice.random() < 0.4:
        raise Refused("还没有销号的措施")
    measure = dice.choice(closed)
    reopen(measure, actor=small.office, version=measure.version, reason="查出反弹", paper=_paper())


def _replan(small: Small, measure: Measure, dice: Random) -> None:
    values: dict[str, Any] = dice.choice([
        {"leader": small.other_leader}, {"leader": small.leader}, {"lead_section": small.other},
        {"lead_section": small.led}, {"nature": Nature.LONG_TERM},
        {"due_on": today() + timedelta(days=dice.randrange(-9, 60))},
    ])  # fmt: skip
    edit_measure(measure, actor=small.office, version=measure.version, values=values,
                 reason="分工调整", paper=_paper())  # fmt: skip


def _extend(small: Small, measure: Measure, dice: Random) -> None:
    later = max(today(), measure.due_on or today()) + timedelta(days=dice.randrange(1, 40))
    apply_extension(measure, actor=small.clerk, reason="采购流标", new_due_on=later)


def _remove(small: Small, measure: Measure, dice: Random) -> None:
    if dice.random() < 0.9:
        raise Refused("多数措施留在方案里")
    remove_measure(measure, actor=small.office, version=measure.version, reason="并入其他措施",
                   paper=_paper())  # fmt: skip


def _paper() -> Paper:
    return Paper(decided_by_name="党组会议", decided_on=today(), meeting="党组会议")


DEEDS: tuple[Act, ...] = (
    _report, _complete, _complete, _complete, _decide, _decide, _decide, _decide, _replan, _extend,
    _reopen, _reopen, _remove,
)  # fmt: skip


def replayed(day: date) -> dict[str, dict[str, Any]]:
    """Every measure's state at the day's end from the audit log alone, as JSON values."""
    columns: dict[str, dict[str, Any]] = {}
    events = Event.objects.filter(object_type="measure", at__lt=start_of_day(_after(day)))
    for event in events.order_by("seq"):
        row = columns.setdefault(event.object_id, dict.fromkeys(STATE))
        for name, pair in event.changes.items():
            attribute = f"{name}_id" if f"{name}_id" in STATE else name
            if attribute in STATE:
                row[attribute] = pair[1]
    return columns


def held(day: date) -> dict[str, dict[str, Any]]:
    """The same from MeasureState."""
    return {
        str(row.measure_id): {name: _plain(getattr(row, name)) for name in STATE}
        for row in MeasureState.objects.filter(holding_at_end_of(day, prefix=""))
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _as_moments(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Moments in one zone, so that two spellings of one moment are equal."""
    for row in rows.values():
        for name in ("closed_at", "archived_at"):
            if row[name]:
                row[name] = _plain(datetime.fromisoformat(row[name]))
    return rows


def _after(day: date) -> date:
    return day + timedelta(days=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_states_figures_and_the_log_tell_one_story(small: Small, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - lives are drawn again from the same seed
    lives = [small.measure(text=f"措施{number}").pk for number in range(LIVES)]
    small.freeze_plan()
    done: Counter[str] = Counter()
    told: dict[date, tuple[dict[str, int], Any]] = {}
    days = [TODAY + timedelta(days=number) for number in range(DAYS)]
    for day in days:
        for turn in range(ACTS):
            minute = datetime.combine(day, time(8 + turn // 6, 5 + turn % 6), SHANGHAI)
            with at(minute):
                measure = Measure.objects.select_related("inspection__organization").get(
                    pk=dice.choice(lives)
                )
                deed = dice.choice(DEEDS)
                try:
                    deed(small, measure, dice)
                except (Refused, ValidationError):
                    continue
                done[deed.__name__] += 1
        with at(datetime.combine(day, time(23, 59), SHANGHAI)):
            now = headline(small.inspection, moment_of(small.inspection, day), None)
            told[day] = (dict(now.counts), now.rates)
    # The dice tried everything, or the test shows nothing.
    assert set(done) == {deed.__name__ for deed in DEEDS}, done
    assert Measure.objects.filter(closed_at__isnull=False).exists()
    for day in days:
        assert held(day) == _as_moments(replayed(day)), day
        again = headline(small.inspection, moment_of(small.inspection, day), None)
        assert (dict(again.counts), again.rates) == told[day], day


def test_the_comparison_sees_a_state_that_was_not_written(small: Small) -> None:
    """The control: a change past the domain functions is not in the log."""
    measure = small.measure()
    MeasureState.objects.filter(measure=measure).update(status=Status.IN_PROGRESS)
    assert held(TODAY) != _as_moments(replayed(TODAY))
