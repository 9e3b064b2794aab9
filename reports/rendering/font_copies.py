"""The temporary copies of the fonts that WeasyPrint wants on disk, and clearing them away.

45 MB a process: a worker that is killed leaves them behind, so the folder's name tells whose it
is and the next process that renders removes those of processes that are gone.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

_PREFIX = "rectify-fonts-"
_NAME = re.compile(_PREFIX + r"(\d+)-.*")


def new_folder() -> Path:
    """An empty folder of this process, after removing those of processes that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        match = _NAME.fullmatch(folder.name)
        if match and not _alive(int(match[1])):
            # Another user's folder stays: removing it fails without a sound.
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))


def remove_folder(folder: Path) -> None:
    """Remove the folder unless it belongs to another process, such as the parent of this one."""
    match = _NAME.fullmatch(folder.name)
    if match and int(match[1]) == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
