"""A marker in every text of everything withheld: none may come out in any format."""

from __future__ import annotations

import io
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from pdfminer.high_level import extract_text
from pikepdf import Pdf

from issues.models import Disclosed, Inspection, Issue, Task
from measures.models import (
    Adjustment,
    ClosureApplication,
    Evidence,
    Measure,
    ProgressEntry,
)
from reports.domain.notice_file import FORMATS, write_notice
from tests.conftest import Demo

MARK = "ZQXJ"
LEFT_ALONE = {
    "disclosure",
    "original_name_sha",
    "status",
    "nature",
    "source",
    "state",
    "kind",
    "sha256",
    "file",
}
# The only texts of a public measure that the notice may print.
PRINTED = {"result_text"}


def marked(rows: models.QuerySet[Any], numbers: Any, skip: frozenset[str] = frozenset()) -> int:
    """Put a marker of its own into every free text column of every row; returns how many."""
    names = [
        field.attname
        for field in rows.model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField))
        and not field.choices
        and field.name not in LEFT_ALONE | skip
        and (field.max_length or 99) >= 10
    ]
    done = 0
    for row in rows:
        values = {name: f"{MARK}{next(numbers)}" for name in names}
        rows.model._default_manager.filter(pk=row.pk).update(**values)
        done += len(values)
    return done


def plant(inspection: Inspection) -> int:
    """Markers in all that is withheld, and in all of public measures that is not printed."""
    numbers = count(1000)
    hidden = ["withheld", "party_only"]
    measures = Measure.objects.filter(inspection=inspection)
    public = set(measures.public().values_list("pk", flat=True))
    withheld = measures.exclude(pk__in=public)
    assert withheld.exists()
    tasks = Task.objects.filter(inspection=inspection)
    done = marked(Issue.objects.filter(inspection=inspection, disclosure__in=hidden), numbers)
    done += marked(tasks.exclude(pk__in=tasks.public().values("pk")), numbers)
    done += marked(withheld, numbers)
    done += marked(measures.filter(pk__in=public), numbers, frozenset(PRINTED))
    for model in (ProgressEntry, ClosureApplication, Adjustment):
        done += marked(model._default_manager.filter(measure__inspection=inspection), numbers)
    done += marked(Evidence.objects.filter(inspection=inspection), numbers)
    public_issues = Issue.objects.filter(inspection=inspection).public()
    done += marked(public_issues, numbers, frozenset({"title"}))
    return done


def everything_in_pdf(path: Path) -> str:
    """Page text, and every string of the file: metadata, outline, annotations, attachments."""
    text = re.sub(r"\s", "", extract_text(str(path)))
    with Pdf.open(path) as pdf:
        strings = [str(value) for value in pdf.docinfo.values()]
        with pdf.open_outline() as outline:
            todo = list(outline.root)
            while todo:
                item = todo.pop()
                strings.append(str(item.title))
                todo += item.children
        strings += [str(name) for name in pdf.attachments]
        with pdf.open_metadata() as metadata:
            strings += [str(value) for value in metadata.values()]
        pdf.save(io.BytesIO())
    return text + re.sub(r"\s", "", "".join(strings))


@pytest.mark.parametrize("name", ["a", "b"])
def test_no_marker_of_anything_withheld_comes_out_as_text_or_page(
    demo: Demo, name: str, tmp_path: Path
) -> None:
    inspection: Inspection = getattr(demo, name)
    assert plant(inspection) > 500
    for form in ("txt", "html"):
        path = tmp_path / f"n.{form}"
        write_notice(inspection, path, form=form)
        content = path.read_text(encoding="utf-8")
        assert MARK not in content
        shown = Measure.objects.filter(inspection=inspection).public().exclude(result_text="")
        assert shown.in_order()[0].result_text.rstrip("。") in content


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a", "b"])
def test_no_marker_comes_out_of_the_pdf(demo: Demo, name: str, tmp_path: Path) -> None:
    inspection: Inspection = getattr(demo, name)
    plant(inspection)
    path = tmp_path / "n.pdf"
    write_notice(inspection, path, form="pdf")
    whole = everything_in_pdf(path)
    assert MARK not in whole
    first = Measure.objects.filter(inspection=inspection).public().exclude(result_text="")
    assert re.sub(r"\s", "", first.in_order()[0].result_text.rstrip("。")) in whole


def test_the_markers_would_be_seen_where_they_are_allowed(demo: Demo, tmp_path: Path) -> None:
    """The control: the same search finds a marker in a text that is printed."""
    measure = Measure.objects.filter(inspection=demo.a).public().in_order()[0]
    Measure.objects.filter(pk=measure.pk).update(result_text=f"{MARK}7已办结。")
    for form in FORMATS:
        path = tmp_path / f"c.{form}"
        write_notice(demo.a, path, form=form)
        content = everything_in_pdf(path) if form == "pdf" else path.read_text("utf-8")
        assert f"{MARK}7" in content, form


def test_every_disclosed_row_that_is_withheld_says_why(demo: Demo) -> None:
    kept: list[type[Disclosed]] = [Issue, Task, Measure]
    for model in kept:
        rows = model._default_manager.filter(disclosure__in=["withheld", "party_only"])
        assert all(row.disclosure_reason for row in rows)


def test_an_unknown_format_writes_nothing(demo: Demo, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown format"):
        write_notice(demo.a, tmp_path / "n.docx", form="docx")
    assert list(tmp_path.iterdir()) == []
