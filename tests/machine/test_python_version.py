"""An old Python is refused with a sentence that says what to do."""

import subprocess
import sys

import pytest

from rectify.machine.folders import ROOT
from rectify.machine.python_version import complaint


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 10, 13), (2, 7, 18)])
def test_an_old_python_is_named_with_the_way_out(version: tuple[int, int, int]) -> None:
    sentence = complaint(version, "/usr/bin/python3")
    assert ".".join(map(str, version)) in sentence
    assert "/usr/bin/python3" in sentence
    assert "make PYTHON=python3.11" in sentence
    assert "需要 Python 3.11" in sentence
    assert "needs Python 3.11" in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 0)])
def test_a_new_enough_python_passes(version: tuple[int, int, int]) -> None:
    assert complaint(version, "python3") == ""


def test_this_python_passes_the_check_that_make_runs() -> None:
    script = ROOT / "rectify" / "machine" / "python_version.py"
    done = subprocess.run([sys.executable, script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_make_says_so_when_there_is_no_such_python() -> None:
    done = subprocess.run(
        ["make", "python", "PYTHON=python-that-is-not-there"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is required" in done.stderr
