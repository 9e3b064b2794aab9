"""通报: the drafter's words, the ledger's figures beside them, the printed page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from issues.models import Inspection
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside
from reports.domain.documents import current_notice, draft_notice, edit_document
from reports.domain.notice import compose_notice, count_for_notice
from reports.domain.overtaken import overtaken
from reports.enums import DocumentState
from reports.interfaces.forms import PART_WORDS, NoticeForm, stored_notice
from reports.jobs import request_notice
from reports.models import Document
from reports.rendering.engine import pdf_obstacles
from reports.views.notice_panel import notice_panel, preview_blocks

PREVIEW = "preview"


@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The notice in work: read by who reads documents, written by the office."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.READ_DOCUMENT, found.organization)
    document = current_notice(found)
    if request.method != "POST":
        return _page(request, found, document)
    require_in(user, Ability.DRAFT_DOCUMENT, found.organization)
    if document is None:
        return _start(request, found)
    form = NoticeForm(request.POST)
    if change := request.POST.get("change", ""):
        form.rearrange(change)
        return _page(request, found, document, form=form, typed=True)
    if not form.is_valid():
        return _page(request, found, document, form=form, status=422)
    try:
        edit_document(
            document, actor=user, version=form.cleaned_data["version"], values=form.values()
        )
    except StaleVersion as error:
        return _overtaken(request, found, error.current, form)
    except (Refused, ValidationError) as error:
        put_beside(form, error)
        return _page(request, found, document, form=form, status=422)
    messages.success(request, "已保存。")
    return redirect("documents", inspection=found.public_id)


@require_POST
def notice_build(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Queue the PDF of the notice as it is saved; whoever may read the notice may print it."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_in(user, Ability.READ_DOCUMENT, found.organization)
    if obstacles := pdf_obstacles():
        messages.error(request, "".join(obstacles))
        return redirect("documents", inspection=found.public_id)
    job = request_notice(found, actor=user)
    return redirect("job", job=job.public_id)


def _start(request: LoggedIn, inspection: Inspection) -> HttpResponse:
    try:
        draft_notice(inspection, actor=request.user)
    except ValidationError:  # somebody else began in the same moment: theirs is shown
        messages.info(request, "通报已由他人开始起草。")
    except NotAllowed:
        raise
    except Refused as error:
        messages.error(request, error.message)
    return redirect("documents", inspection=inspection.public_id)


def _overtaken(
    request: LoggedIn, inspection: Inspection, current: Document, form: NoticeForm
) -> HttpResponse:
    fields = {field.name: str(field.label) for field in form.visible_fields()}
    return conflict_page(
        request,
        current=current,
        form=form,
        action_url=reverse("documents", kwargs={"inspection": inspection.public_id}),
        title="社会公开通报：内容有冲突",
        labels=fields | PART_WORDS,
        now=stored_notice(current),
        fill=form.replace_items,
        template="reports/notice_conflict.html",
    )


def _page(
    request: LoggedIn,
    inspection: Inspection,
    document: Document | None,
    *,
    form: NoticeForm | None = None,
    status: int = 200,
    typed: bool = False,
) -> HttpResponse:
    user = request.user
    writes = may_in(user, Ability.DRAFT_DOCUMENT, inspection.organization)
    editable = writes and document is not None and document.state == DocumentState.DRAFT
    preview = not editable or (request.method != "POST" and request.GET.get("view") == PREVIEW)
    context: dict[str, Any] = {
        "inspection": inspection,
        "document": document,
        "writes": writes,
        "editable": editable,
        "preview": preview,
        "typed": typed,
        "obstacles": pdf_obstacles(),
        "overtaken": overtaken(inspection, user),
        "trail": [
            ("首页", reverse("dashboard", kwargs={"inspection": inspection.public_id})),
            ("通报", ""),
        ],
    }
    if document is not None:
        context["panel"] = notice_panel(
            inspection, document, count_for_notice(inspection, document), user
        )
        if preview:
            notice = compose_notice(inspection, document)
            context |= {"notice": notice, "blocks": preview_blocks(notice)}
        else:
            context["form"] = form or NoticeForm(initial=stored_notice(document))
    return render(request, "reports/documents.html", context, status=status)
