"""docs/asvs.csv answers every requirement of OWASP ASVS 5.0, levels 1 and 2; its tests exist."""

import ast
import csv
import re
from functools import cache
from pathlib import Path

import pytest

from rectify.machine.folders import ROOT

TABLE = ROOT / "docs" / "asvs.csv"
COLUMNS = ["requirement", "level", "applies", "about", "test", "reason"]
# Section: how many requirements it has on level 1, and how many more on level 2. In every section
# the numbers begin at 1 and the levels follow one another.
SECTIONS = """
1.1 0 2   1.2 5 4   1.3 2 9   1.4 0 3   1.5 1 1   2.1 1 2   2.2 2 1   2.3 1 3   2.4 0 1
3.2 2 0   3.3 1 3   3.4 2 4   3.5 3 2   3.7 0 2   4.1 1 2   4.2 0 1   4.3 0 2   4.4 1 3
5.1 0 1   5.2 2 1   5.3 2 0   5.4 0 3   6.1 1 2   6.2 8 4   6.3 2 2   6.4 2 2   6.5 0 5
6.6 0 3   6.8 0 4   7.1 0 3   7.2 4 0   7.3 0 2   7.4 2 3   7.5 0 2   7.6 0 2   8.1 1 1
8.2 2 1   8.3 1 0   8.4 0 1   9.1 3 0   9.2 1 3   10.1 0 2  10.2 0 2  10.3 0 4  10.4 5 6
10.5 0 5  10.6 0 2  10.7 0 3  11.1 0 2  11.2 0 3  11.3 2 1  11.4 1 3  11.5 0 1  11.6 0 1
12.1 1 2  12.2 2 0  12.3 0 4  13.1 0 1  13.2 0 5  13.3 0 2  13.4 1 4  14.1 0 2  14.2 1 3
14.3 1 2  15.1 1 2  15.2 1 2  15.3 1 6  16.1 0 1  16.2 0 5  16.3 0 4  16.4 0 3  16.5 0 3
17.1 0 1  17.2 0 4  17.3 0 2
"""
NODE = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
PATH = re.compile(r"\b((?:[\w-]+/)+[\w.-]+\.\w+|SECURITY\.md)")


def expected() -> list[tuple[str, str]]:
    """Number and level of every requirement, in the order of the standard."""
    found = []
    for section, first, second in re.findall(r"(\d+\.\d+) +(\d+) +(\d+)", SECTIONS):
        for number in range(1, int(first) + int(second) + 1):
            found.append((f"V{section}.{number}", "1" if number <= int(first) else "2"))
    return found


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def faults(row: dict[str, str]) -> list[str]:
    """What is wrong with one row; empty where it stands on a real test or a real reason."""
    found = []
    if row["applies"] not in ("yes", "no"):
        found.append(f"applies is {row['applies']!r}")
    if row["applies"] == "no" and not row["reason"]:
        found.append("does not apply, without a reason")
    if not row["test"] and not row["reason"]:
        found.append("neither test nor reason")
    if row["reason"] and len(row["reason"]) < 20:
        found.append("the reason says nothing")
    for node in row["test"].split():
        match = NODE.fullmatch(node)
        if match is None or not (ROOT / match[1]).is_file():
            found.append(f"{node} is no test file")
        elif match[2] not in names_in(ROOT / match[1]):
            found.append(f"{node} does not exist")
    return found + [
        f"{path} does not exist"
        for path in PATH.findall(row["reason"])
        if not (ROOT / path).exists()
    ]


def test_the_table_has_every_requirement_once_with_its_level_in_order() -> None:
    assert len(expected()) == 253
    assert sum(level == "1" for _number, level in expected()) == 70
    assert [(row["requirement"], row["level"]) for row in rows()] == expected()


def test_the_columns_are_the_agreed_ones_and_no_row_is_too_long() -> None:
    with TABLE.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.reader(handle))
    assert lines[0] == COLUMNS
    assert {len(line) for line in lines} == {len(COLUMNS)}


def test_every_row_stands_on_a_test_that_exists_or_on_a_reason() -> None:
    found = [f"{row['requirement']}: {fault}" for row in rows() for fault in faults(row)]
    assert found == []


def test_what_is_not_met_says_so_in_these_words() -> None:
    open_rows = [row["requirement"] for row in rows() if "not met" in row["reason"]]
    assert open_rows != []
    assert all(row["applies"] == "yes" for row in rows() if row["requirement"] in open_rows)


GOOD = {"requirement": "V1.1.1", "level": "2", "applies": "yes", "about": "", "reason": ""} | {
    "test": "tests/supply/test_asvs.py::test_a_fault_is_seen"
}


@pytest.mark.parametrize(
    "change",
    [
        {"test": ""},
        {"test": "tests/supply/test_asvs.py::test_that_nobody_wrote"},
        {"test": "tests/supply/test_nowhere.py::test_a_fault_is_seen"},
        {"test": "tests/supply/test_asvs.py"},
        {"test": "", "reason": "because"},
        {"applies": "no"},
        {"applies": "perhaps"},
        {"reason": "It is described in docs/nowhere.md at length."},
    ],
)
def test_a_fault_is_seen(change: dict[str, str]) -> None:
    assert faults(GOOD) == []
    assert faults(GOOD | change) != []
