"""A killed worker's font copies do not pile up on the disk."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from reports.rendering.font_copies import new_folder, remove_folder


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_copies_of_a_process_that_is_gone_are_removed(scratch: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left_behind = scratch / f"rectify-fonts-{gone.pid}-abc"
    left_behind.mkdir()
    mine, other = new_folder(), scratch / "rectify-fonts-1-abc"
    other.mkdir()
    again = new_folder()
    assert not left_behind.exists()
    assert mine.is_dir()
    assert again.is_dir()
    assert other.is_dir()  # process 1 runs


def test_a_forked_worker_leaves_its_parents_copies(scratch: Path) -> None:
    parents, own = scratch / "rectify-fonts-1-abc", new_folder()
    parents.mkdir()
    remove_folder(parents)
    remove_folder(own)
    assert parents.is_dir()
    assert not own.exists()
