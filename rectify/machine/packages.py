"""System packages that pip cannot bring: what is missing, and how Debian installs it."""

import ctypes
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rectify.machine.folders import one_at_a_time
from rectify.machine.progress import is_root, run_logged, say

# The paths below are looked at besides PATH, which often leaves out the system folders.
PROGRAM_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/local/bin")


@dataclass(frozen=True)
class Package:
    """One Debian package, what Rectify needs it for, and how its presence is seen."""

    name: str
    purpose: str
    present: Callable[[], bool]


def library(*names: str) -> Callable[[], bool]:
    """A check that is true where the loader can open one of these shared libraries."""

    def loads() -> bool:
        for name in names:
            try:
                ctypes.CDLL(name)
            except OSError:
                continue
            return True
        return False

    return loads


def program(*names: str) -> str | None:
    """Path of the first of these programs that is installed."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
        for folder in PROGRAM_FOLDERS:
            path = Path(folder, name)
            if os.access(path, os.X_OK):
                return str(path)
    return None


def chromium() -> str | None:
    """Path of Chromium or Chrome, which only the browser tests need."""
    return program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


PDF = (
    Package("libpango-1.0-0", "PDF 排版", library("libpango-1.0.so.0", "libpango-1.0.dylib")),
    Package(
        "libpangoft2-1.0-0", "PDF 排版", library("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib")
    ),
    Package(
        "libharfbuzz-subset0",
        "PDF 字体子集",
        library("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
    ),
)
BROWSER = (Package("chromium", "浏览器测试", lambda: chromium() is not None),)


def missing(wanted: Iterable[Package]) -> list[Package]:
    """Those of the wanted packages that this machine does not have."""
    return [package for package in wanted if not package.present()]


def apt_command(names: Sequence[str]) -> str:
    """The exact command that installs these packages on Debian, for a person to copy."""
    words = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    return shlex.join(words if is_root() else ["sudo", *words])


def install(names: Sequence[str]) -> bool:
    """Installs Debian packages; True when apt succeeded. Needs root and apt-get.

    The package lists are only renewed where the first try fails: it saves half a minute.
    """
    apt = program("apt-get")
    if apt is None or not is_root():
        return False
    # RUNLEVEL=1 keeps a newly installed server from being started in a container: Rectify starts
    # its own on free ports and stops them again.
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1", "LC_ALL": "C.UTF-8"}
    get = [apt, "-q", "-o", "DPkg::Lock::Timeout=300"]
    add = [*get, "install", "-y", "--no-install-recommends", *names]
    say(f"· apt-get install {' '.join(names)}")
    with one_at_a_time("apt"):
        if run_logged(add, label="apt", log_name="setup-apt", env=env, quiet_failure=True):
            return True
        say("  … apt-get update")
        update = [*get, "update"]
        run_logged(update, label="apt-get update", log_name="setup-apt-update", env=env)
        return run_logged(add, label="apt", log_name="setup-apt", env=env)


def ensure(wanted: Sequence[Package]) -> list[Package]:
    """Installs what is missing where that is possible, otherwise names the command.

    Returns the packages that are still missing: the application runs without them.
    """
    absent = missing(wanted)
    if absent:
        install([package.name for package in absent])
        absent = missing(absent)
    if absent:
        say(explain(absent))
    return absent


def explain(absent: Sequence[Package]) -> str:
    """One sentence for a person: which packages are missing, for what, and the command."""
    names = [package.name for package in absent]
    purposes = "、".join(dict.fromkeys(package.purpose for package in absent))
    return (
        f"! 缺少系统软件包 {' '.join(names)}（{purposes}不可用），请执行：{apt_command(names)}\n"
        f"  Missing system packages; install them with: {apt_command(names)}"
    )


if __name__ == "__main__":
    kinds = {"pdf": PDF, "browser": BROWSER}
    groups = [kinds[name] for name in sys.argv[1:]] or [PDF]
    sys.exit(1 if ensure([package for group in groups for package in group]) else 0)
