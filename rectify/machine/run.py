"""`make run`: sets everything up, starts web, worker and schedule, stops all of it again.

Environment: PORT (default 8000; the next free one if it is taken), DEMO=0 leaves the demo data
out; everything else is read by the settings.
"""

import fcntl
import http.client
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from rectify.machine import environment, packages
from rectify.machine.folders import PYTHON, log_dir, var_dir
from rectify.machine.processes import Child, first_dead, free_port, port_is_free, stop_all
from rectify.machine.progress import SetupError, complain, last_lines, run_logged, say

FIRST_PORT = 8000
START_SECONDS = 120.0  # until the login page must answer, on a slow machine
FAILING_SECONDS = 10.0  # a site that already answers with an error will not get well by itself


class Stop(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def _on_signal(number: int, _frame: FrameType | None) -> None:
    raise Stop(signal.Signals(number).name)


def lock(path: Path) -> IO[str]:
    """Holds the only `make run` of this folder. Raises SetupError with the other one's address."""
    handle = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        address = handle.read().strip() or "正在启动"
        handle.close()
        raise SetupError(f"已经在运行：{address} · already running") from None
    handle.truncate(0)
    return handle


def choose_port(asked: str) -> int:
    """The port asked for, or the next free one. Raises SetupError for what is no port number."""
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= 65535):
        raise SetupError(f"PORT={asked!r} 无法识别：请填 1 到 65535 之间的数。")
    first = int(asked)
    if port_is_free(first):
        return first
    try:
        port = free_port(first + 1)
    except OSError:
        raise SetupError(f"从 {first} 起没有空闲端口，请用 PORT=… 另选。") from None
    say(f"! 端口 {first} 已被占用，改用 {port} · port {first} is taken, using {port}")
    return port


def prepare(env: dict[str, str]) -> None:
    """Environment, packages, fonts, database, demo. Raises SetupError where it cannot go on."""
    if not environment.holds("base"):
        environment.ensure("base")
    packages.ensure(packages.PDF)
    say("· 字体 · fonts")
    fonts = [str(PYTHON), "-m", "rectify.machine.fonts"]
    if not run_logged(fonts, label="字体 fonts", log_name="setup-fonts", env=env):
        say("! 字体没有取全：网页照常使用，PDF 按钮会说明缺什么；可重试 make fonts")
    say("· 数据库 · database")
    manage(env, "migrate", "--noinput", label="migrate")
    if env.get("DEMO", "").strip().lower() not in {"0", "no", "off", "false"}:
        say("· 演示数据 · demo data")
        manage(env, "load_demo", label="load_demo")
    else:
        say("· 第一个账号 · first account")
        manage(env, "first_run", "--no-print", label="first_run")


def manage(env: dict[str, str], *arguments: str, label: str) -> None:
    """Runs one management command. Raises SetupError when it fails; its log has been shown."""
    command = [str(PYTHON), "manage.py", *arguments]
    if not run_logged(command, label=label, log_name=f"setup-{label}", env=env):
        raise SetupError(f"manage.py {arguments[0]} 没有成功，见上。")


def processes(env: dict[str, str], port: int) -> list[Child]:
    """Web, worker and schedule as they run on one machine."""
    python, logs, var = str(PYTHON), log_dir(), var_dir()
    gunicorn = [python, "-m", "gunicorn", "rectify.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    gunicorn += ["--config", "python:rectify.web_server"]
    gunicorn += ["--graceful-timeout", "5", "--timeout", "60"]
    celery = [python, "-m", "celery", "-A", "rectify"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--pool", "prefork", "--concurrency", "1"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile="]
    beat += ["--schedule", str(var / "celerybeat-schedule")]
    return [
        Child("网站 web", gunicorn, logs / "web.log", env=env),
        Child("后台任务 worker", worker, logs / "worker.log", env=env),
        Child("定时 schedule", beat, logs / "schedule.log", env=env),
    ]


def answer(address: str) -> int:
    """HTTP status of the site's first page (the login page, after its redirect); 0 if nobody."""
    try:
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 - our own http
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, http.client.HTTPException):
        return 0


def wait_until_answers(address: str, children: Sequence[Child]) -> None:
    """Returns when the login page is served.

    Raises SetupError if a process dies, the page keeps failing or time is up.
    """
    started = told = time.monotonic()
    status = 0
    while time.monotonic() - started < (FAILING_SECONDS if status else START_SECONDS):
        report_death(children)
        status = answer(address)
        if status == 200:
            return
        if time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"  … 等待网站应答 · waiting for the site {told - started:.0f} s")
        time.sleep(0.2)
    log = children[0].log
    what = f"{address} 没有应答 · HTTP {status or '—'}，日志 {log}"
    raise SetupError("\n    ".join([what, *last_lines(log)]))


def report_death(children: Sequence[Child]) -> None:
    """Raises SetupError that names a process which ended by itself, its log and its last words."""
    dead = first_dead(children)
    if dead is not None:
        what = f"{dead.name} 意外结束 · ended unexpectedly ({dead.exit_code()})，日志 {dead.log}"
        raise SetupError("\n    ".join([what, *last_lines(dead.log)]))


def greet(address: str) -> None:
    """Address and accounts of the demo, or the first account, in Chinese and English."""
    say("\n" + "=" * 64)
    say(f"  整改台账已启动：{address}")
    say(f"  Rectify is running at {address}")
    for name, heading in (
        ("demo-accounts.txt", "演示账号 · demo accounts"),
        ("first-account.txt", "第一个账号，登录后完成初始设置 · first account"),
    ):
        accounts = var_dir() / name
        if accounts.exists():
            say(f"\n  {heading}：")
            for line in accounts.read_text(encoding="utf-8").splitlines():
                say(f"  {line}")
    say(f"\n  日志 logs：{log_dir()}")
    say("  按 Ctrl-C 停止 · press Ctrl-C to stop")
    say("=" * 64)


def serve(env: dict[str, str], handle: IO[str]) -> None:
    """Starts everything and watches it until a signal comes. Stops it whatever happens."""
    port = choose_port(env.get("PORT", "").strip() or str(FIRST_PORT))
    address = f"http://127.0.0.1:{port}/"
    env.setdefault("PUBLIC_URL", address.rstrip("/"))
    handle.write(address)
    handle.flush()
    children = processes(env, port)
    try:
        say("· 启动 · starting web, worker, schedule")
        for child in children:
            child.start()
        wait_until_answers(address, children)
        greet(address)
        while True:
            report_death(children)
            time.sleep(0.3)
    finally:
        # A second Ctrl-C must not leave half of them running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("\n· 正在停止 · stopping")
        forced = stop_all(children)
        for child in forced:
            say(f"  ! {child.name} 没有按时结束，已强制停止 · killed")
        say("✓ 已全部停止 · everything stopped")


def main() -> int:
    """Exit code 0 after Ctrl-C or SIGTERM, 1 where something failed (the reason is printed)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    env = {"DJANGO_SETTINGS_MODULE": "rectify.settings.dev", "PYTHONUNBUFFERED": "1", **os.environ}
    try:
        with lock(var_dir() / "run.lock") as handle:
            prepare(env)
            serve(env, handle)
    except Stop:
        return 0
    except SetupError as problem:
        return complain(problem)
    return 0


if __name__ == "__main__":
    sys.exit(main())
