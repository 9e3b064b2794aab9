"""Who may do what: the people of the bureau with their roles, and one person's grants."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.second_factor import has_second_factor, reset_second_factor
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Membership, Organization, User
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.forms import GrantForm, OutsiderGrantForm, words_of
from rectify.administration.interfaces.people_list import (
    GrantState,
    page_of,
    search,
    with_grants,
)
from rectify.administration.views.acts import done_or_told, reason_of
from rectify.administration.views.guards import require_somewhere
from rectify.audit.exceptions import Refused
from rectify.form_fields import put_beside
from rectify.form_pages import FormPage, posted, save_form


@require_safe
def grant_list(request: LoggedIn) -> HttpResponse:
    """The people whose grants the person manages, each with their roles."""
    user = request.user
    require_somewhere(user, Ability.MANAGE_GRANTS)
    live = Membership.objects.managed_by(user).live()
    state, words = request.GET.get("state", ""), request.GET.get("q", "")
    people = User.objects.grantable_by(user).filter(is_active=True)
    found = search(with_grants(people, state, live), words)
    shown = Prefetch("memberships", queryset=_listed(live), to_attr="shown_grants")
    page = page_of(found.select_related("organization").prefetch_related(shown), request.GET)
    bureaus = Organization.objects.granted_by(user)
    context = {
        "people": page.people,
        "next_key": page.next_key,
        "first_page": "after" not in request.GET,
        "states": [*GrantState.choices, *Role.choices],
        "state": state,
        "narrowed": bool(state or words),
        "bureaus": {bureau.pk for bureau in bureaus},
        "several": len(bureaus) > 1,
        "total": people.count(),
        "three": settings.THREE_ADMINS,
    }
    return render(request, "administration/grants.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def grant_person(request: LoggedIn, person: UUID) -> HttpResponse:
    """One person's grants, now and before; a POST gives another one."""
    user = request.user
    found = get_object_or_404(User.objects.grantable_by(user), public_id=person)
    form = GrantForm(posted(request), bureaus=Organization.objects.granted_by(user))
    if request.method == "POST" and form.is_valid():
        try:
            grant(found, actor=user, organization=form.bureau, **form.values())
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, f"已授予{found}“{_role(form)}”角色，下一次点击起生效。")
            return redirect("grant_person", person=found.public_id)
    grants = _listed(Membership.objects.managed_by(user).filter(user=found))
    context = {
        "person": found,
        "own": found == user,
        "form": form,
        "live": [row for row in grants if row.ended_at is None],
        "ended": sorted((row for row in grants if row.ended_at), key=_end, reverse=True),
        "outsider": found.organization_id not in user.access.whole(Ability.MANAGE_GRANTS),
        "second_factor": has_second_factor(found),
        "several": len(form.bureaus) > 1,
        "three": settings.THREE_ADMINS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "administration/grant_person.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def grant_outsider(request: LoggedIn) -> HttpResponse:
    """A role for somebody whose account another bureau keeps, found by the exact login name."""
    user = request.user
    require_somewhere(user, Ability.MANAGE_GRANTS)
    back = reverse("grants")
    page = FormPage(
        title="授权给外单位人员",
        done="已授权，下一次点击起生效。",
        back_url=back,
        trail=[("授权", back), ("外单位人员", "")],
        template="administration/form.html",
        intro="用于派驻纪检监察组等账号由其他单位建立、但须查看本单位内容的人员。",
    )

    def save(values: dict[str, Any]) -> str:
        person = values["username"]
        grant(person, actor=user, organization=form.bureau,
              role=values["role"], section=values["section"])  # fmt: skip
        return reverse("grant_person", kwargs={"person": person.public_id})

    form = OutsiderGrantForm(posted(request), bureaus=Organization.objects.granted_by(user))
    return save_form(request, form, page, save)


@require_POST
def grant_end(request: LoggedIn, grant: UUID) -> HttpResponse:
    """End one grant, with the reason."""
    user = request.user
    found = get_object_or_404(
        Membership.objects.managed_by(user).select_related("user", "organization", "section"),
        public_id=grant,
    )
    return done_or_told(
        request,
        lambda: end_membership(found, actor=user, reason=reason_of(request)),
        done=f"已结束{found.user}的“{words_of(found)}”授权，下一次点击起失效。",
        target=reverse("grant_person", kwargs={"person": found.user.public_id}),
    )


@require_POST
def grant_second_factor(request: LoggedIn, person: UUID) -> HttpResponse:
    """Take away the second factor of somebody who lost their phone."""
    user = request.user
    found = get_object_or_404(
        User.objects.grantable_by(user).select_related("organization"), public_id=person
    )
    return done_or_told(
        request,
        lambda: reset_second_factor(found, actor=user),
        done=f"已重置{found}的两步验证，其登录已退出。",
        target=reverse("grant_person", kwargs={"person": found.public_id}),
    )


def _listed(grants: Any) -> Any:
    """With what their words need, in the order of the roles as they were given."""
    return grants.select_related("organization", "section", "user").order_by("pk")


def _role(form: GrantForm) -> str:
    return str(Role(form.cleaned_data["role"]).label)


def _end(membership: Membership) -> Any:
    return membership.ended_at
