"""Every case of the tables of `measures.rules`, brought about cheaply, one row and one call each.

The answer that is expected is read from the tables and the policy, never from the code that is
asked. Rows are put into their states directly: what is tested is the next step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from django.db import transaction

from issues.enums import ClosureGate
from issues.models import Inspection
from measures.domain.adjustments import propose_change
from measures.domain.applications import MODELS, decide, withdraw
from measures.domain.closure import apply_closure
from measures.domain.extensions import apply_extension
from measures.domain.paper import Paper
from measures.enums import AdjustmentAct, ApplicationState, Status, Verdict
from measures.models import Measure
from measures.rules import APPLICATION_STEPS, ROUTES, Act, ApplicationStep, Route
from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.organizations import add_organization
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Role
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import SYSTEM
from rectify.lib.clock import now, today
from tests.measures.domain.small_bureau import STAFF, Small

FINAL = (
    ApplicationState.ACCEPTED, ApplicationState.RETURNED, ApplicationState.WITHDRAWN,
    ApplicationState.VOIDED,
)  # fmt: skip
VERDICTS = {Act.ACCEPT: Verdict.ACCEPTED, Act.RETURN: Verdict.RETURNED}


@dataclass(frozen=True)
class Case:
    """One act on a measure that has one application in `state` (None: it never had one)."""

    route: Route
    state: ApplicationState | None
    act: Act

    @property
    def row(self) -> ApplicationStep | None:
        """The row that allows it, if there is one. A new application may always take the place of
        an older one, so applying does not ask for its state."""
        source = None if self.act is Act.APPLY else self.state
        for row in APPLICATION_STEPS:
            if (row.route, row.act) == (self.route, self.act) and row.source == source:
                return row
        return None

    def __str__(self) -> str:
        return f"{self.route}-{self.state or 'none'}-{self.act}"


def cases() -> Iterator[Case]:
    """Every route × state × act. Without an application there is none to decide or withdraw."""
    for route, stations in ROUTES.items():
        yield Case(route, None, Act.APPLY)
        for state, act in product((*stations, *FINAL), Act):
            yield Case(route, state, act)


@dataclass(frozen=True)
class Stage:
    """The small bureau with a completed and an open measure, and one person for every role.

    The clerk heads the section; `applicant` acts for it too and has filed everything.
    """

    small: Small
    completed: Measure
    open: Measure
    applicant: User
    people: dict[Role, User]

    def measure(self, route: Route) -> Measure:
        row = self.completed if route is Route.CLOSURE else self.open
        return Measure.objects.select_related("inspection__organization", "lead_section").get(
            pk=row.pk
        )

    def application(self, case: Case, applicant: User | None = None) -> Any:
        """An application in the state of the case; None where the case has none."""
        if case.state is None:
            return None
        by = applicant or self.applicant
        common = {
            "measure": self.measure(case.route), "state": case.state, "applied_by": by,
            "applied_by_name": by.name, "applied_at": now(), "reason": "需要更多时间",
        }  # fmt: skip
        cargo: dict[Route, dict[str, Any]] = {
            Route.CLOSURE: {},
            Route.EXTENSION: {"old_due_on": date(2024, 6, 30), "new_due_on": date(2024, 9, 30)},
            Route.ADJUSTMENT: {
                "inspection": self.small.inspection, "act": AdjustmentAct.CHANGE,
                "changes": {"goal": ["", "台账完整"]}, "values": {"goal": "台账完整"},
            },
        }  # fmt: skip
        return MODELS[case.route].objects.create(**common, **cargo[case.route])

    def perform(self, case: Case, actor: User, application: Any, *, reason: str = "补正") -> Any:
        """The one domain call; what it returns is the application as it is then."""
        if case.act is Act.APPLY:
            return apply(case.route, self.measure(case.route), actor, reason)
        if case.act is Act.WITHDRAW:
            return withdraw(application, actor=actor, version=application.version)
        return decide(
            application, actor=actor, version=application.version, verdict=VERDICTS[case.act],
            comment=reason, paper=paper_for(case.state),
        )  # fmt: skip


def apply(route: Route, measure: Measure, actor: User, reason: str) -> Any:
    if route is Route.CLOSURE:
        return apply_closure(measure, actor=actor, reason=reason)
    if route is Route.EXTENSION:
        return apply_extension(measure, actor=actor, reason=reason, new_due_on=date(2024, 9, 30))
    return propose_change(measure, actor=actor, reason=reason, values={"goal": "台账完整"})


def paper_for(state: ApplicationState | None) -> Paper | None:
    """The party group decides in a meeting, which is always recorded."""
    if state != ApplicationState.PARTY_GROUP:
        return None
    return Paper("党组会议", today(), meeting="党组会议2024年第6次会议")


def set_stage(small: Small) -> Stage:
    completed, still_open = small.completed(), small.measure()
    small.freeze_plan()
    Section.objects.filter(pk=small.led.pk).update(head=small.clerk)
    applicant = _person(small.organization, "applicant")
    grant(applicant, actor=SYSTEM, organization=small.organization, role=Role.SECTION,
          section=small.led)  # fmt: skip
    people = {Role(role): small.people[name] for name, (role, _) in reversed(STAFF.items())}
    above = add_organization(actor=SYSTEM, code="above", name="巡察办", short_name="巡察办")
    Organization.objects.filter(pk=small.organization.pk).update(parent=above)
    people[Role.OVERSIGHT] = _person(above, "above")
    grant(people[Role.OVERSIGHT], actor=SYSTEM, organization=above, role=Role.OVERSIGHT)
    people[Role.SECTION] = small.clerk
    return Stage(
        small, completed, still_open, applicant,
        {role: User.objects.get(pk=person.pk) for role, person in people.items()},
    )  # fmt: skip


def set_gate(small: Small, gate: ClosureGate) -> None:
    Inspection.objects.filter(pk=small.inspection.pk).update(closure_gate=gate)


def set_status(measure: Measure, status: Status) -> Measure:
    """The measure as if it had come to this status."""
    done = today() if status == Status.COMPLETED else None
    Measure.objects.filter(pk=measure.pk).update(status=status, completed_on=done)
    return Measure.objects.select_related("inspection__organization").get(pk=measure.pk)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever the block writes is undone, so that one stage serves every case."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _person(organization: Organization, login: str) -> User:
    return create_user(
        actor=SYSTEM, organization=organization, username=f"stage-{login}", name=f"{login}同志",
        password=None,
    )  # fmt: skip
