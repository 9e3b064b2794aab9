"""Eight writers at once leave one unbroken chain, on whichever database the suite runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import ROOT
from tests.live_copy import live_copy

WRITERS, EACH = 8, 250
BUREAU = "shili-zhengshu"


@pytest.fixture
def copy(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """The address of a copy of the demo that other processes may write to."""
    with live_copy(django_db_blocker, tmp_path) as address:
        yield address


def written(address: str, folder: Path, *more: str) -> dict[str, Any]:
    """What the writers did, in a process with the product's real settings."""
    env = {**os.environ, "DATABASE_URL": address, "VAR_DIR": str(folder),
           "DJANGO_SETTINGS_MODULE": "rectify.settings.dev"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit.writers", BUREAU, str(WRITERS), str(EACH), *more],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def unbroken(answer: dict[str, Any]) -> bool:
    return bool(answer["holds"]) and answer["refused"] == 0 and answer["grown"] == WRITERS * EACH


@pytest.mark.slow
def test_eight_writers_leave_one_unbroken_chain(copy: str, tmp_path: Path) -> None:
    answer = written(copy, tmp_path)
    assert unbroken(answer), answer


@pytest.mark.slow
def test_the_same_writers_without_the_lock_break(copy: str, tmp_path: Path) -> None:
    """The control: the head read before the transaction begins. The unique place of each event
    and the guard of the head turn what would be a forked chain into refused writes."""
    answer = written(copy, tmp_path, "--unlocked")
    assert not unbroken(answer), answer
    assert answer["refused"] > 0, answer
