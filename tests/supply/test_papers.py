"""What the security papers name is there, and what they list is complete."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, imported_modules, sources

PAPERS = ("SECURITY.md", "docs/threat-model.md", "docs/dengbao.md")
# A path of the repository in backquotes or in a link, with or without ::test_name behind it.
NAMED = re.compile(
    r"(?:`|\]\()((?:[\w.-]+/)*[\w.-]+\.(?:py|md|json|csv|yaml|yml|html|txt|toml)|(?:[\w.-]+/)+)"
    r"(?:::(test_\w+))?(?:`|\))"
)
CRYPTOGRAPHY = ("hashlib", "hmac", "secrets", "cryptography", "base64")


def named_in(paper: str) -> list[tuple[Path, str]]:
    """Path and test name (empty where none is given) of everything that the paper points to."""
    text = (ROOT / paper).read_text(encoding="utf-8")
    found = []
    for path, test in NAMED.findall(text):
        beside = (ROOT / paper).parent / path
        found.append((beside if beside.exists() else ROOT / path, test))
    return found


@pytest.mark.parametrize("paper", PAPERS)
def test_every_path_and_test_that_a_paper_names_is_there(paper: str) -> None:
    named = named_in(paper)
    assert named != []
    for path, test in named:
        assert path.exists(), f"{paper}: {path.relative_to(ROOT)} is not there"
        if test:
            text = path.read_text(encoding="utf-8")
            assert f"def {test}(" in text, f"{paper}: {path.relative_to(ROOT)} has no {test}"


def test_the_pattern_finds_paths_in_backquotes_and_links() -> None:
    text = "`a/b.py::test_x`, [c](d.md), `tests/audit/`, `make audit`, `settings.prod`"
    assert NAMED.findall(text) == [("a/b.py", "test_x"), ("d.md", ""), ("tests/audit/", "")]


def test_every_control_says_who_is_responsible_and_what_the_system_does_is_shown() -> None:
    text = (ROOT / "docs/dengbao.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    controls = [row for row in rows if row[0] != "控制点"]
    assert len(controls) > 40
    for row in controls:
        assert len(row) == 4, row
        _control, _how, who, shown = row
        assert who.startswith(("系统", "部署单位")), row
        assert NAMED.search(shown) or who.startswith("部署单位"), row


def test_every_use_of_cryptography_is_in_the_list() -> None:
    """The list stands in the threat model under the heading Keys and algorithms."""
    text = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    _, _, section = text.partition("## Keys and algorithms")
    listed = set(re.findall(r"`((?:rectify|issues|measures|reports|seeds)/[\w/]+\.py)`", section))
    used = {
        path
        for path, tree in sources().items()
        if not path.startswith("rectify/machine/")
        and any(name.split(".")[0] in CRYPTOGRAPHY for name in imported_modules(tree))
    }
    assert used == listed


def test_the_image_holds_neither_repository_nor_tests() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "tests", "var", ".ci"} <= set(left_out)
