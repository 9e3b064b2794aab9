"""What must exist or go out by now, from the database alone: the one path that heals everything."""

from rectify.jobs.domain.outbox import deliver_due
from rectify.jobs.domain.work import revive_lost, run
from rectify.jobs.doorbell import ring_on_commit
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.jobs.registry import CALENDARS, KINDS


def create_what_is_due() -> int:
    """Let every registered calendar create what must exist; returns how many jobs are new."""
    return sum(due() for due in CALENDARS)


def ring_for_queued() -> int:
    """Ring again for every queued job: its first ring may have been lost with the broker."""
    # A job of a kind that this version no longer knows must not stop the others.
    known = Job.objects.filter(status=JobStatus.QUEUED, kind__in=list(KINDS))
    queued = list(known.values_list("pk", "kind")[:200])
    for pk, kind in queued:
        ring_on_commit(KINDS[kind].task, pk)
    return len(queued)


def drain() -> tuple[int, int]:
    """Do everything that is due in this process, without a broker: (jobs run, messages sent)."""
    revive_lost()
    create_what_is_due()
    ran = 0
    while (
        pk := Job.objects.filter(status=JobStatus.QUEUED, kind__in=list(KINDS))
        .order_by("pk")
        .values_list("pk", flat=True)
        .first()
    ):
        run(pk)
        ran += 1
    return ran, deliver_due()
