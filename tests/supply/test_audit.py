"""An audit says how many packages it looked at, and a silent service is never a clean result."""

import json
from typing import Any

import pytest

from rectify.machine import supply
from rectify.machine.lock import Package, read_lock
from rectify.machine.supply import judge

LOCK = [Package("django", "5.2.19", "", frozenset()), Package("redis", "8.1.0", "", frozenset())]
CLEAN = [
    {"name": "django", "version": "5.2.19", "vulns": []},
    {"name": "redis", "version": "8.1.0", "vulns": []},
]
UNKNOWN = [
    {"name": name, "skip_reason": f"Dependency not found and could not be audited: {name}"}
    for name in ("django", "redis")
]
FINDING = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.20", "6.0.1"], "aliases": []}


def written(*answers: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(answers), "fixes": []})


def test_a_clean_lock_says_how_many_packages_were_looked_at() -> None:
    verdict = judge(LOCK, written(*CLEAN), "No known vulnerabilities found\n")
    assert verdict.lines == ["audit: 2 of 2 packages looked at, 0 with findings"]
    assert verdict.exit_code == 0


def test_a_finding_names_the_package_and_the_version_that_mends_it() -> None:
    hit = {"name": "django", "version": "5.2.19", "vulns": [FINDING]}
    verdict = judge(LOCK, written(hit, CLEAN[1]), "Found 1 known vulnerability\n")
    assert verdict.lines == [
        "✗ django 5.2.19: PYSEC-2026-1 · fixed in 5.2.20, 6.0.1",
        "audit: 2 of 2 packages looked at, 1 with findings",
    ]
    assert verdict.exit_code == 1


def test_a_finding_without_a_mended_version_says_so() -> None:
    hit = {"name": "redis", "version": "8.1.0", "vulns": [{**FINDING, "fix_versions": []}]}
    verdict = judge(LOCK, written(CLEAN[0], hit), "")
    assert verdict.lines[0] == "✗ redis 8.1.0: PYSEC-2026-1 · fixed in no version yet"


def test_a_service_that_knows_no_name_is_not_run_though_the_tool_reports_success() -> None:
    verdict = judge(LOCK, written(*UNKNOWN), "No known vulnerabilities found\n")
    assert verdict.exit_code == 3
    assert verdict.lines == [
        "audit: NOT RUN, 0 of 2 packages looked at — "
        "Dependency not found and could not be audited: django"
    ]


@pytest.mark.parametrize("output", ["", "not json", "[]", "null", '{"other": 1}'])
def test_no_answer_is_not_run_and_gives_the_tools_last_words(output: str) -> None:
    verdict = judge(LOCK, output, "Traceback\nConnectionError: refused\n\n")
    assert verdict.exit_code == 3
    assert verdict.lines == ["audit: NOT RUN, 0 of 2 packages looked at — ConnectionError: refused"]


def test_a_package_that_was_left_out_is_named_and_fails_the_audit() -> None:
    verdict = judge(LOCK, written(CLEAN[0], UNKNOWN[1]), "No known vulnerabilities found\n")
    assert verdict.lines == [
        "✗ not looked at: redis 8.1.0",
        "audit: 1 of 2 packages looked at, 0 with findings",
    ]
    assert verdict.exit_code == 1


def test_an_answer_about_another_version_does_not_count() -> None:
    other = {"name": "redis", "version": "8.0.0", "vulns": []}
    verdict = judge(LOCK, written(CLEAN[0], other), "")
    assert (verdict.lines[0], verdict.exit_code) == ("✗ not looked at: redis 8.1.0", 1)


def test_a_service_that_refuses_the_connection_is_not_run() -> None:
    """The real tool against a closed door of this machine: nothing leaves it."""
    verdict = supply.audit(["--vulnerability-service", "osv", "--osv-url", "http://127.0.0.1:9/"])
    total = len(read_lock(supply.LOCK))
    assert verdict.exit_code == 3
    assert verdict.lines[-1].startswith(f"audit: NOT RUN, 0 of {total} packages looked at — ")


def test_the_exit_code_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    code = supply.main(["audit", "-s", "osv", "--osv-url", "http://127.0.0.1:9/"])
    assert code == 3
    assert "NOT RUN" in capsys.readouterr().out


def test_an_unknown_word_is_a_sentence_not_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert supply.main(["nonsense"]) == 1
    assert "sbom 或 audit" in capsys.readouterr().out
