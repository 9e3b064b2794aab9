"""The bureau's own page: its details and its sections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rectify.accounts.domain.organizations import (
    add_section,
    archive_section,
    people_of_section,
    restore_section,
    update_organization,
    update_section,
)
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization, Section
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.forms import BureauForm, NewSectionForm, SectionForm
from rectify.administration.views.acts import done_or_told
from rectify.administration.views.guards import require_somewhere
from rectify.form_fields import loaded
from rectify.form_pages import FormPage, posted, save_form

FORM = "administration/form.html"


@require_safe
def section_list(request: LoggedIn) -> HttpResponse:
    """Each bureau that the person keeps, with its sections in their order."""
    require_somewhere(request.user, Ability.MANAGE_ACCOUNTS)
    sections = (
        Section.objects.kept_by(request.user)
        .annotate(clerks=Count("memberships", filter=Q(memberships__ended_at__isnull=True)))
        .select_related("head")
    )
    bureaus = list(Organization.objects.kept_by(request.user))
    context = {
        "bureaus": [
            (bureau, [row for row in sections if row.organization_id == bureau.pk])
            for bureau in bureaus
        ]
    }
    return render(request, "administration/sections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def section_bureau(request: LoggedIn, bureau: UUID) -> HttpResponse:
    """Change what the bureau is called and where it is reached."""
    user = request.user
    found = get_object_or_404(Organization.objects.kept_by(user), public_id=bureau)

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        update_organization(found, actor=user, version=version, values=values)
        return reverse("sections")

    form = BureauForm(posted(request), initial=loaded(BureauForm, found))
    return save_form(request, form, _page("修改单位信息", facts=(("代码", found.code),)), save)


@require_http_methods(["GET", "HEAD", "POST"])
def section_new(request: LoggedIn, bureau: UUID) -> HttpResponse:
    """A new section at its place in the bureau's order."""
    user = request.user
    found = get_object_or_404(Organization.objects.kept_by(user), public_id=bureau)

    def save(values: dict[str, Any]) -> str:
        add_section(found, actor=user, **values)
        return reverse("sections")

    last = found.sections.order_by("-sort_order").first()
    form = NewSectionForm(
        posted(request), initial={"sort_order": last.sort_order + 1 if last else 1}
    )
    return save_form(request, form, _page("新增科室", again_url=request.path), save)


@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: LoggedIn, section: UUID) -> HttpResponse:
    """Rename a section, move it in the order or choose its head."""
    user = request.user
    found = get_object_or_404(
        Section.objects.kept_by(user).select_related("organization"), public_id=section
    )

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        update_section(found, actor=user, version=version, values=values)
        return reverse("sections")

    form = SectionForm(
        posted(request),
        people=people_of_section(found),
        initial={**loaded(SectionForm, found), "head": found.head},
    )
    return save_form(request, form, _page("修改科室"), save)


@require_POST
def section_archive(request: LoggedIn, section: UUID) -> HttpResponse:
    """Take a section out of use."""
    user = request.user
    found = get_object_or_404(Section.objects.kept_by(user), public_id=section)
    return done_or_told(
        request,
        lambda: archive_section(found, actor=user),
        done=f"已停用“{found}”。已有措施中的科室名称不变。",
        target=reverse("sections"),
    )


@require_POST
def section_restore(request: LoggedIn, section: UUID) -> HttpResponse:
    """Put a section back into use."""
    user = request.user
    found = get_object_or_404(Section.objects.kept_by(user), public_id=section)
    return done_or_told(
        request,
        lambda: restore_section(found, actor=user),
        done=f"已恢复“{found}”。",
        target=reverse("sections"),
    )


def _page(title: str, *, again_url: str = "", facts: tuple[tuple[str, str], ...] = ()) -> FormPage:
    back = reverse("sections")
    return FormPage(
        title=title, done="已保存。", back_url=back, trail=[("单位与科室", back), (title, "")],
        template=FORM, again_url=again_url, facts=facts,
    )  # fmt: skip
