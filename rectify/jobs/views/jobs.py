"""Background work as its requester sees it: list, progress, cancel, retry, download."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from rectify.accounts.enums import Ability
from rectify.accounts.limits import count_retry
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.jobs.domain.results import cause_of, hand_out, why_not_retried
from rectify.jobs.domain.work import cancel_job, retry_job
from rectify.jobs.models import Job

PAGE = 30


@require_safe
def job_list(request: LoggedIn) -> HttpResponse:
    """Own jobs, and for the office its bureau's scheduled ones; newest first, paged by key."""
    own = Job.objects.visible_to(request.user)
    rows = own.select_related("requester", "organization").order_by("-pk")
    named = _uuid(request.GET.get("before", ""))
    before = own.filter(public_id=named).first() if named else None
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    page = list(rows[: PAGE + 1])
    shown = page[:PAGE]
    context = {
        "jobs": shown,
        "older": f"?before={shown[-1].public_id}" if len(page) > PAGE else "",
        "first_page": before is None,
        "scheduled_too": bool(request.user.access.whole(Ability.DRAFT_DOCUMENT)),
        "any_open": any(job.is_open for job in shown),
    }
    return render(request, "jobs/job_list.html", context)


@require_safe
def job_page(request: LoggedIn, job: UUID) -> HttpResponse:
    """One job; asked by htmx, only the part that changes while it runs."""
    found = _job(request.user, job)
    part = "#live" if request.headers.get("HX-Request") else ""
    response = render(request, f"jobs/job.html{part}", _context(found, fragment=bool(part)))
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
def job_cancel(request: LoggedIn, job: UUID) -> HttpResponse:
    """Cancel a queued job at once, ask a running one to stop."""
    found = _job(request.user, job)
    try:
        cancelled = cancel_job(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, job, refusal)
    if cancelled.is_open:
        messages.info(request, "已请求取消，当前这一步做完后停止。")
    else:
        messages.success(request, "任务已取消。")
    return redirect("job", job=job)


@require_POST
def job_retry(request: LoggedIn, job: UUID) -> HttpResponse:
    """Queue a failed or cancelled job again."""
    found = _job(request.user, job)
    count_retry(request.user)
    try:
        retry_job(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, job, refusal)
    messages.success(request, "已重新排队。")
    return redirect("job", job=job)


@require_safe
def job_file(request: LoggedIn, job: UUID) -> HttpResponseBase:
    """The result as an attachment under its Chinese name; who took it is recorded."""
    found = get_object_or_404(
        Job.objects.visible_to(request.user).select_related("organization").exclude(result_file=""),
        public_id=job,
    )
    try:
        stored = hand_out(found, actor=request.user)
    except Refused as refusal:
        return _refused(request, job, refusal)
    response = FileResponse(stored, as_attachment=True, filename=found.result_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _job(user: User, public_id: UUID) -> Job:
    rows = Job.objects.visible_to(user).select_related("requester", "organization")
    return get_object_or_404(rows, public_id=public_id)


def _context(job: Job, *, fragment: bool) -> dict[str, Any]:
    return {
        "job": job,
        "why_not": why_not_retried(job),
        "cause": cause_of(job),
        # Once the work has ended, the fragment also renews the buttons below it.
        "fragment": fragment,
        "most_attempts": Job.MAX_ATTEMPTS,
    }


def _refused(request: LoggedIn, public_id: UUID, refusal: Refused) -> HttpResponse:
    """The job's page as it stands now, with the reason above it."""
    messages.warning(request, refusal.message)
    found = _job(request.user, public_id)
    return render(
        request, "jobs/job.html", _context(found, fragment=False),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )  # fmt: skip


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
