"""What waits in the demo's inboxes: applications under way on the day it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from measures.domain.applications import AnyApplication, decide
from measures.domain.closure import apply_closure
from measures.domain.extensions import apply_extension
from measures.enums import Verdict
from measures.models import Measure
from seeds.bureaus import Bureau
from seeds.calendar import DemoCalendar

Step = Callable[[], object]


def affair_steps(
    data: dict[str, Any], measures: dict[str, Measure], bureau: Bureau, calendar: DemoCalendar
) -> Iterator[tuple[datetime, Step]]:
    """One timed step per application of `affairs.yaml`, in the afternoon of its week's Thursday."""
    for row in data.get("closures", ()):
        yield calendar.moment(row["week"], 4, 15), _closure(row, measures[row["measure"]], bureau)
    for row in data.get("extensions", ()):
        step = _extension(row, measures[row["measure"]], bureau, calendar)
        yield calendar.moment(row["week"], 4, 16), step


def _closure(row: dict[str, Any], measure: Measure, bureau: Bureau) -> Step:
    def step() -> object:
        application = apply_closure(
            measure, actor=bureau.clerks[measure.lead_section_name], reason=row["reason"]
        )
        return _reviewed(row, application, bureau)

    return step


def _extension(
    row: dict[str, Any], measure: Measure, bureau: Bureau, calendar: DemoCalendar
) -> Step:
    def step() -> object:
        application = apply_extension(
            measure, actor=bureau.clerks[measure.lead_section_name], reason=row["reason"],
            new_due_on=calendar.day(row, "due"), new_deadline_text=row["deadline_text"],
            stage_goal=row["stage_goal"],
        )  # fmt: skip
        return _reviewed(row, application, bureau)

    return step


def _reviewed(row: dict[str, Any], application: AnyApplication, bureau: Bureau) -> AnyApplication:
    if not row.get("reviewed"):
        return application
    return decide(
        application, actor=bureau.office, version=application.version, verdict=Verdict.ACCEPTED,
        comment=row["reviewed"],
    )  # fmt: skip
