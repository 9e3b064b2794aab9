"""What the person at the terminal sees while a long step runs."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rectify.machine.folders import ROOT, log_dir

HEARTBEAT = 10.0  # seconds between two signs of life of a long step


class SetupError(Exception):
    """A step of set-up failed; its text is a sentence for the person at the terminal."""


def say(line: str = "") -> None:
    """One line on standard output at once, whatever the terminal's encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


def complain(error: SetupError) -> int:
    """Shows a failed step and gives the exit code that goes with it."""
    say(f"✗ {error}")
    return 1


def last_lines(path: Path, count: int = 15) -> list[str]:
    """The last lines of a log; empty where there is none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]


def run_logged(
    command: Sequence[str],
    *,
    label: str,
    log_name: str,
    env: Mapping[str, str] | None = None,
    quiet_failure: bool = False,
) -> bool:
    """Runs a command with its output in var/log/LOG_NAME.log and a sign of life every 10 s.

    True when it ended with 0. On failure the end of its log is shown unless `quiet_failure`.
    A command that cannot be started counts as failed.
    """
    log = log_dir() / f"{log_name}.log"
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=None if env is None else dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            output.write(f"{command[0]}: {error}\n".encode())
            code = 127
        else:
            code = _wait(process, label, log)
    if code and not quiet_failure:
        say(f"  ✗ {label}：失败（{code}），日志 {log}")
        for line in last_lines(log):
            say(f"    {line}")
    return code == 0


def _wait(process: "subprocess.Popen[bytes]", label: str, log: Path) -> int:
    started = time.monotonic()
    try:
        while True:
            try:
                return process.wait(timeout=HEARTBEAT)
            except subprocess.TimeoutExpired:
                tail = last_lines(log, 1)
                note = f" · {tail[0].strip()[:90]}" if tail else ""
                say(f"  … {label} {time.monotonic() - started:.0f} s{note}")
    except BaseException:
        process.terminate()
        process.wait()
        raise


def is_root() -> bool:
    """Whether this process may install system packages."""
    return os.geteuid() == 0
