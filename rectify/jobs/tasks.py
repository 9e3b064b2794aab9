"""Celery's side of the jobs room: thin, harmless to run again."""

from celery import shared_task

from rectify.jobs.domain import outbox, work
from rectify.jobs.domain import reconcile as reconciling


@shared_task(ignore_result=True)  # retried by the next tick
def reconcile() -> None:
    """Every half minute: revive, create what the calendar asks, ring, deliver."""
    work.revive_lost()
    reconciling.create_what_is_due()
    reconciling.ring_for_queued()
    outbox.deliver_due()


@shared_task(ignore_result=True)  # each delivery carries its own backoff
def deliver() -> None:
    outbox.deliver_due()
