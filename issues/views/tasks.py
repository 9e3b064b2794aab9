"""Forms of 任务 or 问题表现."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from issues.domain.tree import add_task, edit_node
from issues.interfaces.forms import NewTaskForm, TaskForm
from issues.models import Issue, Task
from issues.views.addresses import NODE_FORM, trail_to, tree_url
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.form_fields import loaded
from rectify.form_pages import FormPage, posted, save_form


@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: LoggedIn, issue: UUID) -> HttpResponse:
    """A new task at the end of its 问题; without a title the implicit one."""
    user = request.user
    found = get_object_or_404(
        Issue.objects.visible_to(user).select_related("inspection__organization"), public_id=issue
    )
    inspection = found.inspection
    require_in(user, Ability.EDIT_TREE, inspection.organization)
    word = inspection.label_task
    page = FormPage(
        title=f"新增{word}",
        done=f"已新增{word}。",
        back_url=tree_url(inspection, f"issue-{found.public_id}"),
        trail=trail_to(inspection, found.title, f"新增{word}"),
        template=NODE_FORM,
        draft=f"task-new-{found.public_id}",
        again_url=request.path,
        facts=((f"所属{inspection.label_issue}", found.title),),
    )

    def save(values: dict[str, Any]) -> str:
        task = add_task(found, actor=user, **values)
        return tree_url(inspection, f"task-{task.public_id}")

    form = NewTaskForm(posted(request), organization=inspection.organization)
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def task_edit(request: LoggedIn, task: UUID) -> HttpResponse:
    """Change a task's own columns."""
    user = request.user
    found = get_object_or_404(
        Task.objects.visible_to(user).select_related(
            "inspection__organization", "issue", "disclosure_approver"
        ),
        public_id=task,
    )
    inspection = found.inspection
    require_in(user, Ability.EDIT_TREE, inspection.organization)
    word = inspection.label_task
    back = tree_url(inspection, f"task-{found.public_id}")
    page = FormPage(
        title=f"编辑{word}",
        done=f"已保存{word}。",
        back_url=back,
        trail=trail_to(inspection, found.issue.title, f"编辑{word}"),
        template=NODE_FORM,
        draft=f"task-{found.public_id}",
        facts=((f"所属{inspection.label_issue}", found.issue.title),),
    )

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        edit_node(found, actor=user, version=version, values=values)
        return back

    form = TaskForm(
        posted(request), organization=inspection.organization, initial=loaded(TaskForm, found)
    )
    return save_form(request, form, page, save)
