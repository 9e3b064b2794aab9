"""Reads a hashed lock file of requirements/ as `make lock` writes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rectify.machine.folders import ROOT
from rectify.machine.progress import SetupError

PINNED = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>.+))?")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """One pinned package: its hashes are SHA-256 of the files that may be installed."""

    name: str
    version: str
    marker: str  # on which machines it is installed; empty = on all
    hashes: frozenset[str]


def read_lock(lock: str, root: Path = ROOT) -> list[Package]:
    """The packages of requirements/LOCK.txt under `root`, in the order of the file.

    Raises SetupError where a line is not a pinned package with at least one hash: what stands in
    the file unread would be left out of the bill of materials and of the audit.
    """
    path = root / "requirements" / f"{lock}.txt"
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [_package(line, path) for line in _without_comments(lines)]


def _without_comments(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _package(line: str, path: Path) -> Package:
    requirement, *_ = line.split("--hash", 1)
    match = PINNED.fullmatch(requirement.strip())
    hashes = frozenset(HASH.findall(line))
    if match is None or not hashes:
        raise SetupError(f"{path.name} 中有一行不是带哈希的固定版本：{line[:80]}")
    return Package(match["name"], match["version"], match["marker"] or "", hashes)
