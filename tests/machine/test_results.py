"""What `make test` says at the end is what ran, what failed and what did not run."""

from pathlib import Path

from rectify.machine.results import NotRun, exit_code, read_round, summary

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><failure message="no">trace</failure></testcase>
<testcase name="d"><error message="fixture"/></testcase>
<testcase name="e"><skipped message="only on SQLite"/></testcase>
<testcase name="f"><skipped message="NOT RUN: pango is missing"/></testcase>
<testcase name="g"><skipped message="NOT RUN: pango is missing"/></testcase>
</testsuite></testsuites>"""
CLEAN = "<testsuites><testsuite><testcase name='a'/></testsuite></testsuites>"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_errors_count_as_failures_and_not_run_is_told_apart_from_skipped(tmp_path: Path) -> None:
    one = read_round("SQLite", written(tmp_path, REPORT), exit_code=1, seconds=61.4)
    assert (one.passed, one.failed, one.skipped) == (2, 2, 3)
    assert one.not_run == [NotRun(2, "pango is missing")]
    assert summary([one], []) == [
        "SQLite: 2 passed, 2 failed, 3 skipped in 61 s",
        "NOT RUN: 2 — pango is missing",
        "2 passed, 2 failed, 3 skipped",
    ]


def test_the_last_line_sums_both_rounds_and_is_plain_when_nothing_was_skipped(
    tmp_path: Path,
) -> None:
    one = read_round("SQLite", written(tmp_path, CLEAN), exit_code=0, seconds=1)
    two = read_round("PostgreSQL", written(tmp_path, CLEAN), exit_code=0, seconds=1)
    assert summary([one, two], [])[-1] == "2 passed, 0 failed"
    assert exit_code([one, two], [], strict=True) == 0


def test_a_round_that_could_not_run_is_skipped_never_passed(tmp_path: Path) -> None:
    one = read_round("SQLite", written(tmp_path, CLEAN), exit_code=0, seconds=1)
    absent = [NotRun(40, "PostgreSQL + Redis: not installed")]
    assert summary([one], absent)[-2:] == [
        "NOT RUN: 40 — PostgreSQL + Redis: not installed",
        "1 passed, 0 failed, 40 skipped",
    ]
    assert exit_code([one], absent, strict=False) == 0
    assert exit_code([one], absent, strict=True) == 3


def test_a_test_that_says_not_run_makes_the_strict_run_fail(tmp_path: Path) -> None:
    text = '<testsuites><testcase name="f"><skipped message="NOT RUN: x"/></testcase></testsuites>'
    one = read_round("SQLite", written(tmp_path, text), exit_code=0, seconds=1)
    assert exit_code([one], [], strict=True) == 3


def test_a_crash_without_a_report_is_a_failure(tmp_path: Path) -> None:
    one = read_round("SQLite", tmp_path / "absent.xml", exit_code=3, seconds=1)
    assert (one.passed, one.failed) == (0, 1)
    broken = read_round("SQLite", written(tmp_path, REPORT[:200]), exit_code=2, seconds=1)
    assert broken.failed == 1
    assert exit_code([one], [], strict=False) == 1


def test_nothing_collected_is_no_failure_by_itself(tmp_path: Path) -> None:
    one = read_round("PostgreSQL", tmp_path / "absent.xml", exit_code=5, seconds=1)
    assert (one.passed, one.failed) == (0, 0)
