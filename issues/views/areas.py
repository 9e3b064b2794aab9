"""Forms of 方面."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from issues.domain.tree import add_area, edit_node
from issues.interfaces.forms import AreaForm, NewAreaForm
from issues.models import Inspection, ProblemArea
from issues.views.addresses import NODE_FORM, trail_to, tree_url
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.form_fields import loaded
from rectify.form_pages import FormPage, posted, save_form


@require_http_methods(["GET", "HEAD", "POST"])
def area_new(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """A new 方面 at the end of the inspection."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.EDIT_TREE, found.organization)
    word = found.label_area
    page = FormPage(
        title=f"新增{word}",
        done=f"已新增{word}。",
        back_url=tree_url(found),
        trail=trail_to(found, f"新增{word}"),
        template=NODE_FORM,
        draft=f"area-new-{found.public_id}",
        again_url=request.path,
    )

    def save(values: dict[str, Any]) -> str:
        area = add_area(found, actor=user, **values)
        return tree_url(found, f"area-{area.public_id}")

    return save_form(request, NewAreaForm(posted(request)), page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def area_edit(request: LoggedIn, area: UUID) -> HttpResponse:
    """Change a 方面's title."""
    user = request.user
    found = get_object_or_404(
        ProblemArea.objects.visible_to(user).select_related("inspection__organization"),
        public_id=area,
    )
    inspection = found.inspection
    require_in(user, Ability.EDIT_TREE, inspection.organization)
    back = tree_url(inspection, f"area-{found.public_id}")
    page = FormPage(
        title=f"编辑{inspection.label_area}",
        done=f"已保存{inspection.label_area}。",
        back_url=back,
        trail=trail_to(inspection, f"编辑{inspection.label_area}"),
        template=NODE_FORM,
        draft=f"area-{found.public_id}",
    )

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        edit_node(found, actor=user, version=version, values=values)
        return back

    form = AreaForm(posted(request), initial=loaded(AreaForm, found))
    return save_form(request, form, page, save)
