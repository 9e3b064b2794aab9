"""The nightly backup: when it is due, how many are kept, and when somebody must be told."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Subquery

from rectify.accounts.session_store import SessionStore
from rectify.audit.actors import SYSTEM, Actor
from rectify.audit.domain.events import record
from rectify.backups.domain.making import require_system_runner
from rectify.backups.models import Backup
from rectify.jobs.domain.work import request_job
from rectify.jobs.models import Job
from rectify.lib.clock import now, today
from rectify.lib.shanghai import SHANGHAI

KIND = "backup"
BEGINS = time(2, 0)  # Shanghai
STALE_AFTER = timedelta(days=7)
NIGHTLY_NAME = re.compile(r"rectify-\d{8}-\d{4}\.backup")


def request_backup(*, actor: Actor) -> Job:
    """Queue a backup at once. Raises NotAllowed unless the actor runs the system."""
    require_system_runner(actor)
    return request_job(
        KIND, actor=actor, organization=None, title="备份", params={"nightly": False},
        key="by hand",
    )  # fmt: skip


def backups_due() -> int:
    """The calendar: one backup a day after two in the morning; returns how many jobs are new.

    A day whose backup failed is not tried again and again: it stays in sight as failed.
    """
    key = f"nightly:{today().isoformat()}"
    too_early = now().astimezone(SHANGHAI).time() < BEGINS
    if settings.BACKUP_KEEP == 0 or too_early or Job.objects.filter(kind=KIND, key=key).exists():
        return 0
    request_job(
        KIND, actor=SYSTEM, organization=None, title="每夜备份", params={"nightly": True}, key=key
    )
    return 1


def place_of(job: Job) -> Path:
    """Where the job's backup is written; the same at every attempt. Makes the folder."""
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = job.created_at.astimezone(SHANGHAI)
    if job.params["nightly"]:
        return folder / f"rectify-{at:%Y%m%d-%H%M}.backup"
    return folder / f"rectify-{at:%Y%m%d-%H%M%S}-manual.backup"


@transaction.atomic
def keep_house(made: Backup, *, actor: Actor) -> int:
    """After a good nightly backup: delete the oldest nightly files beyond BACKUP_KEEP, recorded
    as `backup.remove`, and the rows of expired logins. Returns how many files were deleted."""
    SessionStore.clear_expired()
    kept = Path(made.path)
    nightly = sorted(
        path
        for path in kept.parent.iterdir()
        if path != kept and NIGHTLY_NAME.fullmatch(path.name) and path.is_file()
    )
    old = nightly[: max(len(nightly) + 1 - settings.BACKUP_KEEP, 0)]
    if old:
        names = [path.name for path in old]
        record(
            actor=actor, organization=None, action="backup.remove", subject=made,
            label=f"{len(old)} 份过期备份", changes={"files": (names, [])},
        )  # fmt: skip
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def last_good() -> Backup | None:
    """The newest backup that was found whole."""
    return Backup.objects.order_by("-made_at", "-pk").first()


def is_stale() -> bool:
    """Whether a week has passed without a good backup, since the last one or since this database
    was set up. One query."""
    newest = Backup.objects.order_by("-made_at").values("made_at")[:1]
    first: tuple[datetime, datetime | None] | None = (
        MigrationRecorder.Migration.objects.order_by("pk")
        .values_list("applied", Subquery(newest))
        .first()
    )
    if first is None:
        return False
    set_up, last = first
    return now() - (last or set_up) > STALE_AFTER
