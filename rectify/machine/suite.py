"""`make test`: the whole suite on SQLite, then again on PostgreSQL and Redis.

Environment: RECTIFY_STRICT=1 makes tests that could not run an error (exit code 3), ROUNDS=sqlite
or ROUNDS=postgres runs one round only, TEST_WORKERS the number of pytest processes (default 2).
Arguments go to pytest.
"""

import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from rectify.machine import environment, packages, services
from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.progress import SetupError, complain, run_logged, say
from rectify.machine.results import NotRun, Round, exit_code, read_round, summary

REPORTS = ROOT / "var" / "test-results"
LAST_SUMMARY = REPORTS / "summary.txt"
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL + Redis"}
# Settings of the person who runs the tests must not reach them.
PRIVATE = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MEDIA_ROOT", "PUBLIC_URL")


class Suite:
    """One `make test`: what was asked for, what is missing, what came out."""

    def __init__(self, arguments: Sequence[str]) -> None:
        asked = os.environ.get("ROUNDS", "").strip()
        if asked and asked not in NAMES:
            raise SetupError(f"ROUNDS={asked!r} 无法识别：请填 sqlite 或 postgres，或不填。")
        self.wanted = [asked] if asked else list(NAMES)
        self.arguments = list(arguments)
        self.left_out: list[str] = []  # markers of tests that this machine cannot run
        self.rounds: list[Round] = []
        self.not_run: list[NotRun] = []

    def prepare(self) -> None:
        """Everything the tests need; what cannot be had is remembered, not fatal."""
        environment.ensure("dev")
        packages.ensure([*packages.PDF, *packages.BROWSER])
        run_logged(
            [str(PYTHON), "-m", "rectify.machine.fonts"], label="字体", log_name="setup-fonts"
        )
        if packages.chromium() is None:
            self.left_out.append("browser")

    def run(self) -> None:
        """Both rounds, one after the other, each in a scratch folder of its own."""
        for kind in self.wanted:
            if kind == "sqlite":
                self._round(kind, {})
                continue
            # One name per clone, so that two clones do not meet in one server.
            name = "rectify_" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
            try:
                with services.for_tests(name) as (postgres, redis):
                    self._round(kind, {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url})
            except SetupError as problem:
                say(f"✗ {problem}")
                count = self._collected(self._markers(kind))
                self.not_run.append(NotRun(count, f"{NAMES[kind]}: {problem}"))

    def _markers(self, kind: str) -> str:
        unwanted = [*self.left_out, *(["sqlite_only"] if kind == "postgres" else [])]
        return " and ".join(f"not {marker}" for marker in unwanted)

    def _round(self, kind: str, servers: dict[str, str]) -> None:
        markers = self._markers(kind)
        say(f"\n=== {NAMES[kind]} ===")
        REPORTS.mkdir(parents=True, exist_ok=True)
        report = REPORTS / f"{kind}.xml"
        report.unlink(missing_ok=True)
        workers = os.environ.get("TEST_WORKERS", "2")
        command = [str(PYTHON), "-m", "pytest", "-n", workers, f"--junit-xml={report}"]
        command += [*(["-m", markers] if markers else []), *self.arguments]
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="rectify-test-") as scratch:
            env = {**_clean_environment(), **servers, "RECTIFY_TEST_DIR": scratch}
            code = subprocess.run(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False
            ).returncode
        if code == 5 and not self.arguments:
            say("✗ pytest 没有找到任何测试")
            code = 1
        seconds = time.monotonic() - started
        self.rounds.append(read_round(NAMES[kind], report, exit_code=code, seconds=seconds))
        for marker in self.left_out:
            if count := self._collected(marker):
                why = f"{NAMES[kind]}: {marker} — {packages.explain(packages.BROWSER)}"
                self.not_run.append(NotRun(count, why.split("\n")[0]))

    def _collected(self, markers: str) -> int:
        """How many tests pytest would run with these markers; at least 1 if it cannot say."""
        command = [str(PYTHON), "-m", "pytest", "--collect-only", "-q", "-p", "no:warnings"]
        command += [*(["-m", markers] if markers else []), *self.arguments]
        with tempfile.TemporaryDirectory(prefix="rectify-test-") as scratch:
            env = {**_clean_environment(), "RECTIFY_TEST_DIR": scratch}
            done = subprocess.run(
                command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
            )
        if done.returncode == 5:
            return 0
        found = re.findall(r"^(\d+)(?:/\d+)? tests? collected", done.stdout, re.MULTILINE)
        return int(found[-1]) if found else 1


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in PRIVATE}


def main(arguments: Sequence[str]) -> int:
    """Runs the suite and returns its exit code; the last line printed carries the counts."""
    started = time.monotonic()
    # SIGTERM becomes an ordinary exit, so that private servers are stopped and folders removed.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        suite = Suite(arguments)
        suite.prepare()
        suite.run()
    except SetupError as problem:
        return complain(problem)
    except KeyboardInterrupt:
        return 130
    lines = summary(suite.rounds, suite.not_run)
    if len(suite.wanted) < len(NAMES):
        lines.insert(0, f"只跑了 {NAMES[suite.wanted[0]]}（ROUNDS={suite.wanted[0]}）")
    lines.insert(-1, f"总用时 · wall time {time.monotonic() - started:.0f} s")
    say(f"\n{'=' * 24} make test {'=' * 24}")
    for line in lines:
        say(line)
    LAST_SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    LAST_SUMMARY.write_text("\n".join(lines) + "\n", encoding="utf-8")
    strict = os.environ.get("RECTIFY_STRICT", "") == "1"
    return exit_code(suite.rounds, suite.not_run, strict=strict)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
