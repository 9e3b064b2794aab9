"""manage.py verify_evidence names what is missing or altered, and counts what it read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from measures.domain.previews import make_preview
from measures.models import Evidence, EvidenceLink, EvidencePreview
from tests.measures.domain.conftest import small as small
from tests.measures.domain.small_bureau import Small
from tests.measures.domain.test_evidence import attach
from tests.measures.interfaces.good_files import GOOD


@pytest.fixture
def taken(small: Small, settings: object, tmp_path: Path) -> list[Evidence]:
    """Two files, alone in a media folder and a database without those of the demo."""
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's settings
    for model in (EvidencePreview, EvidenceLink, Evidence):
        model.objects.all().delete()
    measure = small.measure(text="建立合同台账")
    return [
        attach(measure, small.clerk, GOOD["pdf"], "台账.pdf"),
        attach(measure, small.clerk, GOOD["xlsx"], "台账.xlsx"),
    ]


def verify() -> tuple[int, str, str]:
    """Exit code, what was said, what was complained about."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_evidence", stdout=out, stderr=err)
    except CommandError as error:
        return error.returncode, out.getvalue(), f"{err.getvalue()}{error}"
    return 0, out.getvalue(), err.getvalue()


def test_untouched_files_pass_and_are_counted(taken: list[Evidence]) -> None:
    assert make_preview(taken[0].preview)
    assert verify() == (0, "已核对佐证材料 2 份。\n", "")


@pytest.mark.parametrize("change", [b"", b"%PDF-1.4 other", GOOD["pdf"] + b"\n"])
def test_an_altered_file_is_named_with_its_inspection_and_measure(
    taken: list[Evidence], change: bytes
) -> None:
    Path(taken[0].file.path).write_bytes(change)
    code, said, complained = verify()
    assert code == 2
    assert "2 份" in said
    assert "被改动：" in complained and "缺失：" not in complained
    for words in ("常规巡察", "建立合同台账", "“台账.pdf”", str(taken[0].file.name)):
        assert words in complained
    assert "台账.xlsx" not in complained


def test_a_flipped_bit_is_found(taken: list[Evidence]) -> None:
    path = Path(taken[1].file.path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert verify()[0] == 2


def test_a_missing_file_is_named_and_the_others_are_still_read(taken: list[Evidence]) -> None:
    Path(taken[0].file.path).unlink()
    Path(taken[1].file.path).write_bytes(b"x")
    code, _, complained = verify()
    assert code == 2
    assert "缺失：" in complained and "台账.pdf" in complained
    assert "缺失 1 份，被改动 1 份" in complained


def test_files_that_no_row_knows_are_a_note_and_no_failure(
    taken: list[Evidence], tmp_path: Path
) -> None:
    for name in ("evidence/ab/left-over", "previews/gone/1.png", "jobs/x/result.xlsx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    code, said, complained = verify()
    assert (code, complained) == (0, "")
    assert "evidence/ab/left-over 不属于任何材料" in said
    assert "previews/gone/1.png" in said
    assert "jobs/x" not in said, "results of jobs are not evidence"
