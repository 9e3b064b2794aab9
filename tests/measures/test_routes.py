"""The routes of applications, said a second time: the tests of all triples believe the table."""

from __future__ import annotations

import pytest

from issues.enums import ClosureGate
from measures.enums import ApplicationState
from measures.rules import APPLICATION_STEPS, ROUTES, STATIONS, Act, Route, following
from rectify.accounts.enums import Role

CONFIRMING, REVIEWING, DECIDING, VERIFYING, PARTY_GROUP = ApplicationState.pending()
SHORT = [CONFIRMING, REVIEWING, DECIDING]
# product.md §5: after the leader, what the inspection asks for and nothing else.
WAYS = {
    ClosureGate.NONE: SHORT,
    ClosureGate.VERIFICATION: [*SHORT, VERIFYING],
    ClosureGate.PARTY_GROUP: [*SHORT, PARTY_GROUP],
    ClosureGate.BOTH: [*SHORT, VERIFYING, PARTY_GROUP],
}
WHO = {
    CONFIRMING: Role.SECTION, REVIEWING: Role.OFFICE, DECIDING: Role.LEADER,
    VERIFYING: Role.DISCIPLINE, PARTY_GROUP: Role.OFFICE,
}  # fmt: skip


def way(route: Route, gate: ClosureGate) -> list[ApplicationState]:
    found = [CONFIRMING]
    while (after := following(route, found[-1], gate)) != ApplicationState.ACCEPTED:
        found.append(after)
    return found


@pytest.mark.parametrize("gate", list(ClosureGate))
def test_a_close_out_passes_the_stations_of_its_inspection(gate: ClosureGate) -> None:
    assert way(Route.CLOSURE, gate) == WAYS[gate]


@pytest.mark.parametrize("gate", list(ClosureGate))
@pytest.mark.parametrize("route", [Route.EXTENSION, Route.ADJUSTMENT])
def test_the_gates_are_of_close_outs_alone(route: Route, gate: ClosureGate) -> None:
    assert way(route, gate) == SHORT


def test_a_state_off_the_route_leads_nowhere() -> None:
    with pytest.raises(ValueError, match="not in"):
        following(Route.EXTENSION, PARTY_GROUP)


def test_each_station_has_its_people() -> None:
    assert {state: station.role for state, station in STATIONS.items()} == WHO
    assert [state for state in STATIONS if STATIONS[state].head_of_section] == [CONFIRMING]


def test_each_station_may_accept_return_and_be_withdrawn_from() -> None:
    pairs = [(row.route, row.source, row.act) for row in APPLICATION_STEPS]
    assert len(pairs) == len(set(pairs))
    for route, stations in ROUTES.items():
        of_route = {(row.source, row.act) for row in APPLICATION_STEPS if row.route is route}
        acts = {(state, act) for state in stations for act in Act if act is not Act.APPLY}
        assert of_route == acts | {(None, Act.APPLY)}


def test_what_each_act_needs() -> None:
    for row in APPLICATION_STEPS:
        decides = row.act in (Act.ACCEPT, Act.RETURN)
        assert row.needs_second_person == decides
        assert row.needs_evidence == (row.act is Act.APPLY and row.route is Route.CLOSURE)
        without = row.act in (Act.ACCEPT, Act.WITHDRAW) or row.needs_evidence
        assert row.needs_reason != without
        if decides:
            assert row.source is not None and row.roles == (WHO[row.source],)
        else:
            assert set(row.roles) == {Role.SECTION, Role.OFFICE}
