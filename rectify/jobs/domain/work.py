"""The life of a job: request → claim → run → finish; each step one conditional UPDATE."""

import hashlib
import logging
import traceback
from datetime import timedelta
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F

from rectify.accounts.domain.permissions import may_in
from rectify.accounts.models import Organization, User
from rectify.audit.actors import SYSTEM, Actor, person
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused
from rectify.jobs.doorbell import ring_on_commit
from rectify.jobs.enums import JobStatus
from rectify.jobs.exceptions import Cancelled
from rectify.jobs.models import Job
from rectify.jobs.registry import KINDS, Outcome
from rectify.lib.clock import now

log = logging.getLogger(__name__)

# Longer than the longest task (900 s): a job whose lease has passed lost its worker.
LEASE = timedelta(seconds=960)


@transaction.atomic
def request_job(
    kind: str,
    *,
    actor: Actor,
    organization: Organization | None,
    title: str,
    params: dict[str, Any],
    key: str,
) -> Job:
    """Queue work and ring for a worker after commit. An open job with the same key is returned.

    `organization` None: work of the whole system. `params` must be JSON and hold ids, never
    content. Raises KeyError for an unknown kind, TooMany for a person who asked for it too often.
    """
    task = KINDS[kind].task
    job, created = Job.objects.get_or_create(
        kind=kind,
        key=key,
        status__in=JobStatus.open_states(),
        defaults={
            "title": title,
            "organization": organization,
            "requester": person(actor),
            "params": params,
            "asked_whole": organization is None or may_in(actor, KINDS[kind].ability, organization),
            "status": JobStatus.QUEUED,
        },
    )
    if created:
        _refuse_too_many(job)
        record(actor=actor, organization=organization, action="job.request", subject=job)
        ring_on_commit(task, job.pk)
    return job


def _refuse_too_many(job: Job) -> None:
    """Raises TooMany, which takes the new row back, above the rate of its kind and requester."""
    if job.requester_id is None:
        return
    # One at a time per person, so that each of two requests at once sees the other's row.
    User.objects.select_for_update().only("pk").get(pk=job.requester_id)
    most = KINDS[job.kind].most
    window = timedelta(seconds=most.seconds)
    earlier = Job.objects.filter(
        kind=job.kind, requester=job.requester_id, created_at__gt=now() - window
    ).exclude(pk=job.pk)
    asked = list(earlier.order_by("-created_at").values_list("created_at", flat=True)[: most.times])
    if len(asked) == most.times:
        wait = asked[-1] + window - now()
        most.refuse("申请这类任务", wait=wait.total_seconds())


@transaction.atomic
def cancel_job(job: Job, *, actor: Actor) -> Job:
    """Cancel a queued job at once, ask a running one to stop. Raises Refused when it has ended."""
    if Job.objects.filter(pk=job.pk, status=JobStatus.QUEUED).update(
        status=JobStatus.CANCELLED, finished_at=now(), message="已取消"
    ) or Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(cancel_requested=True):
        record(actor=actor, organization=job.organization, action="job.cancel", subject=job)
        job.refresh_from_db()
        return job
    raise Refused("任务已经结束，不能取消。")


@transaction.atomic
def retry_job(job: Job, *, actor: Actor) -> Job:
    """Queue a failed or cancelled job again, with a fresh count of attempts.

    Raises Refused while it runs, and where the same work was requested anew in the meantime.
    """
    if Job.objects.filter(kind=job.kind, key=job.key, status__in=JobStatus.open_states()).exists():
        raise Refused("同样的任务正在进行，无需重试。")
    ended = Job.objects.filter(pk=job.pk, status__in=[JobStatus.FAILED, JobStatus.CANCELLED])
    try:
        with transaction.atomic():
            queued = ended.update(
                status=JobStatus.QUEUED, attempts=0, error="", log="", message="",
                cancel_requested=False, finished_at=None, progress_done=0, progress_total=0,
            )  # fmt: skip
    except IntegrityError as error:  # requested anew between the question and the update
        raise Refused("同样的任务正在进行，无需重试。") from error
    if not queued:
        raise Refused("只有失败或已取消的任务可以重试。")
    record(actor=actor, organization=job.organization, action="job.retry", subject=job)
    ring_on_commit(KINDS[job.kind].task, job.pk)
    job.refresh_from_db()
    return job


def run(job_id: int) -> Job | None:
    """Claim the job and do its work; harmless to call again. Returns None if it was not queued.

    A failure is written to the row and queued again until the third attempt; it never raises for
    what the work did, so that one bad job cannot stop a worker.
    """
    claimed = Job.objects.filter(
        pk=job_id, status=JobStatus.QUEUED, attempts__lt=Job.MAX_ATTEMPTS
    ).update(
        status=JobStatus.RUNNING, attempts=F("attempts") + 1, started_at=now(),
        leased_until=now() + LEASE, message="正在处理",
    )  # fmt: skip
    if not claimed:
        return None
    job = Job.objects.select_related("organization", "requester").get(pk=job_id)
    try:
        _refuse_revoked(job)
        outcome = KINDS[job.kind].run(job, _Reporter(job))
        _succeed(job, outcome)
    except Cancelled:
        _end(job, JobStatus.CANCELLED, message="已取消")
    except Refused as refusal:
        _end(job, JobStatus.FAILED, message=refusal.message, error=refusal.message)
    except Exception as error:  # outer edge of a task: any failure must be seen in the row
        log.exception("job %s failed", job.pk)
        again = job.attempts < Job.MAX_ATTEMPTS
        _end(
            job,
            JobStatus.QUEUED if again else JobStatus.FAILED,
            message="出错，稍后自动重试" if again else "三次尝试均失败，可在排除原因后重试",
            error=f"{type(error).__name__}: {error}",
            log_lines=traceback.format_exc(limit=8),
        )
    job.refresh_from_db()
    return job


def _refuse_revoked(job: Job) -> None:
    """Raises Refused where the requester lost, since asking, what the work needs."""
    if job.requester is None:
        return
    access, ability = job.requester.access, KINDS[job.kind].ability
    held = (
        bool(access.whole(ability))
        if job.organization_id is None
        else job.organization_id in access.anywhere(ability)
    )
    if not held:
        raise Refused("申请人已没有这项权限，任务没有执行。")


def revive_lost() -> int:
    """Jobs whose worker died (lease passed): queued again, or failed after the third attempt."""
    revived = 0
    lost = Job.objects.filter(status=JobStatus.RUNNING, leased_until__lt=now())
    for job in lost.select_related("organization"):
        again = job.attempts < Job.MAX_ATTEMPTS
        revived += _end(
            job,
            JobStatus.QUEUED if again else JobStatus.FAILED,
            message="处理进程中断，重新排队" if again else "处理进程三次中断",
            error="" if again else "处理进程三次中断，未留下结果。",
        )
    return revived


class _Reporter:
    """Progress written to the row at most once a percent, and renewed lease."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.shown = -1

    def __call__(self, done: int, total: int, message: str = "") -> None:
        percent = done * 100 // total if total else 0
        if percent == self.shown:
            return
        self.shown = percent
        Job.objects.filter(pk=self.job.pk, status=JobStatus.RUNNING).update(
            progress_done=done, progress_total=total, message=message[:200],
            leased_until=now() + LEASE,
        )  # fmt: skip
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise Cancelled


@transaction.atomic
def _succeed(job: Job, outcome: Outcome) -> None:
    values: dict[str, Any] = {"result": outcome.facts or {}, "error": "", "log": ""}
    if outcome.file is not None:
        with outcome.file.open("rb") as source:
            values["result_sha256"] = hashlib.file_digest(source, "sha256").hexdigest()
            job.result_file.save(f"result{outcome.file.suffix}", File(source), save=False)
        outcome.file.unlink()
        values["result_file"] = job.result_file.name
        values["result_name"] = outcome.file_name
    ended = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(
        status=JobStatus.SUCCEEDED, finished_at=now(), message="已完成",
        progress_done=1, progress_total=1, leased_until=None, **values,
    )  # fmt: skip
    if ended:
        record(actor=job.requester or SYSTEM, organization=job.organization,
               action="job.succeed", subject=job)  # fmt: skip


@transaction.atomic
def _end(
    job: Job, status: JobStatus, *, message: str, error: str = "", log_lines: str = ""
) -> bool:
    """Leave the running state; False where somebody else ended the job first."""
    ended = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(
        status=status, message=message[:200], error=error, log=log_lines, leased_until=None,
        finished_at=None if status == JobStatus.QUEUED else now(),
    )  # fmt: skip
    if ended:
        record(actor=job.requester or SYSTEM, organization=job.organization,
               action=f"job.{status}", subject=job, success=False)  # fmt: skip
    return bool(ended)
