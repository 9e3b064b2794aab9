"""周报: the list by week, one digest as it was stored, and asking for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from issues.models import Inspection
from measures.models import WeeklyRound
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.shell import remember
from reports.enums import Audience
from reports.interfaces.forms import WeekForm
from reports.jobs import request_digest
from reports.models import Digest
from reports.views.dashboard_figures import week_number
from reports.views.digest_content import DigestPage

LISTED = (Audience.OFFICE, Audience.PARTY_GROUP)


@dataclass(frozen=True)
class Week:
    """One line of the list. `shelf`: the latest digest of each audience, None until it is built."""

    monday: date
    number: int | None
    closed: bool
    shelf: list[tuple[str, Digest | None]]

    @property
    def as_of(self) -> date | None:
        return next((one.as_of for _, one in self.shelf if one is not None), None)


@require_safe
def digests(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Every week that has a round or a digest, newest first."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.READ_DIGEST, found.organization)
    rounds = {row.week_start: row for row in _rounds(found)}
    stored = Digest.objects.visible_to(user).filter(inspection=found).defer("content")
    builds = may_in(user, Ability.RUN_ROUND, found.organization)
    return render(request, "reports/digests.html", {
        "inspection": found,
        "weeks": _weeks(found, rounds, stored),
        "form": WeekForm(weeks=sorted(rounds, reverse=True)) if builds and rounds else None,
        "builds": builds,
        "trail": [("首页", _dashboard(found)), ("周报", "")],
    })  # fmt: skip


@require_POST
def digest_build(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Queue the digests of the chosen week; a stored one is kept, so pressing twice builds once."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.RUN_ROUND, found.organization)
    form = WeekForm(request.POST, weeks=[row.week_start for row in _rounds(found)])
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, "".join(str(one) for one in errors))
        return redirect("digests", inspection=found.public_id)
    try:
        job = request_digest(found, form.cleaned_data["week"], actor=user)
    except Refused as error:
        messages.error(request, error.message)
        return redirect("digests", inspection=found.public_id)
    return redirect("job", job=job.public_id)


@require_safe
def digest(request: LoggedIn, digest: UUID) -> HttpResponse:
    """One stored digest; nothing in it is computed anew."""
    user = request.user
    found = get_object_or_404(
        Digest.objects.visible_to(user).select_related("inspection__organization"),
        public_id=digest,
    )
    inspection = found.inspection
    remember(request, inspection)
    siblings = Digest.objects.visible_to(user).filter(
        inspection=inspection, audience=found.audience
    )
    same_week = siblings.filter(week_start=found.week_start).defer("content")
    return render(request, "reports/digest.html", {
        "digest": found,
        "inspection": inspection,
        "number": week_number(inspection, found.week_start),
        "page": DigestPage(found, inspection),
        "revisions": [one for one in same_week.order_by("-revision") if one.pk != found.pk],
        "previous": siblings.filter(week_start__lt=found.week_start)
        .defer("content").order_by("-week_start", "-revision").first(),
        "next": siblings.filter(week_start__gt=found.week_start)
        .defer("content").order_by("week_start", "-revision").first(),
        "nav": "digests",
        "trail": [
            ("首页", _dashboard(inspection)),
            ("周报", reverse("digests", kwargs={"inspection": inspection.public_id})),
            (found.get_audience_display(), ""),
        ],
    })  # fmt: skip


def _weeks(
    inspection: Inspection, rounds: dict[date, WeeklyRound], stored: Iterable[Digest]
) -> list[Week]:
    latest: dict[tuple[date, str], Digest] = {}
    for one in stored:
        key = (one.week_start, one.audience)
        if key not in latest or latest[key].revision < one.revision:
            latest[key] = one
    mondays = set(rounds) | {monday for monday, _ in latest}
    return [
        Week(
            monday=monday,
            number=week_number(inspection, monday),
            closed=monday in rounds and rounds[monday].closed_at is not None,
            shelf=[(str(audience.label), latest.get((monday, audience.value)))
                   for audience in LISTED],
        )
        for monday in sorted(mondays, reverse=True)
    ]  # fmt: skip


def _rounds(inspection: Inspection) -> Iterable[WeeklyRound]:
    return WeeklyRound.objects.filter(inspection=inspection).defer("frozen").order_by("-week_start")


def _dashboard(inspection: Inspection) -> str:
    return reverse("dashboard", kwargs={"inspection": inspection.public_id})
