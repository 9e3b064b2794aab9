"""Fetching the fonts: idempotent, proved, never half in place, and plain words when it fails."""

import time
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from rectify.machine.fonts import fetch_fonts, main, missing
from rectify.machine.progress import SetupError
from reports.rendering.fonts import FACES


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but what the test puts there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def put_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def test_a_second_call_does_nothing_at_once(settings: Settings, no_programs: Path) -> None:
    folder = Path(settings.FONT_DIR)
    assert not missing(folder), "请先运行 make fonts"
    start = time.perf_counter()
    assert fetch_fonts(folder) is False
    assert time.perf_counter() - start < 0.05


def test_every_face_of_the_notice_is_fetched(tmp_path: Path) -> None:
    assert sorted(missing(tmp_path)) == sorted(face.file_name for face in FACES)


def test_without_apt_get_a_sentence_names_the_files(
    tmp_path: Path, no_programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "fonts"
    assert main(["--to", str(target)]) == 1
    assert "没有 apt-get" in (said := capsys.readouterr().out)
    assert "FandolFang-Regular.otf" in said
    assert list(target.iterdir()) == []


def test_without_network_a_sentence_says_so_and_nothing_is_left(
    tmp_path: Path, no_programs: Path
) -> None:
    put_program(no_programs, "apt-get", "exit 100")
    put_program(no_programs, "dpkg-deb", "exit 2")
    put_program(no_programs, "sh", 'exec /bin/sh "$@"')
    with pytest.raises(SetupError, match="请检查网络"):
        fetch_fonts(tmp_path / "fonts")
    assert list((tmp_path / "fonts").iterdir()) == []


def test_a_damaged_download_is_not_used(tmp_path: Path, no_programs: Path) -> None:
    put_program(no_programs, "apt-get", "echo junk > texlive-lang-chinese_1_all.deb")
    put_program(no_programs, "dpkg-deb", "exit 2")
    put_program(no_programs, "sh", 'exec /bin/sh "$@"')
    with pytest.raises(SetupError, match="已损坏"):
        fetch_fonts(tmp_path / "fonts")
    assert list((tmp_path / "fonts").iterdir()) == []


def test_a_font_that_is_not_the_known_one_is_not_used(tmp_path: Path, no_programs: Path) -> None:
    fake = tmp_path / "usr" / "fandol" / "FandolFang-Regular.otf"
    fake.parent.mkdir(parents=True)
    fake.write_bytes(b"OTTO" + b"x" * 5000)
    put_program(no_programs, "apt-get", "echo junk > texlive-lang-chinese_1_all.deb")
    put_program(no_programs, "dpkg-deb", f"cd {tmp_path} && /bin/tar -cf - usr")
    put_program(no_programs, "sh", 'exec /bin/sh "$@"')
    with pytest.raises(SetupError, match="SHA-256"):
        fetch_fonts(tmp_path / "fonts")
    assert list((tmp_path / "fonts").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(SetupError, match="不可写"):
        fetch_fonts(blocked / "fonts")
