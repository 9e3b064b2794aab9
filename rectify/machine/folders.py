"""Where things lie: the project's own folder and the one that run-time data goes into."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / "var" / "venv"
PYTHON = VENV / "bin" / "python"


def var_dir() -> Path:
    """Folder for run-time data: VAR_DIR, or var/ beside manage.py. Made if absent."""
    value = os.environ.get("VAR_DIR", "").strip()
    path = Path(value).resolve() if value else ROOT / "var"
    path.mkdir(parents=True, exist_ok=True)
    return path


def log_dir() -> Path:
    """Folder for the logs of set-up and of the running processes. Made if absent."""
    path = var_dir() / "log"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Waits until no other process on this machine does the same set-up work in this folder."""
    path = VENV.parent / f".{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
