"""Celery's side of the backups room; retried by the job row itself (at most three attempts)."""

from celery import shared_task

from rectify.jobs.domain.work import run

# A bureau's scans may take hours to copy; the row's lease is renewed by every percent of it.
LONGEST = 6 * 3600  # seconds


@shared_task(
    name="rectify.backups.tasks.backup",
    ignore_result=True,
    time_limit=LONGEST + 60,
    soft_time_limit=LONGEST,
)
def backup(job_id: int) -> None:
    run(job_id)
