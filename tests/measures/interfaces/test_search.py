"""Words are found in whatever width and brackets they were written."""

import re

import pytest

from measures.interfaces.search import folded_pattern


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("(就业)", "分管领导（就业）"),
        ("（就业）", "分管领导(就业)"),
        ("12名", "清退１２名"),
        ("１２名", "清退12名"),
        ("《办法》", "印发<办法>"),
        ('"一岗双责"', "落实“一岗双责”"),
        ("Ａ区", "A区"),
        ("2021-05", "2021－05"),
    ],
)
def test_width_and_brackets_do_not_matter(typed: str, written: str) -> None:
    assert re.search(folded_pattern(typed), written, re.IGNORECASE)


@pytest.mark.parametrize("mark", list(".*+?^$|\\[](){}-/#&~!@%"))
def test_marks_are_searched_for_and_command_nothing(mark: str) -> None:
    pattern = folded_pattern(f"a{mark}b")
    assert re.search(pattern, f"a{mark}b")
    assert not re.search(pattern, "axb")
    assert not re.search(pattern, "ab")
