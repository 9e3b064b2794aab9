"""The commands at their edges: unknown names, wrong days, files that cannot be, exit code 2."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from issues.models import Inspection
from measures.models import Measure
from rectify.accounts.models import Organization
from rectify.audit.models import Event
from reports.models import Digest
from tests.conftest import Demo
from tests.issues.reading.sample_outline import sample
from tests.measures.domain.small_bureau import Small


def run(name: str, *args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def refusal(name: str, *args: str, **options: Any) -> str:
    """The message of a command that must refuse with exit code 2."""
    with pytest.raises(CommandError) as error:
        run(name, *args, **options)
    assert error.value.returncode == 2
    return str(error.value)


ABOUT_AN_INSPECTION: dict[str, Callable[[Path], dict[str, Any]]] = {
    "export_ledger": lambda path: {"output": path},
    "render_notice": lambda path: {"output": path, "format": "txt"},
    "weekly_digest": lambda path: {"week": "2021-05-10"},
}


@pytest.mark.parametrize("name", list(ABOUT_AN_INSPECTION))
@pytest.mark.parametrize("code", ["nichts", "", "demo_a", "DEMO-A", "demo-a "])
def test_an_unknown_code_is_named_with_the_known_ones(
    demo: Demo, tmp_path: Path, name: str, code: str
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    said = refusal(name, inspection=code, **ABOUT_AN_INSPECTION[name](path))
    assert code in said
    assert "demo-a" in said
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    "week",
    ["2021-05-11", "2021-05-16", "heute", "", "2021-02-30", "19", "0001-01-01", "2099-01-05"],
)
def test_a_week_that_is_no_monday_or_lies_ahead_is_refused(demo: Demo, week: str) -> None:
    before = (Digest.objects.count(), Event.objects.count())
    assert refusal("weekly_digest", inspection="demo-a", week=week)
    assert (Digest.objects.count(), Event.objects.count()) == before


def test_the_nearest_monday_is_named(demo: Demo) -> None:
    assert "2021-05-10" in refusal("weekly_digest", inspection="demo-a", week="2021-05-12")


def test_the_digest_of_the_last_week_says_82_and_31(demo: Demo) -> None:
    said = run("weekly_digest", inspection="demo-a", week="2021-05-10")
    assert said.count("措施113，已完成82，基本完成31") == 2
    assert run("weekly_digest", inspection="demo-a", week="2021-05-10") == said
    assert Digest.objects.filter(inspection=demo.a).count() == 24


@pytest.mark.parametrize("name", ["export_ledger", "render_notice"])
def test_an_unwritable_place_is_said_and_leaves_no_trace(
    demo: Demo, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "is-a-folder"
    folder.mkdir()
    file = tmp_path / "is-a-file"
    file.write_bytes(b"old")
    for target in (folder, tmp_path / "no" / "such" / "x", file / "below"):
        options = ABOUT_AN_INSPECTION[name](target)
        assert "原有文件未改动" in refusal(name, inspection="demo-b", **options)
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["is-a-file", "is-a-folder"]
    assert file.read_bytes() == b"old"


def test_the_ledger_and_the_notice_of_the_demo_are_written(demo: Demo, tmp_path: Path) -> None:
    assert "113" in run("export_ledger", inspection="demo-a", output=tmp_path / "a.xlsx")
    run("render_notice", inspection="demo-a", format="html", output=tmp_path / "a.html")
    assert "已完成82项，基本完成31项" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.html", "a.xlsx"]


def test_an_unknown_format_is_refused_by_the_arguments(demo: Demo, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run("render_notice", "--inspection=demo-a", "--format=docx", f"--output={tmp_path / 'x'}")


def outline_file(folder: Path, content: str | bytes) -> str:
    path = folder / "outline.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


MALFORMED: dict[str, str | bytes] = {
    "empty": "",
    "text": "通报",
    "cut off": '{"areas": [',
    "a list": "[]",
    "null": "null",
    "no areas": "{}",
    "not utf-8": "通报".encode("gb18030"),
    "byte order mark": "\ufeff{}",
    "endless nesting": "[" * 200_000,
    "endless number": '{"areas": ' + "9" * 5000 + "}",
    "no number": '{"areas": [], "headline": {"issues": NaN}}',
    "half a character": json.dumps(sample()).replace("\\u5b66", "\\ud800", 1),
    "a zero": json.dumps(sample()).replace("\\u5b66", "\\u0000", 1),
}


@pytest.mark.parametrize("case", list(MALFORMED))
def test_a_malformed_outline_is_refused_and_nothing_is_saved(
    demo: Demo, tmp_path: Path, case: str
) -> None:
    before = (Inspection.objects.count(), Organization.objects.count(), Event.objects.count())
    path = outline_file(tmp_path, MALFORMED[case])
    assert "outline.json" in refusal("import_outline", path, organization="新局", code="new")
    after = (Inspection.objects.count(), Organization.objects.count(), Event.objects.count())
    assert after == before


def test_a_missing_file_or_a_folder_is_no_outline(demo: Demo, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.json", tmp_path):
        assert "无法读取" in refusal("import_outline", str(path), organization="新局", code="new")


def test_the_place_of_a_mistake_is_named(demo: Demo, tmp_path: Path) -> None:
    data = sample()
    data["areas"][0]["issues"][1]["tasks"][0]["measures"][0]["text"] = " "
    said = refusal(
        "import_outline", outline_file(tmp_path, json.dumps(data)), organization="新局", code="new"
    )
    assert "areas[0].issues[1].tasks[0].measures[0].text" in said


@pytest.mark.parametrize("code", ["demo-a", "", "带空 格", "x" * 41])
def test_a_used_or_impossible_code_saves_nothing_not_even_the_bureau(
    demo: Demo, tmp_path: Path, code: str
) -> None:
    path = outline_file(tmp_path, json.dumps(sample()))
    assert refusal("import_outline", path, organization="全新的局", code=code)
    assert not Organization.objects.filter(name="全新的局").exists()
    assert Inspection.objects.count() == 2


def test_a_bureau_is_found_by_name_short_name_or_code_and_made_otherwise(
    small: Small, tmp_path: Path
) -> None:
    path = outline_file(tmp_path, json.dumps(sample()))
    for number, name in enumerate(("small局", "small", "全新的局")):
        run("import_outline", path, organization=name, code=f"new-{number}")
    bureaus = Inspection.objects.filter(code__startswith="new-").order_by("code")
    assert [row.organization.name for row in bureaus] == ["small局", "small局", "全新的局"]
    made = Organization.objects.get(name="全新的局")
    assert made.party_group_name == "中共某局党组"
    assert Measure.objects.filter(inspection__code="new-2").count() == 3


@pytest.mark.parametrize("name", ["", "  ", "长" * 101])
def test_an_impossible_name_of_a_bureau_is_refused(demo: Demo, tmp_path: Path, name: str) -> None:
    path = outline_file(tmp_path, json.dumps(sample()))
    assert refusal("import_outline", path, organization=name, code="new")
    assert Inspection.objects.count() == 2


def test_loading_the_demo_again_changes_nothing(demo: Demo) -> None:
    before = (Event.objects.count(), Measure.objects.count())
    assert "未作改动" in run("load_demo")
    assert (Event.objects.count(), Measure.objects.count()) == before
