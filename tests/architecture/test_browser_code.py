"""Our own JavaScript puts text in as text, keeps little in the browser and talks to nobody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
# What is written into a page as markup, run as code, sent, received or kept.
FORBIDDEN = (
    r"\.innerHTML\s*[+=]",
    r"\.outerHTML\s*[+=]",
    r"insertAdjacentHTML",
    r"document\.write",
    r"\beval\s*\(",
    r"\bnew\s+Function\b",
    r"set(Timeout|Interval)\s*\(\s*['\"]",
    r"\bpostMessage\b|addEventListener\(\s*['\"]message['\"]",
    r"\bWebSocket\b|\bEventSource\b|\bRTCPeerConnection\b",
    r"\bfetch\s*\(|XMLHttpRequest|sendBeacon",
    r"localStorage|indexedDB|document\.cookie",
    r"https?://",
    r"__proto__|\bconstructor\s*\[",
    r"Object\.assign|jQuery\.extend",
)


def found_in(text: str) -> Iterator[str]:
    for pattern in FORBIDDEN:
        yield from (match.group(0) for match in re.finditer(pattern, text))


def test_there_are_scripts_to_look_at() -> None:
    assert "shell.js" in {path.name for path in SCRIPTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_writes_no_markup_runs_no_text_and_sends_nothing(path: Path) -> None:
    assert list(found_in(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_declares_its_names_in_a_function_of_its_own(path: Path) -> None:
    """No name of ours lies in the window, where an element's id could take its place."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL).strip()
    assert text.startswith(("(function () {", '"use strict";\n(function () {'))
    assert text.endswith("})();")
    assert '"use strict"' in text


def test_drafts_lie_in_this_tab_alone_belong_to_one_person_and_go_at_logout() -> None:
    text = (ROOT / "static" / "js" / "shell.js").read_text(encoding="utf-8")
    assert "document.body.dataset.person" in text
    assert "sessionStorage.clear()" in text
    logout = [
        path
        for path in (ROOT / "templates").rglob("*.html")
        if "data-forget-drafts" in path.read_text(encoding="utf-8")
    ]
    assert logout != []


@pytest.mark.parametrize(
    "code",
    [
        "box.innerHTML = words;",
        "box.insertAdjacentHTML('beforeend', words);",
        "localStorage.setItem('a', words);",
        "window.addEventListener('message', take);",
        "setTimeout('run()', 5);",
        "fetch('/x');",
    ],
)
def test_the_guard_sees_it(code: str) -> None:
    assert list(found_in(code)) != []
