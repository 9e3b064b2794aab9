"""The life of a measure as data: steps of its status, routes of what is asked about it.

The same tables drive the buttons, the help page, the guards and the test of all triples.
"""

from dataclasses import dataclass
from enum import StrEnum

from issues.enums import ClosureGate
from measures.enums import ApplicationState, DecisionStep, Status
from rectify.accounts.enums import Ability, Role


@dataclass(frozen=True)
class Transition:
    """One allowed step of status. `roles` may take it; a step back states its reason."""

    source: Status
    target: Status
    roles: tuple[Role, ...]
    needs_reason: bool = False


_BOTH = (Role.SECTION, Role.OFFICE)
_OFFICE = (Role.OFFICE,)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Status.NOT_STARTED, Status.IN_PROGRESS, _BOTH),
    Transition(Status.NOT_STARTED, Status.BASICALLY_DONE, _BOTH),
    Transition(Status.NOT_STARTED, Status.COMPLETED, _BOTH),
    Transition(Status.IN_PROGRESS, Status.BASICALLY_DONE, _BOTH),
    Transition(Status.IN_PROGRESS, Status.COMPLETED, _BOTH),
    Transition(Status.BASICALLY_DONE, Status.COMPLETED, _BOTH),
    Transition(Status.BASICALLY_DONE, Status.IN_PROGRESS, _BOTH, needs_reason=True),
    Transition(Status.IN_PROGRESS, Status.NOT_STARTED, _OFFICE, needs_reason=True),
    Transition(Status.COMPLETED, Status.BASICALLY_DONE, _OFFICE, needs_reason=True),
    Transition(Status.COMPLETED, Status.IN_PROGRESS, _OFFICE, needs_reason=True),
)


def transition(source: str, target: str) -> Transition | None:
    """The table's row for one step, or None where the step does not exist."""
    for row in TRANSITIONS:
        if row.source == source and row.target == target:
            return row
    return None


def targets(source: str, roles: frozenset[Role]) -> tuple[Transition, ...]:
    """The steps that somebody with these roles may take from a status."""
    return tuple(
        row for row in TRANSITIONS if row.source == source and not roles.isdisjoint(row.roles)
    )


class Route(StrEnum):
    """What may be asked about a measure."""

    CLOSURE = "closure"
    EXTENSION = "extension"
    ADJUSTMENT = "adjustment"

    @property
    def label(self) -> str:
        return {"closure": "销号", "extension": "延期", "adjustment": "措施调整"}[self.value]


class Act(StrEnum):
    """What may be done with an application."""

    APPLY = "apply"
    ACCEPT = "accept"
    RETURN = "return"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        return {"apply": "申请", "accept": "同意", "return": "退回", "withdraw": "撤回"}[self.value]


@dataclass(frozen=True)
class Station:
    """One station of a route: who decides there, by which ability; never the applicant."""

    state: ApplicationState
    step: DecisionStep
    role: Role
    ability: Ability
    head_of_section: bool = False


STATIONS: dict[ApplicationState, Station] = {
    station.state: station
    for station in (
        Station(ApplicationState.CONFIRMING, DecisionStep.CONFIRM, Role.SECTION,
              Ability.APPLY_CLOSURE, head_of_section=True),
        Station(ApplicationState.REVIEWING, DecisionStep.OFFICE_REVIEW, Role.OFFICE,
              Ability.REVIEW_CLOSURE),
        Station(ApplicationState.DECIDING, DecisionStep.LEADER, Role.LEADER,
              Ability.DECIDE_CLOSURE),
        Station(ApplicationState.VERIFYING, DecisionStep.VERIFICATION, Role.DISCIPLINE,
              Ability.LOOK_BACK),
        Station(ApplicationState.PARTY_GROUP, DecisionStep.PARTY_GROUP, Role.OFFICE,
              Ability.RECORD_PAPER),
    )
}  # fmt: skip
_PLAIN = (ApplicationState.CONFIRMING, ApplicationState.REVIEWING, ApplicationState.DECIDING)
ROUTES: dict[Route, tuple[ApplicationState, ...]] = {
    Route.CLOSURE: (*_PLAIN, ApplicationState.VERIFYING, ApplicationState.PARTY_GROUP),
    Route.EXTENSION: _PLAIN,
    Route.ADJUSTMENT: _PLAIN,
}
# The gates that an inspection may set behind the leader's decision on a close-out.
_GATES: dict[str, frozenset[ApplicationState]] = {
    ClosureGate.NONE: frozenset(),
    ClosureGate.PARTY_GROUP: frozenset({ApplicationState.PARTY_GROUP}),
    ClosureGate.VERIFICATION: frozenset({ApplicationState.VERIFYING}),
    ClosureGate.BOTH: frozenset({ApplicationState.VERIFYING, ApplicationState.PARTY_GROUP}),
}


def following(
    route: Route, state: ApplicationState, gate: str = ClosureGate.NONE
) -> ApplicationState:
    """Where acceptance in a pending state leads. Raises ValueError for a state off the route."""
    stations = ROUTES[route]
    for later in stations[stations.index(state) + 1 :]:
        if later in _PLAIN or later in _GATES[gate]:
            return later
    return ApplicationState.ACCEPTED


@dataclass(frozen=True)
class ApplicationStep:
    """One row of the table: in `source` (None: nothing is pending) who may do what, and what it
    needs. `targets` are the states to which it may lead, by route and gate."""

    route: Route
    source: ApplicationState | None
    act: Act
    targets: tuple[ApplicationState, ...]
    roles: tuple[Role, ...]
    needs_evidence: bool = False
    needs_reason: bool = False
    needs_second_person: bool = False


def _steps() -> tuple[ApplicationStep, ...]:
    rows = []
    for route, stations in ROUTES.items():
        rows.append(
            ApplicationStep(
                route, None, Act.APPLY, stations[:2], _BOTH,
                needs_evidence=route is Route.CLOSURE, needs_reason=route is not Route.CLOSURE,
            )
        )  # fmt: skip
        for state in stations:
            station = STATIONS[state]
            targets = tuple(dict.fromkeys(following(route, state, gate) for gate in ClosureGate))
            rows += [
                ApplicationStep(route, state, Act.ACCEPT, targets, (station.role,),
                                needs_second_person=True),
                ApplicationStep(route, state, Act.RETURN, (ApplicationState.RETURNED,),
                                (station.role,), needs_reason=True, needs_second_person=True),
                ApplicationStep(route, state, Act.WITHDRAW, (ApplicationState.WITHDRAWN,), _BOTH),
            ]  # fmt: skip
    return tuple(rows)


APPLICATION_STEPS = _steps()


# Columns that the approved plan freezes: a change of one of them is an adjustment (措施调整).
PLAN_FIELDS = frozenset(
    {"text", "goal", "deadline_text", "due_on", "nature", "leader", "lead_section", "owner",
     "co_leaders", "support_sections"}
)  # fmt: skip
# Columns that the lead section reports about its own measure.
REPORT_FIELDS = frozenset({"status", "result_text", "next_step", "completed_on"})
EDIT_FIELDS = PLAN_FIELDS | {
    "root_cause", "remark", "next_review_on", "recurrence", "stage_goal", "next_report_on",
    "disclosure", "disclosure_basis", "disclosure_reason", "disclosure_approver",
}  # fmt: skip
