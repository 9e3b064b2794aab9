"""The virtual environment under var/venv, filled from the hashed lock files.

`requirements/base.txt` is what the application needs, `requirements/dev.txt` that and what the
tests need. A stamp in the environment remembers which locks it holds, so that a second run does
nothing, and an environment with the larger lock is never thrown back to the smaller one.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

from rectify.machine import packages
from rectify.machine.folders import PYTHON, ROOT, VENV, one_at_a_time
from rectify.machine.progress import SetupError, complain, is_root, run_logged, say

LOCKS = ("base", "dev")
STAMP = VENV / "installed-locks.txt"


def digest(lock: str) -> str:
    """SHA-256 of requirements/LOCK.txt, in hexadecimal."""
    return hashlib.sha256((ROOT / "requirements" / f"{lock}.txt").read_bytes()).hexdigest()


def holds(lock: str) -> bool:
    """Whether the environment was filled from this very lock file, or from one that contains it."""
    try:
        entries = STAMP.read_text(encoding="utf-8").split("\n")
    except OSError:
        return False
    return f"{lock} {digest(lock)}" in entries and _works()


def ensure(lock: str) -> Path:
    """Makes var/venv hold the lock "base" or "dev" and returns its Python.

    Raises SetupError with a sentence that names the missing package or the log.
    """
    if lock not in LOCKS:
        raise SetupError(f"未知的依赖清单 {lock!r}：只有 base 与 dev。")
    if holds(lock):
        return PYTHON
    with one_at_a_time("venv"):
        if not holds(lock):
            _create()
            _install(lock)
    return PYTHON


def _works() -> bool:
    if not PYTHON.exists():
        return False
    probe = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([str(PYTHON), "-c", probe], check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _create() -> None:
    if _works():
        return
    say("· 建立虚拟环境 var/venv · creating the virtual environment")
    if importlib.util.find_spec("ensurepip") is None:
        name = f"python3.{sys.version_info.minor}-venv"
        if not (is_root() and packages.install([name])):
            raise SetupError(
                f"这个 Python 不能建立虚拟环境，请先安装：{packages.apt_command([name])}"
            )
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if not run_logged(command, label="venv", log_name="setup-venv"):
        raise SetupError("虚拟环境没有建成。")


def _install(lock: str) -> None:
    source = f"requirements/{lock}.txt"
    count = sum(1 for line in (ROOT / source).read_text("utf-8").splitlines() if "==" in line)
    say(f"· 安装 {source} 的 {count} 个 Python 包 · installing {count} hashed Python packages")
    started = time.monotonic()
    # The lock is complete and hashed, so nothing has to be resolved; a personal pip configuration
    # may still name mirrors, but may not move the installation elsewhere.
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", source]
    env = {**os.environ, "PIP_USER": "0", "PIP_TARGET": "", "PIP_PREFIX": ""}
    for name in ("PIP_TARGET", "PIP_PREFIX"):
        del env[name]
    if not run_logged(command, label=source, log_name=f"setup-pip-{lock}", env=env):
        raise SetupError(f"{source} 没有装全：请检查网络或 pip 的镜像设置后重试。")
    contained = LOCKS[: LOCKS.index(lock) + 1]
    lines = [f"{name} {digest(name)}" for name in contained]
    STAMP.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(f"  ✓ {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    try:
        ensure(sys.argv[1] if len(sys.argv) > 1 else "base")
    except SetupError as problem:
        sys.exit(complain(problem))
