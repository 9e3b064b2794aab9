"""Missing system packages are named together with the command that installs them."""

import pytest

from rectify.machine import packages
from rectify.machine.packages import Package, apt_command, ensure, explain, library, missing

PANGO = Package("libpango-1.0-0", "PDF 排版", library("libpango-that-is-not-there.so.9"))
PRESENT = Package("libc6", "一切", library("libc.so.6", "libSystem.dylib"))


def test_a_missing_pango_is_seen_and_a_present_library_is_not() -> None:
    assert missing([PRESENT, PANGO]) == [PANGO]


def test_without_root_the_exact_command_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packages, "is_root", lambda: False)
    assert ensure([PRESENT, PANGO]) == [PANGO]
    printed = capsys.readouterr().out
    assert "sudo apt-get install -y --no-install-recommends libpango-1.0-0" in printed
    assert "PDF 排版不可用" in printed


def test_root_needs_no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "is_root", lambda: True)
    assert apt_command(["chromium"]) == "apt-get install -y --no-install-recommends chromium"


def test_each_purpose_is_named_once() -> None:
    twice = [PANGO, Package("libpangoft2-1.0-0", "PDF 排版", lambda: False)]
    assert explain(twice).count("PDF 排版") == 1


def test_the_real_list_covers_what_weasyprint_opens() -> None:
    names = {package.name for package in packages.PDF}
    assert names == {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"}
