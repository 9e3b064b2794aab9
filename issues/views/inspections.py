"""The list of inspections, and the form of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from issues.domain.inspections import create_inspection, update_inspection
from issues.interfaces.forms import (
    InspectionForm,
    NewInspectionForm,
    editable_organizations,
)
from issues.models import Inspection
from issues.views.addresses import trail_to, tree_url
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed
from rectify.form_fields import loaded
from rectify.form_pages import FormPage, posted, save_form


@require_safe
def inspection_list(request: LoggedIn) -> HttpResponse:
    """Every inspection that the person may see, newest feedback first."""
    rows = list(Inspection.objects.visible_to(request.user).for_shell())
    editable = request.user.access.whole(Ability.EDIT_TREE)
    context = {
        "inspections": rows,
        "editable": editable,
        "several": len({row.organization_id for row in rows}) > 1,
        "nav": "tree",
    }
    return render(request, "issues/inspection_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_new(request: LoggedIn) -> HttpResponse:
    """A new inspection of a bureau whose tree the person may change."""
    user = request.user
    bureaus = editable_organizations(user)
    if not bureaus:
        raise NotAllowed("新建巡察由局办公室（整改办）办理，如有需要请与其联系。")
    initial = {"organization": bureaus[0].public_id} if len(bureaus) == 1 else {}
    form = NewInspectionForm(posted(request), user=user, initial=initial)
    page = FormPage(
        title="新建巡察",
        done="已新建巡察。接下来请录入反馈问题。",
        back_url=reverse("inspections"),
        trail=[("巡察", reverse("inspections")), ("新建巡察", "")],
        intro="先登记这次巡察的基本情况，保存后即可录入问题。拿不准的日期可以先空着，以后再补。",
        draft="inspection-new",
        template="issues/inspection_form.html",
    )

    def save(values: dict[str, Any]) -> str:
        return tree_url(create_inspection(actor=user, **values))

    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_edit(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Change an inspection's own columns; its bureau and code stay."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.EDIT_TREE, found.organization)
    form = InspectionForm(posted(request), initial=loaded(InspectionForm, found))
    page = FormPage(
        title="修改巡察信息",
        done="已保存巡察信息。",
        back_url=tree_url(found),
        trail=trail_to(found, "修改巡察信息"),
        draft=f"inspection-{found.public_id}",
        facts=(("单位", found.organization.name), ("代码", found.code)),
        template="issues/inspection_form.html",
    )

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        update_inspection(found, actor=user, version=version, values=values)
        return tree_url(found)

    return save_form(request, form, page, save)
