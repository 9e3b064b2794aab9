"""Previews: asked for with the file, drawn in a process of its own, healed by the calendar."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.conf import settings as django_settings
from PIL import Image

from measures.domain.previews import BATCH, DRAWN, KIND, make_preview, previews_due
from measures.enums import PreviewState
from measures.models import Evidence, EvidencePreview
from measures.rendering import drawing, page_pictures
from measures.rendering.drawing import NotDrawn, draw_pages
from rectify.audit.models import Event
from rectify.jobs.domain.results import cause_of
from rectify.jobs.domain.work import retry_job, run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from tests.measures.domain.small_bureau import Small
from tests.measures.domain.test_evidence import attach
from tests.measures.interfaces.good_files import GOOD, picture, scan
from tests.measures.interfaces.hostile_files import huge_png


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")  # type: ignore[attr-defined]  # pytest-django's
    return tmp_path / "media"


def taken(small: Small, extension: str, content: bytes | None = None) -> EvidencePreview:
    name = f"材料.{extension}"
    content = GOOD[extension] if content is None else content
    return attach(small.measure(), small.clerk, content, name).preview


def jobs(small: Small) -> list[Job]:
    return list(Job.objects.filter(organization=small.organization, kind=KIND).order_by("pk"))


def made(preview: EvidencePreview, media: Path) -> list[Image.Image]:
    folder = media / "previews" / preview.evidence.public_id.hex
    return [Image.open(path) for path in sorted(folder.iterdir(), key=lambda one: int(one.stem))]


def drawn(tmp_path: Path, kind: str, content: bytes) -> list[Path]:
    source, folder = tmp_path / "source", tmp_path / "pages"
    source.write_bytes(content)
    folder.mkdir()
    return draw_pages(kind, source, folder)


def pdf_of(pages: int, size: tuple[int, int] = (595, 842)) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*size)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_a_file_waits_where_its_kind_can_be_drawn_and_says_so_where_not(
    small: Small, extension: str
) -> None:
    preview = taken(small, extension)
    if extension in DRAWN:
        assert (preview.state, preview.reason) == (PreviewState.WAITING, "")
        assert [job.status for job in jobs(small)] == [JobStatus.QUEUED]
    else:
        assert preview.state == PreviewState.NONE
        assert preview.reason == "该格式不提供预览，请下载后查看。"
        assert jobs(small) == []


@pytest.mark.parametrize("extension", sorted(DRAWN))
def test_every_kind_that_can_be_drawn_is_drawn(small: Small, media: Path, extension: str) -> None:
    preview = taken(small, extension)
    assert make_preview(preview)
    preview.refresh_from_db()
    pages = made(preview, media)
    assert (preview.state, preview.pages) == (PreviewState.READY, len(pages))
    assert len(pages) == (2 if extension == "tiff" else 1)
    for page in pages:
        assert page.format == "PNG"
        assert page.width <= page_pictures.WIDEST
        assert page.info == {}
        page.close()


def test_chinese_text_of_a_pdf_without_fonts_is_drawn(tmp_path: Path) -> None:
    (page,) = drawn(tmp_path, "pdf", GOOD["pdf"])
    with Image.open(page) as picture_of_page:
        ink = sum(picture_of_page.convert("L").histogram()[:128])
    assert ink > 2000, f"{ink} dark pixels: the characters are missing"


def test_twenty_pages_at_most_and_none_wider_or_taller_than_a_screen_takes(
    tmp_path: Path,
) -> None:
    pages = drawn(tmp_path, "pdf", pdf_of(23))
    assert [page.name for page in pages] == [f"{number}.png" for number in range(1, 21)]
    with Image.open(pages[0]) as first:
        assert first.size == (1240, 1755)


@pytest.mark.parametrize("size", [(10, 14000), (14000, 10), (1, 1)])
def test_a_page_of_odd_shape_stays_within_bounds(tmp_path: Path, size: tuple[int, int]) -> None:
    (page,) = drawn(tmp_path, "pdf", pdf_of(1, size))
    with Image.open(page) as odd:
        assert odd.width <= page_pictures.WIDEST
        assert odd.height <= page_pictures.TALLEST


def test_a_photograph_stands_upright_and_loses_where_it_was_taken(tmp_path: Path) -> None:
    notes = Image.Exif()
    notes[0x0112] = 6  # turned a quarter
    notes[0x010E] = "secret place"
    notes.get_ifd(0x8825)[1] = "N"
    photo = picture("JPEG", (800, 600), exif=notes, comment=b"secret place")
    (page,) = drawn(tmp_path, "jpg", photo)
    with Image.open(page) as upright:
        assert upright.size == (600, 800)
        assert not upright.getexif()
    assert b"secret" not in page.read_bytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_depth_are_drawn(tmp_path: Path, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, "PNG")
    (page,) = drawn(tmp_path, "png", out.getvalue())
    with Image.open(page) as plain:
        assert (plain.mode, plain.size) == ("RGB", (30, 20))


def test_a_broken_file_fails_with_words_and_the_job_can_be_run_again(
    small: Small, media: Path
) -> None:
    preview = taken(small, "pdf", b"%PDF-1.7\nnothing\n%%EOF\n")
    good = taken(small, "png")
    (job,) = jobs(small)
    failed = run(job.pk)
    assert failed is not None
    assert failed.status == JobStatus.FAILED
    assert cause_of(failed).startswith("1 份佐证材料未能生成预览")
    preview.refresh_from_db()
    good.refresh_from_db()
    assert (preview.state, good.state) == (PreviewState.FAILED, PreviewState.READY)
    assert "损坏" in preview.reason
    previews_due()
    assert len(jobs(small)) == 1, "a failure is not tried again by itself"

    Path(preview.evidence.file.path).write_bytes(GOOD["pdf"])
    Evidence.objects.filter(pk=preview.evidence_id).update(
        sha256=hashlib.sha256(GOOD["pdf"]).hexdigest()
    )
    retry_job(failed, actor=small.office)
    again = run(job.pk)
    assert again is not None
    assert (again.status, again.result) == (JobStatus.SUCCEEDED, {"ready": 1})
    preview.refresh_from_db()
    assert (preview.state, preview.reason, preview.tried_by) == (PreviewState.READY, "", None)


def test_altered_and_missing_bytes_are_not_drawn(small: Small) -> None:
    altered, missing = taken(small, "png"), taken(small, "jpg")
    Path(altered.evidence.file.path).write_bytes(GOOD["jpg"])
    Path(missing.evidence.file.path).unlink()
    for preview in (altered, missing):
        assert not make_preview(preview)
        preview.refresh_from_db()
        assert "不一致" in preview.reason


@pytest.mark.parametrize(
    ("code", "words"),
    [(3, "损坏"), (4, "打开密码"), (5, "过大"), (-9, "规定时间"), (-24, "规定时间"),
     (-11, "异常退出"), (-6, "异常退出"), (1, "异常退出"), (0, "损坏")],
)  # fmt: skip
def test_every_way_to_end_has_its_words(code: int, words: str) -> None:
    assert words in drawing.reason(code)


def test_a_locked_pdf_says_so(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(1))) as document:
        document.save(out, encryption=pikepdf.Encryption(user="x", owner="y"))
    with pytest.raises(NotDrawn, match="打开密码"):
        drawn(tmp_path, "pdf", out.getvalue())


def test_memory_beyond_the_limit_ends_in_words_not_in_a_full_machine(tmp_path: Path) -> None:
    """200 megapixels of four bytes pass the upload and do not fit into the process."""
    content = huge_png(20_000, 10_000, colour=6)
    assert len(content) < 20 << 20
    with pytest.raises(NotDrawn, match="过大"):
        drawn(tmp_path, "png", content)


def test_a_process_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "WALL_SECONDS", 0.01)
    with pytest.raises(NotDrawn, match="规定时间"):
        drawn(tmp_path, "pdf", GOOD["pdf"])


def test_the_process_limits_its_own_time_and_memory(tmp_path: Path) -> None:
    """The same limits as in production, set by the module itself, seen from inside."""
    words = (
        "import resource; from measures.rendering import page_pictures as p; p._limit_itself(); "
        "print(*(resource.getrlimit(one)[0] for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU, "
        "resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(1 << 30), "25", str(64 << 20), "0"]


def test_the_process_knows_neither_settings_nor_environment() -> None:
    words = "import sys, measures.rendering.page_pictures; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"


def test_the_calendar_heals_files_without_a_row_and_lost_jobs(small: Small) -> None:
    previews = [taken(small, "png", picture("PNG", (8, 8 + at))) for at in range(3)]
    EvidencePreview.objects.filter(pk=previews[0].pk).delete()
    Job.objects.all().delete()
    assert previews_due() >= 1
    assert previews_due() == 0, "asked for once"
    (job,) = jobs(small)
    assert job.requester is None
    done = run(job.pk)
    assert done is not None
    assert done.result == {"ready": 3}
    assert (
        EvidencePreview.objects.filter(
            evidence__inspection=small.inspection, state=PreviewState.READY
        ).count()
        == 3
    )


def test_one_job_makes_a_batch_and_the_calendar_asks_for_the_rest(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: dict[str, Any] = django_settings.CELERY
    assert limits["task_soft_time_limit"] > BATCH * drawing.WALL_SECONDS
    monkeypatch.setattr("measures.domain.previews.BATCH", 2)
    for at in range(3):
        taken(small, "png", picture("PNG", (8, 8 + at)))
    (first,) = jobs(small)
    run(first.pk)
    waiting = EvidencePreview.objects.filter(
        evidence__inspection=small.inspection, state=PreviewState.WAITING
    )
    assert waiting.count() == 1
    previews_due()
    _, second = jobs(small)
    run(second.pk)
    assert not waiting.exists()


def test_running_twice_makes_the_same_pictures_once(small: Small, media: Path) -> None:
    preview = taken(small, "tiff", scan(3))
    assert make_preview(EvidencePreview.objects.get(pk=preview.pk))
    names = sorted(path.name for path in (media / "previews").rglob("*.png"))
    assert make_preview(preview), "a worker that comes late leaves the row as it is"
    assert sorted(path.name for path in (media / "previews").rglob("*.png")) == names
    assert names == ["1.png", "2.png", "3.png"]
    settled = Event.objects.filter(action="evidence.preview_made", object_id=str(preview.pk))
    assert settled.count() == 1
