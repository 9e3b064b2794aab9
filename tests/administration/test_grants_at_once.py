"""Two grants at the same moment cannot slip past 三员分立, on whichever database the suite runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.architecture.sources import ROOT
from tests.audit.test_writers_at_once import copy

__all__ = ["copy"]
ROUNDS = 25


def with_both_roles(address: str, folder: Path, *more: str) -> int:
    """How many people got two roles that exclude one another, in a process of its own."""
    env = {**os.environ, "DATABASE_URL": address, "VAR_DIR": str(folder), "THREE_ADMINS": "1",
           "DJANGO_SETTINGS_MODULE": "rectify.settings.dev"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.administration.grants_at_once", str(ROUNDS), *more],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=80,
    )  # fmt: skip
    return int(done.stdout)


def test_of_two_exclusive_roles_at_once_a_person_gets_one(copy: str, tmp_path: Path) -> None:
    assert with_both_roles(copy, tmp_path) == 0


def test_without_the_lock_of_the_person_the_same_walk_ends_with_both(
    copy: str, tmp_path: Path
) -> None:
    """The control. SQLite writes one after the other anyway, so that it says nothing there."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite puts all writes in a row")
    assert with_both_roles(copy, tmp_path, "--no-lock") > 0
