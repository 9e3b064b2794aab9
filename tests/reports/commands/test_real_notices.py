"""Both published notices go in with one command and come out whole in every format."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import load_workbook
from pdfminer.high_level import extract_text

from issues.models import ClaimedFigure, Inspection, Issue, ProblemArea, Task
from measures.models import Measure
from rectify.audit.domain.events import verify
from rectify.audit.models import Chain
from tests.conftest import Demo
from tests.reports.real_notices import NAMES, measure_texts, truth, truth_file

# areas, issues, tasks, of which implicit, measures
COUNTS = {"pingshan": (6, 20, 20, 20, 65), "dongguan": (5, 16, 45, 0, 117)}
FURNITURE = re.compile(r"—\s*\d+\s*—")


def bare(text: str) -> str:
    """Without white space, soft hyphens and page numbers: what must be there letter by letter."""
    return re.sub(r"\s|\u00ad|\u200b", "", text)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    truth_file(found)
    return found


@pytest.fixture
def loaded(demo: Demo, name: str) -> Inspection:
    call_command(
        "import_outline",
        str(truth_file(name)),
        organization=f"{name}局",
        code=name,
        stdout=io.StringIO(),
    )
    return Inspection.objects.get(code=name)


def test_the_outline_is_counted_as_it_was_printed(loaded: Inspection, name: str) -> None:
    tasks = Task.objects.filter(inspection=loaded)
    assert (
        ProblemArea.objects.filter(inspection=loaded).count(),
        Issue.objects.filter(inspection=loaded).count(),
        tasks.count(),
        tasks.filter(title="").count(),
        Measure.objects.filter(inspection=loaded).count(),
    ) == COUNTS[name]
    assert loaded.prints_tasks == (name == "dongguan")


def test_text_and_result_hold_the_printed_words_and_the_spans_fit(
    loaded: Inspection, name: str
) -> None:
    data = truth(name)
    measures = list(Measure.objects.filter(inspection=loaded).in_order())
    assert [measure.text for measure in measures] == measure_texts(data)
    assert all(measure.text == measure.result_text for measure in measures)
    source = truth_file(name).with_name(f"{name}.txt")
    if source.is_file():
        printed = source.read_text(encoding="utf-8")
        for measure in measures:
            assert printed[measure.source_start : measure.source_end] == measure.text


def test_what_was_claimed_stands_beside_what_is_counted(loaded: Inspection, name: str) -> None:
    claims = dict(ClaimedFigure.objects.filter(inspection=loaded).values_list("kind", "value"))
    expected = {
        "areas": 6,
        "issues": 24,
        "tasks": 61,
        "measures": 113,
        "measures_done": 82,
        "measures_mostly_done": 31,
        "rules": 17,
        "money_returned": 15_770_400,
        "persons_criticised": 4,
        "meetings": 9,
    }
    assert claims == (expected if name == "pingshan" else {})
    assert verify(Chain.objects.get(organization=loaded.organization)) is None


def test_the_sheet_holds_every_measure_whole(loaded: Inspection, name: str, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    call_command("export_ledger", inspection=name, output=path, stdout=io.StringIO())
    sheet = load_workbook(path)["一览表"]
    cells = {bare(str(cell.value)) for row in sheet.iter_rows() for cell in row if cell.value}
    missing = [text for text in measure_texts(truth(name)) if bare(text) not in cells]
    assert missing == []


@pytest.mark.parametrize("form", ["txt", "html"])
def test_the_notice_holds_every_measure_whole(
    loaded: Inspection, name: str, form: str, tmp_path: Path
) -> None:
    path = tmp_path / f"通报.{form}"
    call_command("render_notice", inspection=name, format=form, output=path, stdout=io.StringIO())
    text = path.read_text(encoding="utf-8")
    if form == "html":
        text = re.sub(r"<[^>]*>", "", text.partition("<body")[2]).replace("&lt;", "<")
        text = text.replace("&gt;", ">").replace("&quot;", '"').replace("&#x27;", "'")
        text = text.replace("&amp;", "&")
    whole = bare(text)
    missing = [measure for measure in measure_texts(truth(name)) if body(measure) not in whole]
    assert missing == []


def body(text: str) -> str:
    """A point without its final mark, which the scheme may set anew (；between, 。at the end)."""
    return bare(text).rstrip("。；;.，,")


@pytest.mark.slow
def test_the_pdf_holds_every_measure_whole(loaded: Inspection, name: str, tmp_path: Path) -> None:
    path = tmp_path / "通报.pdf"
    call_command("render_notice", inspection=name, format="pdf", output=path, stdout=io.StringIO())
    whole = bare(FURNITURE.sub("", extract_text(str(path))))
    missing = [measure for measure in measure_texts(truth(name)) if body(measure) not in whole]
    assert missing == []
