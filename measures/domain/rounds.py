"""Opening and closing weekly rounds; closing freezes the figures for ever."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from issues.enums import Cadence, Level, Stage
from issues.models import Inspection
from measures.domain.conditions import counted
from measures.domain.figures import by_area, by_leader, by_section, headline
from measures.domain.moment import Moment, moment_of
from measures.domain.outcome_figures import outcome_figures
from measures.domain.rollup import tree
from measures.models import WeeklyRound
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import SYSTEM, Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clock import now, today
from rectify.lib.shanghai import SHANGHAI, day_of
from rectify.lib.weeks import week_start as week_start_of

# Weeks from one round to the next; a paused inspection has none.
PERIODS = {Cadence.WEEKLY: 1, Cadence.FORTNIGHTLY: 2, Cadence.MONTHLY: 4}


@transaction.atomic
def open_round(
    inspection: Inspection, *, actor: Actor, week_start: date, operation: Operation | None = None
) -> WeeklyRound:
    """Open the round of a week: from now (or that Monday 08:30) until Thursday 17:00 Shanghai.

    Raises NotAllowed, ValidationError (not a Monday, opened before).
    """
    require_in(actor, Ability.RUN_ROUND, inspection.organization)
    opened = datetime.combine(week_start, time(8, 30), SHANGHAI)
    return add(
        WeeklyRound(
            inspection=inspection, week_start=week_start, opened_at=opened,
            due_at=datetime.combine(week_start + timedelta(days=3), time(17, 0), SHANGHAI),
        ),
        actor=actor, organization=inspection.organization, action="round.open",
        operation=operation,
    )  # fmt: skip


def open_rounds_due() -> int:
    """The calendar: a round for the present week of every inspection in 集中整改 whose cadence
    asks for one. Returns how many are new; what the schedule missed is made at the next tick."""
    monday = week_start_of(today())
    opened = 0
    for inspection in Inspection.objects.filter(
        stage=Stage.RECTIFYING, cadence__in=PERIODS, archived_at__isnull=True
    ).select_related("organization"):
        since = monday - timedelta(weeks=PERIODS[Cadence(inspection.cadence)] - 1)
        rounds = WeeklyRound.objects.filter(inspection=inspection, week_start__gte=since)
        if not rounds.exists() and inspection.measures.current().exists():
            open_round(inspection, actor=SYSTEM, week_start=monday)
            opened += 1
    return opened


@transaction.atomic
def close_round(
    round_: WeeklyRound, *, actor: Actor, version: int, operation: Operation | None = None
) -> WeeklyRound:
    """Close the round and freeze figures and rows as they stand.

    Raises NotAllowed, StaleVersion, Refused when it is closed already.
    """
    inspection = round_.inspection
    require_in(actor, Ability.RUN_ROUND, inspection.organization)
    if round_.closed_at is not None:
        raise Refused("本周调度已经结束。")
    closed_at = now()
    moment = moment_of(inspection, day_of(closed_at), ending=round_.week_start)
    return change(
        round_, actor=actor, organization=inspection.organization, action="round.close",
        version=version, operation=operation,
        values={"closed_at": closed_at, "frozen": freeze(inspection, moment)},
    )  # fmt: skip


def freeze(inspection: Inspection, moment: Moment) -> dict[str, Any]:
    """Every figure and every row of the whole inspection at the moment, as plain JSON."""
    shape = tree(inspection, moment, None)
    money = outcome_figures(inspection, moment, None)
    head = headline(inspection, moment, None)
    return {
        "as_of": moment.as_of.isoformat(),
        "headline": dict(head.counts),
        "rates": asdict(head.rates),
        "levels": {level.value: shape.counts(level)
                   for level in (Level.AREA, Level.ISSUE, Level.TASK)},
        "by_section": [{"label": line.label, **line.counts}
                       for line in by_section(inspection, moment, None)],
        "by_leader": [{"label": line.label, **line.counts}
                      for line in by_leader(inspection, moment, None)],
        "by_area": [{"label": line.label, **line.counts}
                    for line in by_area(inspection, moment, None)],
        "rules": {"counted": money.rules, "repealed": money.rules_repealed,
                  "draft": money.rules_draft},
        "money": {line.kind.value: {"due_fen": line.due_fen, "paid_fen": line.paid_fen}
                  for line in money.money},
        "persons": {line.form.value: {"persons": line.persons, "occasions": line.occasions}
                    for line in money.persons},
        "meetings": money.meetings,
        "rows": [
            {"measure": public_id.hex, "status": status, "nature": nature, "lamp": lamp}
            for public_id, status, nature, lamp in _frozen_rows(inspection, moment)
        ],
    }  # fmt: skip


def _frozen_rows(inspection: Inspection, moment: Moment) -> Any:
    rows: Any = counted(inspection, moment, None).in_order()
    return rows.values_list("public_id", "state_status", "state_nature", "lamp")
