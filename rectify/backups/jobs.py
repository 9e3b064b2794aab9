"""The kind of background work of this application."""

from django.urls import reverse

from rectify.accounts.enums import Ability
from rectify.audit.actors import SYSTEM
from rectify.backups.domain.keeping import KIND, backups_due, keep_house, place_of
from rectify.backups.domain.making import make_backup
from rectify.jobs.models import Job
from rectify.jobs.registry import Outcome, Progress, register, register_calendar


def register_all() -> None:
    register(KIND, task="rectify.backups.tasks.backup", ability=Ability.RUN_SYSTEM, run=_backup)
    register_calendar(backups_due)


def _backup(job: Job, progress: Progress) -> Outcome:
    actor = job.requester or SYSTEM
    made = make_backup(place_of(job), actor=actor, progress=progress)
    removed = keep_house(made, actor=actor) if job.params["nightly"] else 0
    return Outcome(facts={"page": reverse("backups"), "bytes": made.size, "removed": removed})
