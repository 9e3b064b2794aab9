"""Making a backup: who may, what it leaves, and that a failure leaves the old file alone."""

from __future__ import annotations

import fcntl
import hashlib
import json
import resource
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event
from rectify.backups.domain import postgres_database
from rectify.backups.domain.archive import opened
from rectify.backups.domain.making import make_backup
from rectify.backups.models import Backup
from rectify.jobs.exceptions import Cancelled
from rectify.machine import services
from tests.backups.conftest import Good
from tests.backups.places import Place
from tests.conftest import Demo

pytestmark = pytest.mark.django_db
postgres_only = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite needs no programs and has no roles"
)


def test_a_backup_is_private_recorded_and_whole(demo: Demo, tmp_path: Path) -> None:
    output = tmp_path / "one.backup"
    percents: list[int] = []

    def progress(done: int, total: int, message: str = "") -> None:
        assert total == 100
        assert message
        percents.append(done)

    made = make_backup(output, actor=demo.user("sysadmin"), progress=progress)
    assert output.stat().st_mode & 0o777 == 0o600
    assert made.sha256 == hashlib.sha256(output.read_bytes()).hexdigest()
    assert (made.path, made.size) == (str(output), output.stat().st_size)
    assert (made.engine, made.by_name) == (connection.vendor, demo.user("sysadmin").name)
    assert percents == sorted(percents)
    assert percents[-1] == 100
    with opened(output, lambda size: None) as archive:
        assert made.rows == sum(archive.manifest.contents.rows.values())
        assert made.files == len(archive.manifest.media) > 0
    event = Event.objects.filter(chain__key="system").latest("seq")
    assert (event.action, event.object_label) == ("backup.make", "one.backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.backup"]


@pytest.mark.parametrize("username", ["office", "secadmin", "auditor", "clerk-center"])
def test_nobody_but_the_system_administrator_makes_one(
    demo: Demo, tmp_path: Path, username: str
) -> None:
    with pytest.raises(NotAllowed):
        make_backup(tmp_path / "no.backup", actor=demo.user(username))
    assert list(tmp_path.iterdir()) == []


def fails(output: Path) -> str:
    """The sentence of the command; whatever lay there is as it was, and nothing is recorded."""
    before = {path: path.read_bytes() for path in output.parent.glob("*") if path.is_file()}
    with pytest.raises(CommandError) as caught:
        call_command("backup", output=output)
    assert caught.value.returncode == 2
    after = {path: path.read_bytes() for path in output.parent.glob("*") if path.is_file()}
    assert after == before
    assert not Backup.objects.exists()
    return str(caught.value)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(db: None, tmp_path: Path) -> None:
    output = tmp_path / "old.backup"
    output.write_bytes(b"the old one")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores SIGXFSZ, so that a write above the limit fails as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises((OSError, Refused)):
            make_backup(output, actor=SYSTEM)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert output.read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["old.backup"]


def test_a_cancelled_backup_leaves_nothing(db: None, tmp_path: Path) -> None:
    def give_up(done: int, total: int, message: str = "") -> None:
        if done > 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_backup(tmp_path / "one.backup", actor=SYSTEM, progress=give_up)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_a_folder_as_name_are_named(db: None, tmp_path: Path) -> None:
    assert "写不成" in fails(tmp_path / "nowhere" / "one.backup")
    assert "是文件夹" in fails(tmp_path)


def test_a_backup_does_not_lie_in_what_it_saves(db: None, settings: LazySettings) -> None:
    assert "不能放在附件目录里" in fails(Path(settings.MEDIA_ROOT) / "one.backup")


def test_a_link_in_the_media_folder_is_named_and_not_lost_silently(
    db: None, tmp_path: Path, settings: LazySettings
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "elsewhere").symlink_to(tmp_path)
    settings.MEDIA_ROOT = str(media)
    assert "符号链接（elsewhere）" in fails(tmp_path / "one.backup")


def test_two_at_once_into_one_file_are_one(db: None, tmp_path: Path) -> None:
    part = tmp_path / "one.backup.part"
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "正在进行" in fails(tmp_path / "one.backup")
        assert part.exists()  # it belongs to the other one
    make_backup(tmp_path / "one.backup", actor=SYSTEM)  # what a killed one left is no obstacle


def test_a_link_beside_the_file_is_not_followed(db: None, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "one.backup.part").symlink_to(victim)
    assert "写不成" in fails(folder / "one.backup")
    assert victim.read_bytes() == b"precious"


@postgres_only
def test_a_missing_or_old_program_is_named_with_the_way_to_get_it(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    version = cast(Any, connection).pg_version // 10000
    for found, words in ((None, "没有找到 pg_dump"), (str(old), "9.6.24")):
        monkeypatch.setattr(postgres_database, "postgres_program", lambda name, it=found: it)
        sentence = fails(tmp_path / "one.backup")
        assert words in sentence
        assert f"postgresql-client-{version}" in sentence


@postgres_only
def test_a_password_of_the_database_is_never_on_a_command_line(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    real = services.postgres_program("pg_dump")
    seen = tmp_path / "seen"
    program.write_text(f'#!/bin/sh\necho "$PGPASSWORD: $*" >> {seen}\nexec {real} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(postgres_database, "postgres_program", lambda name: str(program))
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "s3cret-of-postgres")
    make_backup(tmp_path / "one.backup", actor=SYSTEM)
    line = seen.read_text().splitlines()[-1]
    assert line.startswith("s3cret-of-postgres: --format=custom")
    assert line.count("s3cret-of-postgres") == 1


def test_an_older_backup_is_brought_up_to_date(source: Place, target: Place) -> None:
    file = source.folder / "older.backup"
    assert source.manage("migrate", "jobs", "0001").returncode == 0
    made = source.manage("backup", "--output", str(file))
    assert made.returncode == 0, made.stderr
    done = target.manage("restore", str(file))
    assert done.returncode == 0, done.stderr
    with opened(file, lambda size: None) as archive:
        behind = archive.manifest.contents.migrations
    assert ("jobs", "0002_work_of_the_whole_system") not in behind
    assert "数据库变更补做 0 项" not in done.stdout
    assert target.facts()["migrations"] > len(behind)
    plan = target.manage("migrate", "--check")
    assert plan.returncode == 0, plan.stdout


@postgres_only
def test_the_role_that_may_only_append_has_its_rights_in_the_restored_database(
    good: Good, target: Place
) -> None:
    done = target.manage("restore", str(good.path))
    assert done.returncode == 0, done.stderr
    rights = "SELECT has_table_privilege('rectify_app', 'audit_event', %s)"
    with psycopg.connect(target.env["DATABASE_URL"]) as link:
        held = [link.execute(rights, [act]).fetchone() for act in ("INSERT", "UPDATE", "DELETE")]
    assert held == [(True,), (False,), (False,)]


def test_a_backup_whose_audit_chain_was_tampered_with_is_not_restored(
    source: Place, target: Place
) -> None:
    file = source.folder / "tampered.backup"
    assert source.inside("tamper").strip()
    assert source.manage("backup", "--output", str(file)).returncode == 0
    done = target.manage("restore", str(file))
    assert done.returncode == 2
    assert "审计链不完整" in done.stderr
    assert target.files() == {}
    empty = json.loads(target.inside("tables"))
    assert empty == []
    assert "--accept-broken-chain" in done.stderr
    accepted = target.manage("restore", str(file), "--accept-broken-chain")
    assert accepted.returncode == 0, accepted.stderr
    assert "备份时审计链已不完整，照原样恢复" in accepted.stdout
