"""The lock files are read whole: a line that is not understood stops the reader."""

from pathlib import Path

import pytest

from rectify.machine.folders import ROOT
from rectify.machine.lock import Package, read_lock
from rectify.machine.progress import SetupError

A = "a" * 64
B = "b" * 64
GOOD = f"""# made by hand
first==1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via second
second-part==2026.6 ; sys_platform == 'win32' \\
    --hash=sha256:{B}
"""


def lock_of(tmp_path: Path, text: str) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_name_version_marker_and_every_hash_are_read(tmp_path: Path) -> None:
    assert read_lock("base", lock_of(tmp_path, GOOD)) == [
        Package("first", "1.0", "", frozenset({A, B})),
        Package("second-part", "2026.6", "sys_platform == 'win32'", frozenset({B})),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "loose>=1.0",
        "unhashed==1.0",
        f"-e . --hash=sha256:{A}",
        f"elsewhere @ file:///x --hash=sha256:{A}",
        f"--index-url x\nfirst==1.0 --hash=sha256:{A}",
        "short==1.0 --hash=sha256:abc",
    ],
)
def test_anything_but_a_pinned_and_hashed_package_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(SetupError, match="不是带哈希的固定版本"):
        read_lock("base", lock_of(tmp_path, line))


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_package_of_our_own_locks_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    starts = [line for line in text.splitlines() if line[:1].isalnum()]
    assert [one.name for one in read_lock(name)] == [line.split("==")[0] for line in starts] != []
