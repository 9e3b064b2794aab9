"""Processes that Rectify starts, each at the head of its own group, and how they are stopped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rectify.machine.folders import ROOT

LARGEST_LOG = 5 * 1024 * 1024  # bytes; a longer log is put aside as .1 at the next start


@dataclass
class Child:
    """One long-running process: its name for people, its command, its log."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] | None = None
    account: str | None = None
    group: int | None = None
    cwd: Path = ROOT
    stop_signal: signal.Signals = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Starts the process at the head of a new group. Raises OSError if it cannot be started."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(self.log.suffix + ".1"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*_follow_parent(), *self.command],
                cwd=self.cwd,
                env=None if self.env is None else dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.account,
                group=self.group,
                extra_groups=None if self.account is None else [],
            )

    def exit_code(self) -> int | None:
        """None while the process lives (or was never started), otherwise how it ended."""
        return None if self.process is None else self.process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the head of the group alone."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill_group(self) -> None:
        """Kills whatever is left of the group, as a power cut would, and forgets the process."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@cache
def _follow_parent() -> tuple[str, ...]:
    """Prefix that makes the kernel stop a child whose supervisor is itself killed hard.

    util-linux's setpriv replaces itself by the command, so the process stays the head of its group.
    Empty where it is missing: then only an orderly end of the supervisor stops the child.
    """
    program = shutil.which("setpriv")
    if program is None:
        return ()
    prefix = (program, "--pdeathsig", "TERM", "--")
    works = subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0
    return prefix if works else ()


def first_dead(children: Iterable[Child]) -> Child | None:
    """The first child that has ended by itself."""
    return next((child for child in children if child.exit_code() is not None), None)


def stop_all(children: Sequence[Child], grace: float = 8.0) -> list[Child]:
    """Stops every started child and whatever it left in its group; returns those that were forced.

    The head of each group is asked first, so that it can end its own children in order; what is
    still there after `grace` seconds is killed with the whole group.
    """
    started = [child for child in children if child.process is not None]
    for child in reversed(started):
        if child.exit_code() is None:
            child.send(child.stop_signal)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and any(child.exit_code() is None for child in started):
        time.sleep(0.05)
    forced = [child for child in started if child.exit_code() is None]
    for child in started:
        child.kill_group()
    return forced


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(first: int | None = None, tries: int = 100) -> int:
    """A free port: any, or the first free one from `first` on. Raises OSError if there is none."""
    if first is None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])
    for port in range(first, min(first + tries, 65536)):
        if port_is_free(port):
            return port
    raise OSError(f"no free port from {first} on")
