"""Counts of a round of tests, read from pytest's own JUnit file, and the lines told about them."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

# A test that skips with a reason beginning like this says: I should have run here and could not.
NOT_RUN_MARK = "NOT RUN"


@dataclass(frozen=True)
class NotRun:
    """Tests that should have run and did not."""

    count: int
    why: str


@dataclass
class Round:
    """One run of the suite: counts of tests, wall time in seconds, exit code of pytest."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    exit_code: int = 0
    not_run: list[NotRun] = field(default_factory=list)


def read_round(name: str, report: Path, *, exit_code: int, seconds: float) -> Round:
    """Counts of one round. A report that is missing or broken off counts as one failure.

    An error in a fixture counts as a failure. pytest's code 5 (nothing collected) is no failure by
    itself; any other code but 0 means at least one failure, whatever the report says.
    """
    result = Round(name, seconds=seconds, exit_code=exit_code)
    unavailable: dict[str, int] = {}
    for case in _cases(report):
        kinds = {child.tag: child.get("message", "") for child in case}
        if "failure" in kinds or "error" in kinds:
            result.failed += 1
        elif "skipped" in kinds:
            result.skipped += 1
            _, mark, why = kinds["skipped"].rpartition(NOT_RUN_MARK)
            if mark:
                reason = why.lstrip(" :：—-") or "no reason given"
                unavailable[reason] = unavailable.get(reason, 0) + 1
        else:
            result.passed += 1
    result.not_run = [NotRun(count, why) for why, count in unavailable.items()]
    if exit_code not in (0, 5):
        result.failed = max(result.failed, 1)
    return result


def _cases(report: Path) -> list[ElementTree.Element]:
    try:
        root = ElementTree.parse(report).getroot()  # noqa: S314 - pytest wrote it a moment ago
    except (OSError, ElementTree.ParseError):
        return []
    return list(root.iter("testcase"))


def summary(rounds: Sequence[Round], not_run: Sequence[NotRun]) -> list[str]:
    """What `make test` says at the end; its last line is `N passed, N failed[, N skipped]`.

    Tests left out of a round are counted as skipped: nothing that did not run looks like a pass.
    """
    lines = [
        f"{one.name}: {one.passed} passed, {one.failed} failed, {one.skipped} skipped"
        f" in {one.seconds:.0f} s"
        for one in rounds
    ]
    within = [entry for one in rounds for entry in one.not_run]
    lines += [f"NOT RUN: {entry.count} — {entry.why}" for entry in [*within, *not_run]]
    passed = sum(one.passed for one in rounds)
    failed = sum(one.failed for one in rounds)
    skipped = sum(one.skipped for one in rounds) + sum(entry.count for entry in not_run)
    total = f"{passed} passed, {failed} failed"
    return [*lines, f"{total}, {skipped} skipped" if skipped else total]


def exit_code(rounds: Sequence[Round], not_run: Sequence[NotRun], *, strict: bool) -> int:
    """1 where a test failed; 3 where `strict` and something did not run; otherwise 0."""
    if any(one.failed for one in rounds):
        return 1
    if strict and (not_run or any(one.not_run for one in rounds)):
        return 3
    return 0
