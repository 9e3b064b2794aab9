"""Forms of 问题."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from issues.domain.tree import add_issue, edit_node
from issues.interfaces.forms import IssueForm, NewIssueForm
from issues.models import Issue, ProblemArea
from issues.views.addresses import NODE_FORM, trail_to, tree_url
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.form_fields import loaded
from rectify.form_pages import FormPage, posted, save_form


@require_http_methods(["GET", "HEAD", "POST"])
def issue_new(request: LoggedIn, area: UUID) -> HttpResponse:
    """A new 问题 at the end of its 方面."""
    user = request.user
    found = get_object_or_404(
        ProblemArea.objects.visible_to(user).select_related("inspection__organization"),
        public_id=area,
    )
    inspection = found.inspection
    require_in(user, Ability.EDIT_TREE, inspection.organization)
    word = inspection.label_issue
    page = FormPage(
        title=f"新增{word}",
        done=f"已新增{word}。",
        back_url=tree_url(inspection, f"area-{found.public_id}"),
        trail=trail_to(inspection, found.title, f"新增{word}"),
        template=NODE_FORM,
        draft=f"issue-new-{found.public_id}",
        again_url=request.path,
        facts=((f"所属{inspection.label_area}", found.title),),
    )

    def save(values: dict[str, Any]) -> str:
        issue = add_issue(found, actor=user, **values)
        return tree_url(inspection, f"issue-{issue.public_id}")

    form = NewIssueForm(posted(request), inspection=inspection, user=user)
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def issue_edit(request: LoggedIn, issue: UUID) -> HttpResponse:
    """Change a 问题's own columns."""
    user = request.user
    found = get_object_or_404(
        Issue.objects.visible_to(user).select_related(
            "inspection__organization", "area", "recurs_from", "disclosure_approver"
        ),
        public_id=issue,
    )
    inspection = found.inspection
    require_in(user, Ability.EDIT_TREE, inspection.organization)
    word = inspection.label_issue
    back = tree_url(inspection, f"issue-{found.public_id}")
    page = FormPage(
        title=f"编辑{word}",
        done=f"已保存{word}。",
        back_url=back,
        trail=trail_to(inspection, found.area.title, f"编辑{word}"),
        template=NODE_FORM,
        draft=f"issue-{found.public_id}",
        facts=((f"所属{inspection.label_area}", found.area.title),),
    )

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        edit_node(found, actor=user, version=version, values=values)
        return back

    form = IssueForm(
        posted(request), inspection=inspection, user=user, initial=loaded(IssueForm, found)
    )
    return save_form(request, form, page, save)
