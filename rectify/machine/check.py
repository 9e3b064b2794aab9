"""`make check`: linters, types, Django's own checks and missing migrations, side by side."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from rectify.machine import environment
from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.progress import SetupError, complain, say

SETTINGS = {"DJANGO_SETTINGS_MODULE": "rectify.settings.dev"}
CONCISE = ("--output-format", "concise")


@dataclass(frozen=True)
class Gate:
    """One check: what people call it and the arguments of var/venv's Python."""

    name: str
    arguments: Sequence[str]


GATES = (
    Gate("mypy --strict", ["-m", "mypy", "."]),
    Gate("ruff check", ["-m", "ruff", "check", *CONCISE, "."]),
    Gate(
        "ruff format --check",
        ["-m", "ruff", "format", "--check", "--output-format", "concise", "."],
    ),
    Gate("djlint", ["-m", "djlint", "templates", "--lint", "--quiet"]),
    Gate("manage.py check", ["manage.py", "check"]),
    Gate("makemigrations --check", ["manage.py", "makemigrations", "--check", "--dry-run"]),
)


def passes(gate: Gate, env: Mapping[str, str]) -> tuple[bool, str, float]:
    """Whether a gate is green, what it printed, and its seconds."""
    started = time.monotonic()
    done = subprocess.run(
        [str(PYTHON), *gate.arguments],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done.returncode == 0, done.stdout, time.monotonic() - started


def main() -> int:
    """Runs every gate, two at a time, and returns 1 if any is red."""
    try:
        environment.ensure("dev")
    except SetupError as problem:
        return complain(problem)
    red: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="rectify-check-") as scratch,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        # The type checker reads the test settings, which want a scratch folder.
        env = {**os.environ, **SETTINGS, "RECTIFY_TEST_DIR": scratch, "NO_COLOR": "1"}
        pending = {pool.submit(passes, gate, env): gate for gate in GATES}
        for done in as_completed(pending):
            gate, (green, output, seconds) = pending[done], done.result()
            say(f"{'✓' if green else '✗'} {gate.name} ({seconds:.0f} s)")
            if not green:
                red.append(gate.name)
                say(output.rstrip())
    say(f"✗ {', '.join(red)}" if red else "✓ all checks passed")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
