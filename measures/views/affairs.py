"""What was asked and decided about a measure, as its page tells it: one affair per application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from measures.domain.applications import (
    inspection_of,
    may_withdraw,
    route_of,
    why_not_decide,
)
from measures.enums import AdjustmentAct, ApplicationState
from measures.interfaces.application_forms import DecisionForm
from measures.models import (
    Adjustment,
    ClosureApplication,
    Decision,
    Extension,
    Measure,
)
from measures.rules import STATIONS, Route, following
from rectify.accounts.domain.permissions import may_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.lib.chinese_dates import format_date

AnyOne = ClosureApplication | Extension | Adjustment
_LISTS = {"co_leaders": "共同责任领导", "support_sections": "配合科室"}


@dataclass(frozen=True)
class ColumnChange:
    """One column of an adjustment in words; "" = empty."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Affair:
    """One application: its way so far is `application.decisions`, `ahead` what would come.

    `why` says why this person may not take the next step; `form` decides it in place. `anchor` is
    where it stands on the measure's page.
    """

    application: AnyOne
    route: Route
    title: str
    pending: bool
    here: str = ""
    ahead: Sequence[str] = ()
    why: str = ""
    form: DecisionForm | None = None
    records_paper: bool = False
    may_withdraw: bool = False
    changes: Sequence[ColumnChange] = ()

    @property
    def anchor(self) -> str:
        return anchor_of(self.application)


def anchor_of(application: AnyOne) -> str:
    return f"application-{application.public_id.hex[:12]}"


def affairs(measure: Measure, user: User) -> list[Affair]:
    """Every application about the measure, those that wait first, then newest first. Six queries;
    the measure must come with its inspection, section, `supports` and `co_leads`."""
    found: list[AnyOne] = []
    for model in (ClosureApplication, Extension, Adjustment):
        rows: Any = model.objects
        for row in with_decisions(rows.visible_to(user).filter(measure=measure)):
            row.measure = measure
            if isinstance(row, Adjustment):
                row.inspection = measure.inspection
            found.append(row)
    found.sort(key=lambda one: one.applied_at, reverse=True)
    found.sort(key=lambda one: one.state not in ApplicationState.pending())
    return [affair_of(one, user) for one in found]


def with_decisions(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The applications with their decisions in the order in which they were taken or recorded, and
    the scans of these. One more query."""
    decisions = Decision.objects.select_related("scan").order_by("pk")
    return rows.prefetch_related(Prefetch("decisions", decisions))


def affair_of(application: AnyOne, user: User) -> Affair:
    route = route_of(application)
    changes = changes_in_words(application.changes) if isinstance(application, Adjustment) else ()
    title = title_of(application)
    if application.state not in ApplicationState.pending():
        return Affair(application, route, title, pending=False, changes=changes)
    state = ApplicationState(application.state)
    inspection = inspection_of(application)
    why = why_not_decide(application, user)
    on_paper_only = state == ApplicationState.PARTY_GROUP
    form = None
    if not why and not on_paper_only:
        form = DecisionForm(
            application=application, records_paper=False,
            auto_id=f"{anchor_of(application)}-%s",
        )  # fmt: skip
    return Affair(
        application, route, title, pending=True, here=state.label,
        ahead=stations_ahead(route, state, inspection.closure_gate), why=why, form=form,
        records_paper=may_in(user, Ability.RECORD_PAPER, inspection.organization),
        may_withdraw=may_withdraw(application, user), changes=changes,
    )  # fmt: skip


def title_of(application: AnyOne) -> str:
    if isinstance(application, ClosureApplication):
        return "销号申请"
    if isinstance(application, Adjustment):
        return f"措施调整申请（{AdjustmentAct(application.act).label}）"
    if application.long_term:
        return "延期并转为长期坚持申请" if application.new_due_on else "转为长期坚持申请"
    return "延期申请"


def stations_ahead(route: Route, state: ApplicationState, gate: str) -> list[str]:
    """The steps after the present one, were each accepted."""
    found = []
    later = following(route, state, gate)
    while later != ApplicationState.ACCEPTED:
        found.append(STATIONS[later].step.label)
        later = following(route, later, gate)
    return found


def changes_in_words(changes: Mapping[str, Sequence[Any]]) -> list[ColumnChange]:
    """The columns of an adjustment by their Chinese names, dates as people write them."""
    return [
        ColumnChange(_label(name), _words(pair[0]), _words(pair[1]))
        for name, pair in changes.items()
    ]


def home_of(application: AnyOne) -> str:
    """The page that shows the application to whoever reads it."""
    if application.measure is not None:
        address = reverse("measure", kwargs={"measure": application.measure.public_id})
        return f"{address}#{anchor_of(application)}"
    return reverse("adjustments", kwargs={"inspection": inspection_of(application).public_id})


def _label(name: str) -> str:
    if name in _LISTS:
        return _LISTS[name]
    return str(getattr(Measure._meta.get_field(name), "verbose_name", name))


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    try:
        return format_date(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def pending_by_route(found: Iterable[Affair]) -> dict[Route, Affair]:
    """The one that waits, by route: there is at most one of each."""
    return {one.route: one for one in found if one.pending}
