"""A copy of the product with a demo database of its own, in which a fault may be put."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.suite import PRIVATE
from tests.mutants.table import Mutant

LONGEST = 300  # seconds for the tests of one mutant
NOT_COPIED = shutil.ignore_patterns("var", ".git", "__pycache__", ".*_cache", ".hypothesis")
# A mutant must be seen by what a test asserts, not by a product that falls over.
ASSERTION = re.compile(r"assert |AssertionError|Failed: DID NOT RAISE")


@dataclass(frozen=True)
class Outcome:
    """How a run of tests went. `seen`: a test failed by its assertion and none broke otherwise;
    `answer`: the first failure in a line, "" where all passed."""

    seen: bool
    passed: int
    answer: str
    seconds: float


@dataclass(frozen=True)
class Copy:
    """`tree` holds the files of the project, `scratch` its test database and files."""

    tree: Path
    scratch: Path

    @classmethod
    def of_the_project(cls, folder: Path) -> Copy:
        copy = cls(folder / "tree", folder / "scratch")
        shutil.copytree(ROOT, copy.tree, ignore=NOT_COPIED)
        copy.scratch.mkdir()
        return copy

    def twin(self, folder: Path) -> Copy:
        """The same with the database as it is now."""
        twin = Copy(folder / "tree", folder / "scratch")
        shutil.copytree(self.tree, twin.tree)
        shutil.copytree(self.scratch, twin.scratch)
        return twin

    def read(self, path: str) -> str:
        return (self.tree / path).read_text(encoding="utf-8")

    def with_fault(self, mutant: Mutant) -> Outcome:
        """Put the fault in, run the mutant's tests, take it out again."""
        whole = self.read(mutant.path)
        try:
            self._write(mutant.path, whole.replace(mutant.old, mutant.new))
            return self.run(mutant.tests)
        finally:
            self._write(mutant.path, whole)

    def run(self, tests: Sequence[str]) -> Outcome:
        """Run the tests against the copy's own database, which is made where there is none."""
        result = self.scratch / "junit.xml"
        result.unlink(missing_ok=True)
        env = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        env |= {"RECTIFY_TEST_DIR": str(self.scratch), "NO_COLOR": "1"}
        env.pop("VAR_DIR", None)
        env.setdefault("FONT_DIR", str(ROOT / "var" / "fonts"))
        command = [str(PYTHON), "-m", "pytest", "-q", "--reuse-db", "--tb=short",
                   "--show-capture=no", "-p", "no:cacheprovider",
                   f"--junit-xml={result}", *tests]  # fmt: skip
        started = time.monotonic()
        try:
            done = subprocess.run(command, cwd=self.tree, env=env, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, check=False,
                                  timeout=LONGEST)  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(False, 0, f"没有在 {LONGEST} s 内结束", time.monotonic() - started)
        seconds = time.monotonic() - started
        if not result.exists():
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            return Outcome(False, 0, "".join(last) or f"pytest 以 {done.returncode} 结束", seconds)
        return _read(result, seconds)

    def _write(self, path: str, text: str) -> None:
        """Also forget the compiled file: two edits within a second may have the same size."""
        target = self.tree / path
        target.write_text(text, encoding="utf-8")
        for compiled in target.parent.glob(f"__pycache__/{target.stem}.*.pyc"):
            compiled.unlink()


def _read(result: Path, seconds: float) -> Outcome:
    """The outcome from pytest's own report."""
    cases = ElementTree.parse(result).getroot().iter("testcase")  # noqa: S314 - written by pytest
    passed, failures, errors = 0, [], []
    for case in cases:
        failure, error = case.find("failure"), case.find("error")
        if error is not None:
            errors.append(f"{case.get('name')}: {_line(error)}")
        elif failure is not None:
            failures.append(f"{case.get('name')}: {_line(failure)}")
        elif case.find("skipped") is None:
            passed += 1
    asserted = [one for one in failures if ASSERTION.search(one)]
    answer = next(iter(errors or asserted or failures), "")
    if not passed and not answer:
        answer = "没有运行任何测试"
    return Outcome(bool(asserted) and not errors, passed, answer, seconds)


def _line(element: ElementTree.Element) -> str:
    return " ".join((element.get("message") or "").split())[:300]
