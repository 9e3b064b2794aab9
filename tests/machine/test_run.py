"""`make run` on a stand-in project: starts three processes, greets, leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rectify.machine.folders import ROOT
from rectify.machine.processes import free_port
from rectify.machine.progress import SetupError
from rectify.machine.run import choose_port
from tests.machine.test_processes import living_in_group

# Stand-ins for the programs that `make run` starts with `python -m` in the project's folder.
NOTE = "import os, sys, pathlib\npathlib.Path('var', NAME + '.pid').write_text(str(os.getpid()))\n"
WEB = NOTE.replace("NAME", "'web'") + (
    "from http.server import HTTPServer, BaseHTTPRequestHandler\n"
    "class Page(BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        self.send_response(200); self.end_headers(); self.wfile.write(b'login')\n"
    "host, port = sys.argv[sys.argv.index('--bind') + 1].split(':')\n"
    "HTTPServer((host, int(port)), Page).serve_forever()\n"
)
CELERY = NOTE.replace("NAME", "('worker' if 'worker' in sys.argv else 'schedule')") + (
    "import subprocess\nsubprocess.run(['sleep', '300'])\n"
)
MANAGE = (
    "import sys, pathlib\n"
    "with open('var/managed', 'a') as log: log.write(sys.argv[1] + '\\n')\n"
    "if sys.argv[1] == 'load_demo':\n"
    "    pathlib.Path('var/demo-accounts.txt').write_text('经办人 clerk 口令 abc\\n')\n"
    "if sys.argv[1] == 'first_run':\n"
    "    assert '--no-print' in sys.argv\n"
    "    pathlib.Path('var/first-account.txt').write_text('登录名：setup\\n初始口令：x\\n')\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "rectify" / "machine", tmp_path / "rectify" / "machine")
    (tmp_path / "rectify" / "__init__.py").touch()
    (tmp_path / "rectify" / "machine" / "fonts.py").write_text("")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / "gunicorn.py").write_text(WEB)
    (tmp_path / "celery.py").write_text(CELERY)
    venv = tmp_path / "var" / "venv"
    (venv / "bin").mkdir(parents=True)
    # A link to the base interpreter is enough: the stand-ins need the standard library alone.
    base = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    (venv / "bin" / "python").symlink_to(base)
    code = "from rectify.machine.environment import digest; print('base', digest('base'))"
    stamp = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True
    )
    (venv / "installed-locks.txt").write_bytes(stamp.stdout)
    return tmp_path


@contextmanager
def running(project: Path, **extra: str) -> Iterator["subprocess.Popen[str]"]:
    env = {name: value for name, value in os.environ.items() if name not in ("VAR_DIR", "DEMO")}
    env |= {"PORT": str(free_port()), **extra}
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "rectify.machine.run"],
        cwd=project,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        yield supervisor
    finally:
        supervisor.kill()
        supervisor.communicate()


def read_until(supervisor: "subprocess.Popen[str]", sign: str) -> str:
    """Everything printed up to the line that holds `sign`, or all of it if it never comes."""
    assert supervisor.stdout is not None
    seen: list[str] = []
    for line in supervisor.stdout:
        seen.append(line)
        if sign in line:
            break
    return "".join(seen)


def groups(project: Path) -> list[int]:
    names = ("web", "worker", "schedule")
    deadline = time.monotonic() + 5
    paths = [project / "var" / f"{name}.pid" for name in names]
    while time.monotonic() < deadline and not all(p.exists() and p.read_text() for p in paths):
        time.sleep(0.02)
    return [int(path.read_text()) for path in paths]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_greets_and_a_signal_stops_everything(project: Path, number: signal.Signals) -> None:
    with running(project) as supervisor:
        printed = read_until(supervisor, "Ctrl-C")
        address = printed.split("running at ")[1].split()[0]
        with urllib.request.urlopen(address, timeout=5) as page:
            assert page.read() == b"login"
        assert "经办人 clerk 口令 abc" in printed
        started = groups(project)
        assert all(living_in_group(group) for group in started)
        supervisor.send_signal(number)
        rest, _ = supervisor.communicate(timeout=15)
        assert supervisor.returncode == 0
        assert "已全部停止" in rest
    assert [living_in_group(group) for group in started] == [[], [], []]
    assert (project / "var" / "managed").read_text().split() == ["migrate", "load_demo"]


def test_a_dead_worker_is_named_and_stops_the_rest(project: Path) -> None:
    with running(project) as supervisor:
        read_until(supervisor, "Ctrl-C")
        started = groups(project)
        os.kill(started[1], signal.SIGKILL)
        rest, _ = supervisor.communicate(timeout=15)
        assert supervisor.returncode == 1
        assert "worker 意外结束" in rest
        assert str(project / "var" / "log" / "worker.log") in rest
    assert [living_in_group(group) for group in started] == [[], [], []]


def test_a_second_one_in_the_same_folder_is_refused_with_the_address(project: Path) -> None:
    with running(project) as first:
        address = read_until(first, "Ctrl-C").split("running at ")[1].split()[0]
        with running(project) as second:
            printed, _ = second.communicate(timeout=15)
            assert second.returncode == 1
            assert f"已经在运行：{address}" in printed
        first.terminate()
        first.communicate(timeout=15)


def test_a_failing_migration_ends_it_with_the_reason(project: Path) -> None:
    (project / "manage.py").write_text("raise SystemExit('no such table: measure')\n")
    with running(project) as supervisor:
        printed, _ = supervisor.communicate(timeout=15)
    assert supervisor.returncode == 1
    assert "no such table: measure" in printed
    assert "manage.py migrate 没有成功" in printed


def test_a_site_that_only_shows_errors_ends_it_with_its_log(project: Path) -> None:
    failing = WEB.replace("send_response(200)", "send_response(500)")
    (project / "gunicorn.py").write_text(failing)
    run = project / "rectify" / "machine" / "run.py"
    text = run.read_text(encoding="utf-8")
    run.write_text(text.replace("FAILING_SECONDS = 10.0", "FAILING_SECONDS = 1.0"), "utf-8")
    with running(project) as supervisor:
        printed, _ = supervisor.communicate(timeout=15)
    assert supervisor.returncode == 1
    assert "HTTP 500" in printed
    assert str(project / "var" / "log" / "web.log") in printed
    assert [living_in_group(group) for group in groups(project)] == [[], [], []]


def test_without_the_demo_it_greets_with_the_first_account(project: Path) -> None:
    with running(project, DEMO="0") as supervisor:
        printed = read_until(supervisor, "Ctrl-C")
        supervisor.terminate()
        supervisor.communicate(timeout=15)
    assert (project / "var" / "managed").read_text().split() == ["migrate", "first_run"]
    assert "登录名：setup" in printed
    assert "演示账号" not in printed
    setup_logs = (project / "var" / "log").glob("setup-*.log")
    assert not any("初始口令" in log.read_text(encoding="utf-8") for log in setup_logs)


@pytest.mark.parametrize("asked", ["abc", "0", "65536", "-1", "８０００"])
def test_a_nonsense_port_is_refused_with_a_sentence(asked: str) -> None:
    with pytest.raises(SetupError, match="1 到 65535"):
        choose_port(asked)
