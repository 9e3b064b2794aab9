"""A backup while four processes write, restored elsewhere: the same, and it works."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from rectify.backups.domain.archive import opened
from rectify.backups.domain.manifest import Contents
from tests.backups.conftest import Good
from tests.backups.places import Place, password

WRITERS = 4
EACH = 3  # committed by every writer before the backup begins


def test_a_backup_taken_while_four_people_write_is_restored_whole_and_logs_in(
    source: Place, target: Place, good: Good, tmp_path: Path
) -> None:
    file, stop = tmp_path / "live.backup", tmp_path / "stop"
    already = good.manifest.contents.rows["measures_evidence"]
    writers = [
        source.started("-m", "tests.backups.inside", "write", str(number), str(stop))
        for number in range(WRITERS)
    ]
    try:
        committed = sum(lines_of(writer, EACH) for writer in writers)
        made = source.manage("backup", "--output", str(file))
    finally:
        stop.touch()
        ends = [writer.communicate(timeout=60)[0] for writer in writers]
    assert made.returncode == 0, made.stderr
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    with opened(file, lambda size: None) as archive:
        saved = archive.manifest.contents
    # All that was committed when it began, and they went on after its moment.
    in_the_end = sum(int(end.split()[-1]) for end in ends)
    assert committed <= saved.rows["measures_evidence"] - already < in_the_end

    done = target.manage("restore", str(file))
    assert done.returncode == 0, done.stderr
    assert "核对一致" in done.stdout
    facts = target.facts()
    assert facts["rows"] == expected_rows(saved)
    chains = {key: tuple(chain) for key, chain in facts["chains"].items() if key != "system"}
    assert chains == {key: chain for key, chain in saved.chains.items() if key != "system"}
    assert facts["broken_chains"] == []
    assert facts["newest_system_event"] == [["backup.restore", "live.backup"]]
    # Every file that the database names is there with its bytes, those of the writers as well.
    assert len(facts["evidence"]) == saved.rows["measures_evidence"]
    assert all(facts["evidence"].values())
    restored, at_source = target.files(), source.files()
    assert {name: at_source[name] for name in restored} == restored
    assert target.inside("log_in", "clerk-center", password()).strip() == "True"


def expected_rows(saved: Contents) -> dict[str, int]:
    """What was saved, without its logins and with the event of the restore."""
    first_system_event = int("system" not in saved.chains)
    return {
        **saved.rows,
        "accounts_login_session": 0,
        "audit_event": saved.rows["audit_event"] + 1,
        "audit_chain": saved.rows["audit_chain"] + first_system_event,
    }


def lines_of(process: subprocess.Popen[str], count: int) -> int:
    """The number on the last of the next lines that the process prints."""
    assert process.stdout is not None
    return [int(process.stdout.readline()) for _ in range(count)][-1]


@pytest.mark.sqlite_only
def test_copying_the_live_file_loses_what_was_committed_and_a_backup_does_not(
    source: Place, tmp_path: Path
) -> None:
    """Why there is a command: while somebody reads, SQLite keeps new rows in its log."""
    database = source.folder / "rectify.sqlite3"
    with closing(sqlite3.connect(database)) as reader:
        reader.execute("PRAGMA journal_mode=WAL")
        reader.execute("BEGIN")
        rows = "SELECT COUNT(*) FROM audit_event"
        (before,) = reader.execute(rows).fetchone()
        stop = tmp_path / "stop"
        writer = source.started("-m", "tests.backups.inside", "write", "0", str(stop))
        lines_of(writer, EACH)
        stop.touch()
        writer.communicate(timeout=60)
        with closing(sqlite3.connect(database)) as now:
            (committed,) = now.execute(rows).fetchone()
        copied = shutil.copy(database, tmp_path / "copied.sqlite3")
        made = source.manage("backup", "--output", str(tmp_path / "right.backup"))
    assert made.returncode == 0, made.stderr
    with closing(sqlite3.connect(copied)) as lost:
        (in_copy,) = lost.execute(rows).fetchone()
    with opened(tmp_path / "right.backup", lambda size: None) as archive:
        in_backup = archive.manifest.contents.rows["audit_event"]
    assert (in_copy, in_backup) == (before, committed)
    assert committed >= before + EACH
