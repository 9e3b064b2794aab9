"""待办: what waits for the person, each row with what is needed to decide it in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from issues.models import Inspection, Issue
from measures.domain.applications import inspection_of, route_of
from measures.domain.instructions import is_overdue
from measures.domain.waiting import Waiting, waiting_for
from measures.enums import ApplicationState
from measures.models import (
    Adjustment,
    ClosureApplication,
    Evidence,
    EvidenceLink,
    Extension,
    Measure,
)
from measures.rules import Route
from measures.views.affairs import ColumnChange, changes_in_words
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn

# A page that a person can work through; what comes later stands here once these are done.
SHOWN = 30
HEADINGS = {
    ApplicationState.CONFIRMING: "待我确认",
    ApplicationState.REVIEWING: "待我初审",
    ApplicationState.DECIDING: "待我审定",
    ApplicationState.VERIFYING: "待我核实",
    ApplicationState.PARTY_GROUP: "待登记党组审议结果",
}
AGREE = {
    ApplicationState.CONFIRMING: "确认",
    ApplicationState.REVIEWING: "同意，报领导审定",
    ApplicationState.DECIDING: "同意",
    ApplicationState.VERIFYING: "属实，同意",
}


@dataclass(frozen=True)
class Ask:
    """One application that waits for the person's decision.

    `changes` of an adjustment, in words. `agree`: the word on the button, "" where the decision is
    not taken here but recorded from a meeting.
    """

    route: Route
    application: ClosureApplication | Extension | Adjustment
    inspection: Inspection
    measure: Measure | None
    issue: Issue | None
    files: Sequence[Evidence] = ()
    changes: Sequence[ColumnChange] = ()
    agree: str = ""


@dataclass
class Station:
    """One step of the routes with all that waits there for the person."""

    state: ApplicationState
    heading: str
    asks: list[Ask] = field(default_factory=list)

    @property
    def inspections(self) -> list[Inspection]:
        """Of the party group's step: each inspection whose meeting can be recorded."""
        return list({ask.inspection.pk: ask.inspection for ask in self.asks}.values())


@require_safe
def inbox(request: LoggedIn) -> HttpResponse:
    """Everything that waits for the person, oldest first, ready to be decided."""
    user = request.user
    waiting = waiting_for(user)
    stations, cut = _stations(waiting, user)
    lists = {
        "returned": waiting.returned.select_related("measure__task__issue").prefetch_related(
            "decisions"
        ),
        "entries": waiting.returned_entries.select_related("measure__task__issue"),
        "instructions": waiting.instructions,
        "look_backs": waiting.look_backs.select_related("measure__task__issue"),
    }
    shown = {}
    for name, rows in lists.items():
        shown[name], more = _cut(rows)
        cut = cut or more
    context = {"stations": stations, "cut": cut, "shown_at_most": SHOWN, "nav": "inbox", **shown}
    context["late"] = {one.pk for one in shown["instructions"] if is_overdue(one)}
    context["empty"] = not stations and not any(shown.values())
    return render(request, "measures/inbox.html", context)


def _stations(waiting: Waiting, user: User) -> tuple[list[Station], bool]:
    """What is to be decided, by station in the order of the route; whether some is left out."""
    stations = {state: Station(state, HEADINGS[state]) for state in ApplicationState.pending()}
    files = EvidenceLink.objects.filter(
        evidence__in=Evidence.objects.visible_to(user), evidence__archived_at__isnull=True
    ).select_related("evidence")  # fmt: skip
    cut = False
    for rows, with_files in (
        (waiting.closures, True),
        (waiting.extensions, False),
        (waiting.adjustments, False),
    ):
        asked = rows.prefetch_related("decisions")
        if with_files:
            asked = asked.prefetch_related(
                Prefetch("measure__evidence_links", files, to_attr="shown_links")
            )
        found, more = _cut(asked)
        cut = cut or more
        for application in found:
            state = ApplicationState(application.state)
            stations[state].asks.append(_ask(application, state))
    return [station for station in stations.values() if station.asks], cut


def _ask(application: Any, state: ApplicationState) -> Ask:
    measure = application.measure
    adjustment = isinstance(application, Adjustment)
    task = measure.task if measure is not None else application.task
    links = getattr(measure, "shown_links", ()) if measure is not None else ()
    return Ask(
        route=route_of(application),
        application=application,
        inspection=inspection_of(application),
        measure=measure,
        issue=task.issue if task is not None else None,
        files=[link.evidence for link in links],
        changes=changes_in_words(application.changes) if adjustment else (),
        agree=AGREE.get(state, ""),
    )


def _cut(rows: Any) -> tuple[list[Any], bool]:
    """The oldest rows of a queryset, and whether there are more."""
    found = list(rows[: SHOWN + 1])
    return found[:SHOWN], len(found) > SHOWN
