"""The background work of this application."""

from measures.domain.previews import KIND, make_previews, previews_due
from rectify.accounts.enums import Ability
from rectify.jobs.models import Job
from rectify.jobs.registry import Outcome, Progress, register, register_calendar


def register_all() -> None:
    register(
        KIND, task="measures.tasks.preview_evidence", ability=Ability.SEE_FULL, run=_make_previews
    )
    register_calendar(previews_due)


def _make_previews(job: Job, progress: Progress) -> Outcome:
    return Outcome(facts={"ready": make_previews(job, progress)})
