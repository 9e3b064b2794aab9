"""One help page per role, and the life of a measure as the product's own tables have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from measures.enums import ApplicationState
from measures.rules import (
    APPLICATION_STEPS,
    STATIONS,
    TRANSITIONS,
    Act,
    ApplicationStep,
    Route,
)
from rectify.accounts.enums import Role
from rectify.accounts.requests import person_of


@dataclass(frozen=True)
class StepWords:
    """One row of a table of the life: from where, what, by whom, to where, what it needs."""

    source: str
    act: str
    who: str
    target: str
    needs: str


@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """The person's own roles first, then all others."""
    own = person_of(request).access.by_role
    roles = sorted(Role, key=lambda role: role not in own)
    return render(
        request, "help/index.html", {"roles": [(role, role.label, role in own) for role in roles]}
    )


@require_GET
def help_role(request: HttpRequest, role: str) -> HttpResponse:
    """The page of one role. An unknown role is 404."""
    if role not in Role.values:
        raise Http404
    found = Role(role)
    business = found not in Role.administrators()
    context = {"role": found, "role_word": found.label, "business": business}
    return render(request, f"help/{found.value}.html", context)


@require_GET
def help_life(request: HttpRequest) -> HttpResponse:
    """一条措施的一生: the tables by which every button and every guard decides, in words."""
    routes = [(route.label, list(_route_words(route))) for route in Route]
    return render(request, "help/life.html", {"statuses": list(_status_words()), "routes": routes})


def _status_words() -> Iterator[StepWords]:
    for row in TRANSITIONS:
        back = "写明理由" if row.needs_reason else ""
        yield StepWords(row.source.label, "填报", _people(row.roles), row.target.label, back)


def _route_words(route: Route) -> Iterator[StepWords]:
    for row in APPLICATION_STEPS:
        if row.route is route:
            yield StepWords(
                row.source.label if row.source else "没有待办的申请",
                row.act.label,
                _step_people(row),
                "或".join(one.label for one in row.targets),
                "；".join(_needs(row)),
            )


def _step_people(row: ApplicationStep) -> str:
    """Who takes the step; the station may ask for one person of the role."""
    station = STATIONS.get(row.source) if row.source else None
    if station is not None and station.head_of_section and row.act in (Act.ACCEPT, Act.RETURN):
        return "牵头科室负责人"
    if row.act in (Act.APPLY, Act.WITHDRAW):
        return _people(row.roles).replace(Role.SECTION.label, "牵头科室")
    return _people(row.roles)


def _needs(row: ApplicationStep) -> Iterator[str]:
    if row.needs_evidence:
        yield "已完成、有整改情况和佐证材料"
    if row.needs_reason:
        yield "写明意见" if row.act is Act.RETURN else "写明理由"
    if row.source == ApplicationState.PARTY_GROUP and row.act is not Act.WITHDRAW:
        yield "登记党组会议和日期"  # the meeting decides, so nobody decides on their own
    elif row.needs_second_person:
        yield "不能是申请人本人"


def _people(roles: tuple[Role, ...]) -> str:
    return "、".join(role.label for role in roles)
