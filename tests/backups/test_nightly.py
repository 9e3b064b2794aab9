"""The nightly backup: once a day, seen when it fails, old files deleted only after a good one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.db.migrations.recorder import MigrationRecorder

from rectify.accounts.models import LoginSession
from rectify.audit.exceptions import NotAllowed
from rectify.audit.models import Event
from rectify.backups.domain.keeping import KIND, backups_due, is_stale, request_backup
from rectify.backups.models import Backup
from rectify.jobs.domain.work import run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.lib.clock import now
from tests.conftest import Demo

pytestmark = pytest.mark.django_db
# 02:00 in Shanghai on the second of March
TWO_O_CLOCK = datetime(2027, 3, 1, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUP_KEEP = 3
    return tmp_path / "backups"


def nightly() -> list[Job]:
    return list(Job.objects.filter(kind=KIND).order_by("pk"))


def night() -> None:
    """What the schedule does about backups, until nothing is left to try."""
    backups_due()
    while job := Job.objects.filter(kind=KIND, status=JobStatus.QUEUED).first():
        run(job.pk)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_is_due_once_a_day_from_two_in_the_morning_in_shanghai() -> None:
    with time_machine.travel(TWO_O_CLOCK - timedelta(seconds=1), tick=False):
        assert backups_due() == 0
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        assert backups_due() == 1
        assert backups_due() == 0
    with time_machine.travel(TWO_O_CLOCK + timedelta(hours=21, minutes=59), tick=False):
        assert backups_due() == 0
    with time_machine.travel(TWO_O_CLOCK + timedelta(days=1), tick=False):
        assert backups_due() == 1
    assert [job.key for job in nightly()] == ["nightly:2027-03-02", "nightly:2027-03-03"]
    assert {job.organization_id for job in nightly()} == {None}


def test_a_day_whose_backup_was_missed_is_made_up_later_that_day() -> None:
    with time_machine.travel(TWO_O_CLOCK + timedelta(hours=12), tick=False):
        assert backups_due() == 1


def test_keeping_none_switches_it_off(settings: LazySettings) -> None:
    settings.BACKUP_KEEP = 0
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        assert backups_due() == 0


def test_it_writes_a_file_of_the_day_and_the_job_says_so(folder: Path) -> None:
    with time_machine.travel(TWO_O_CLOCK + timedelta(minutes=7), tick=False):
        night()
    (job,) = nightly()
    assert (job.status, job.message) == (JobStatus.SUCCEEDED, "已完成")
    assert names(folder) == ["rectify-20270302-0207.backup"]
    assert folder.stat().st_mode & 0o777 == 0o700
    made = Backup.objects.get()
    assert made.path == str(folder / "rectify-20270302-0207.backup")
    assert (made.requester, made.by_name) == (None, "系统")
    assert made.is_in_place


def test_one_that_fails_three_times_is_seen_and_not_begun_again_that_day(folder: Path) -> None:
    folder.write_text("not a folder")
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        night()
        (job,) = nightly()
        assert (job.status, job.attempts) == (JobStatus.FAILED, 3)
        assert backups_due() == 0
    assert not Backup.objects.exists()
    with time_machine.travel(TWO_O_CLOCK + timedelta(days=1), tick=False):
        assert backups_due() == 1


def test_only_the_newest_nightly_files_are_kept_and_nothing_else_is_touched(folder: Path) -> None:
    folder.mkdir()
    old = [f"rectify-2027020{day}-0200.backup" for day in range(1, 6)]
    others = [
        "rectify-20260101-020000-manual.backup",
        "notes.txt",
        "rectify-20260101-0200.backup.part",
    ]
    for name in [*old, *others]:
        (folder / name).write_bytes(b"x")
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        night()
    assert names(folder) == sorted([*old[-2:], "rectify-20270302-0200.backup", *others])
    removed = Event.objects.get(action="backup.remove")
    assert removed.changes["files"] == [old[:-2], []]
    assert removed.object_label == "3 份过期备份"


def test_old_files_stay_when_the_new_backup_fails(
    folder: Path, tmp_path: Path, settings: LazySettings
) -> None:
    folder.mkdir()
    old = [f"rectify-2027020{day}-0200.backup" for day in range(1, 6)]
    for name in old:
        (folder / name).write_bytes(b"x")
    media = tmp_path / "media"
    media.mkdir()
    (media / "link").symlink_to(tmp_path)  # a backup refuses it
    settings.MEDIA_ROOT = str(media)
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        night()
    (job,) = nightly()
    assert job.status == JobStatus.FAILED
    assert "符号链接" in job.error
    assert names(folder) == old


def test_one_by_hand_lies_beside_them_and_is_not_deleted(demo: Demo, folder: Path) -> None:
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        job = request_backup(actor=demo.user("sysadmin"))
        assert request_backup(actor=demo.user("sysadmin")).pk == job.pk  # pressed twice
        run(job.pk)
    assert names(folder) == ["rectify-20270302-020000-manual.backup"]
    assert Backup.objects.get().requester == demo.user("sysadmin")
    for day in range(1, 4):
        with time_machine.travel(TWO_O_CLOCK + timedelta(days=day), tick=False):
            night()
    assert len(names(folder)) == 3 + 1


def test_nobody_else_asks_for_one_and_a_right_lost_meanwhile_stops_it(
    demo: Demo, folder: Path
) -> None:
    with pytest.raises(NotAllowed):
        request_backup(actor=demo.user("office"))
    job = request_backup(actor=demo.user("sysadmin"))
    demo.user("sysadmin").memberships.update(ended_at=now())
    run(job.pk)
    job.refresh_from_db()
    assert (job.status, folder.exists()) == (JobStatus.FAILED, False)
    assert "没有这项权限" in job.error


def test_expired_logins_are_cleared_with_it(demo: Demo) -> None:
    office = demo.user("office")
    for key, hours in (("past", -1), ("present", 1)):
        LoginSession.objects.create(
            session_key=key, session_data="", user=office,
            expire_date=TWO_O_CLOCK + timedelta(hours=hours),
        )  # fmt: skip
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        night()
    assert set(LoginSession.objects.values_list("session_key", flat=True)) == {"present"}


def set_up_at() -> datetime:
    first = MigrationRecorder.Migration.objects.order_by("pk").first()
    assert first is not None
    moment: datetime = first.applied
    return moment


def test_it_is_stale_a_week_after_the_last_good_one_or_after_setting_up() -> None:
    week, moment = timedelta(days=7), timedelta(seconds=1)
    with time_machine.travel(set_up_at() + week, tick=False):
        assert not is_stale()
    with time_machine.travel(set_up_at() + week + moment, tick=False):
        assert is_stale()
    with time_machine.travel(TWO_O_CLOCK, tick=False):
        night()
    with time_machine.travel(TWO_O_CLOCK + week, tick=False):
        assert not is_stale()
    with time_machine.travel(TWO_O_CLOCK + week + moment, tick=False):
        assert is_stale()
