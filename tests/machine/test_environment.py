"""The virtual environment is filled once per lock file."""

import re
from pathlib import Path

import pytest

from rectify.machine import environment
from rectify.machine.folders import ROOT
from rectify.machine.progress import SetupError


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE))


def test_the_dev_lock_contains_the_base_lock_at_the_same_versions() -> None:
    """That is why an environment with dev.txt is never thrown back to base.txt."""
    base, dev = pins("base"), pins("dev")
    assert len(base) > 20
    assert {name: dev.get(name) for name in base} == base


@pytest.mark.parametrize("lock", environment.LOCKS)
def test_every_pin_has_a_hash_and_no_index_address_is_written_down(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "--index-url" not in text and "--find-links" not in text


def test_the_stamp_tells_which_locks_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = tmp_path / "stamp"
    monkeypatch.setattr(environment, "STAMP", stamp)
    monkeypatch.setattr(environment, "_works", lambda: True)
    assert not environment.holds("base")
    stamp.write_text(f"base {environment.digest('base')}\n", encoding="utf-8")
    assert environment.holds("base")
    assert not environment.holds("dev")
    stamp.write_text("base 0000\n", encoding="utf-8")
    assert not environment.holds("base"), "another lock file must be installed anew"


def test_an_unknown_lock_is_refused() -> None:
    with pytest.raises(SetupError, match="base 与 dev"):
        environment.ensure("everything")
