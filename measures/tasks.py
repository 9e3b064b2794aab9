"""Celery's side of the measures room; retried by the job row itself (at most three attempts)."""

from celery import shared_task

from rectify.jobs.domain.work import run


@shared_task(name="measures.tasks.preview_evidence", ignore_result=True)
def preview_evidence(job_id: int) -> None:
    run(job_id)
