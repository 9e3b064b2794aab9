"""`make secrets`: no password, key or token lies in the files of the repository.

Looked at is every file that git knows or would add. A string that only looks like a secret is
listed in docs/reviewed-strings.csv with the reason why it is none; a line there that no longer
meets anything must go, so that the list cannot grow stale.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rectify.machine import environment
from rectify.machine.folders import PYTHON, ROOT
from rectify.machine.progress import SetupError, complain, say

REVIEWED = "docs/reviewed-strings.csv"
# Hundreds of SHA-256 sums each: of the lock's files, and of the reviewed strings themselves.
SUMS = frozenset({"requirements/base.txt", "requirements/dev.txt", "docs/sbom.cdx.json", REVIEWED})
# Tests name their passwords `password=`; what is found there by such a word alone tells nothing.
# Keys and tokens of known make, and strings too random for words, are found there as everywhere.
WORD_ALONE = "Secret Keyword"


@dataclass(frozen=True, order=True)
class Finding:
    """A string that looks like a secret: where, of which kind, and the SHA-1 of its text."""

    file: str
    kind: str
    sha1: str


def repository_files(root: Path) -> list[str]:
    """Paths below `root` that git tracks or would add. Raises SetupError outside of a clone."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SetupError(f"没有 git，无法列出文件：{error}") from error
    if done.returncode:
        raise SetupError("这里不是 git 仓库，无法列出文件。")
    names = (name for name in done.stdout.split("\0") if name)
    return sorted(name for name in names if (root / name).is_file())


def scan(root: Path, names: Collection[str]) -> dict[Finding, int]:
    """What looks like a secret in the named files, with its line. Asks no service about it."""
    read = sorted(name for name in names if name not in SUMS)
    if not read:
        return {}
    done = subprocess.run(
        [str(PYTHON), "-m", "detect_secrets", "scan", "--no-verify", *read],
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise SetupError(f"密钥扫描没有完成：{done.stderr.strip()[-200:]}")
    return {
        Finding(name, entry["type"], entry["hashed_secret"]): entry["line_number"]
        for name, entries in json.loads(done.stdout)["results"].items()
        for entry in entries
        if not (entry["type"] == WORD_ALONE and name.startswith("tests/"))
    }


def reviewed(root: Path) -> dict[Finding, str]:
    """The strings that people looked at and found harmless, each with the reason."""
    with (root / REVIEWED).open(encoding="utf-8", newline="") as handle:
        return {
            Finding(row["file"], row["kind"], row["sha1"]): row["reason"].strip()
            for row in csv.DictReader(handle)
        }


def complaints(found: Mapping[Finding, int], harmless: Mapping[Finding, str]) -> list[str]:
    """One line for each unreviewed string, reviewed string without reason, and stale review."""
    lines = [
        f"{one.file}:{line}: {one.kind} ({one.sha1})"
        for one, line in sorted(found.items())
        if one not in harmless
    ]
    lines += [
        f"{REVIEWED}: {one.file}, {one.kind}: no reason" for one in harmless if not harmless[one]
    ]
    stale = sorted(set(harmless) - set(found))
    return lines + [f"{REVIEWED}: {one.file}, {one.kind}: no longer there" for one in stale]


def main(_arguments: Sequence[str]) -> int:
    """Scans the repository; 1 where something is to be looked at, otherwise 0."""
    try:
        environment.ensure("dev")
        names = repository_files(ROOT)
        lines = complaints(scan(ROOT, names), reviewed(ROOT))
    except SetupError as problem:
        return complain(problem)
    for line in lines:
        say(f"✗ {line}")
    say(f"secrets: {len(names)} files, {len(lines)} to look at")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
