"""Celery's side of the reports room. Each takes a job's id, may run any number of times, and is
retried by the job row itself (at most three attempts)."""

from celery import shared_task

from rectify.jobs.domain.work import run


@shared_task(name="reports.tasks.export_ledger", ignore_result=True)
def export_ledger(job_id: int) -> None:
    run(job_id)


@shared_task(name="reports.tasks.compile_evidence", ignore_result=True)
def compile_evidence(job_id: int) -> None:
    run(job_id)


@shared_task(name="reports.tasks.build_notice", ignore_result=True)
def build_notice(job_id: int) -> None:
    run(job_id)


@shared_task(name="reports.tasks.weekly_digest", ignore_result=True)
def weekly_digest(job_id: int) -> None:
    run(job_id)
