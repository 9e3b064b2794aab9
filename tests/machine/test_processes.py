"""What Rectify starts it also stops: no process of its groups is left."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rectify.machine.processes import Child, first_dead, free_port, port_is_free, stop_all

TWO_SLEEPERS = ["sh", "-c", "sleep 300 & sleep 300; exit 0"]


def living_in_group(group: int) -> list[int]:
    """Processes of a group that still run; a zombie that waits for its reaper is no longer one."""
    listing = subprocess.run(
        ["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [int(pid) for pid, pgid, stat in rows if int(pgid) == group and stat[0] != "Z"]


def wait_for(group: int, count: int) -> None:
    deadline = time.monotonic() + 5
    while len(living_in_group(group)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(living_in_group(group)) >= count


def started(tmp_path: Path, name: str, command: list[str]) -> tuple[Child, int]:
    child = Child(name, command, tmp_path / "log" / f"{name}.log", cwd=tmp_path)
    child.start()
    assert child.process is not None
    return child, child.process.pid


def test_stopping_ends_children_and_grandchildren(tmp_path: Path) -> None:
    pairs = [started(tmp_path, name, TWO_SLEEPERS) for name in ("web", "worker")]
    for _, group in pairs:
        wait_for(group, 2)
    assert stop_all([child for child, _ in pairs], grace=3) == []
    for _, group in pairs:
        assert living_in_group(group) == []


def test_one_that_ignores_the_signal_is_killed_and_reported(tmp_path: Path) -> None:
    deaf = ["sh", "-c", "trap '' TERM; echo ready; sleep 300 & wait; sleep 300"]
    child, group = started(tmp_path, "deaf", deaf)
    wait_for(group, 2)
    assert stop_all([child], grace=0.3) == [child]
    assert living_in_group(group) == []


def test_the_one_that_died_is_found_with_its_exit_code_and_log(tmp_path: Path) -> None:
    alive, _ = started(tmp_path, "alive", ["sleep", "300"])
    dead, _ = started(tmp_path, "dead", ["sh", "-c", "echo last words; exit 7"])
    try:
        assert dead.process is not None
        dead.process.wait(timeout=5)
        assert first_dead([alive, dead]) is dead
        assert dead.exit_code() == 7
        assert dead.log.read_text() == "last words\n"
    finally:
        stop_all([alive, dead])
    assert first_dead([alive, dead]) is None, "what was stopped on purpose has not died"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_children_follow_a_supervisor_that_is_killed_hard(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; import time\n"
        "from rectify.machine.processes import Child\n"
        f"child = Child('x', ['sleep', '300'], Path({str(tmp_path / 'x.log')!r}))\n"
        "child.start(); print(child.process.pid, flush=True); time.sleep(300)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        group = int(supervisor.stdout.readline())
        wait_for(group, 1)
        time.sleep(0.1)
        supervisor.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while living_in_group(group) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert living_in_group(group) == []


def test_the_next_free_port_is_taken_when_one_is_busy() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert not port_is_free(port)
        assert port < free_port(port) < port + 100


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rectify.machine.processes.LARGEST_LOG", 10)
    log = tmp_path / "web.log"
    log.write_text("x" * 11)
    child = Child("web", ["sleep", "300"], log, cwd=tmp_path)
    child.start()
    stop_all([child])
    assert (tmp_path / "web.log.1").read_text() == "x" * 11
    assert log.read_text() == ""
