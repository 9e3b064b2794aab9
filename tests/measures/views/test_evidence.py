"""Evidence goes in checked and comes out only to those who read the measure in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import Client
from django.urls import reverse

from measures.models import Evidence, Measure
from rectify.audit.models import Event
from tests.conftest import Demo

LogIn = Callable[[str], Client]
PDF = b"%PDF-1.7\nseen only here\n%%EOF\n"
NAME = '佐证"材料"‮\U0001f4c4.pdf'
KEPT = "佐证_材料_\U0001f4c4.pdf"


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    """Uploads of a test go to a folder of its own."""
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's settings
    return tmp_path


@pytest.fixture
def open_one(demo: Demo) -> Measure:
    return demo.measure(demo.b, closed_at=None, lead_section__name="劳动保障监察大队")


def send(client: Client, measure: Measure, name: str = NAME, content: bytes = PDF) -> int:
    url = reverse("evidence_add", kwargs={"measure": measure.public_id})
    file = SimpleUploadedFile(name, content, "application/pdf")
    return client.post(url, {"file": file, "kind": "photo"}).status_code


def stored(measure: Measure) -> Evidence:
    return Evidence.objects.get(links__measure=measure, original_name=KEPT)


def address(evidence: Evidence) -> str:
    return reverse("evidence", kwargs={"evidence": evidence.public_id})


def test_a_file_goes_in_under_a_random_name_and_comes_out_as_it_was(
    open_one: Measure, as_user: LogIn, media: Path
) -> None:
    client = as_user("clerk-labor-b")
    assert send(client, open_one) == 302
    evidence = stored(open_one)
    assert (evidence.kind, evidence.size) == ("photo", len(PDF))
    assert [path.name for path in media.rglob("*") if path.is_file()] == [evidence.public_id.hex]
    response = client.get(address(evidence))
    assert isinstance(response, FileResponse)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(KEPT)}"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("页.html", PDF, "不接受这种文件"),
        ("图.svg", b"<svg/>", "不接受这种文件"),
        ("材料.pdf", b"<html>", "文件内容不是 pdf 格式"),
        ("材料.pdf", b"", "空的"),
    ],
)
def test_a_refused_file_leaves_nothing_behind(
    open_one: Measure, as_user: LogIn, media: Path, name: str, content: bytes, words: str
) -> None:
    client = as_user("clerk-labor-b")
    url = reverse("evidence_add", kwargs={"measure": open_one.public_id})
    response = client.post(url, {"file": SimpleUploadedFile(name, content), "kind": "other"})
    assert response.status_code == 422 and words in response.content.decode()
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert client.post(url, {"kind": "other"}).status_code == 422


def test_the_same_file_twice_is_refused_with_words(open_one: Measure, as_user: LogIn) -> None:
    client = as_user("clerk-labor-b")
    assert send(client, open_one) == 302
    assert send(client, open_one) == 422
    assert Evidence.objects.filter(original_name=KEPT).count() == 1


@pytest.mark.parametrize(
    ("reader", "status"),
    [("office-b", 200), ("secretary-b", 200), ("discipline", 200), ("leader-labor-b", 200),
     ("party-member-b", 404), ("oversight", 404), ("office", 404), ("clerk-training-b", 404)],
)  # fmt: skip
def test_only_full_readers_download(
    open_one: Measure, as_user: LogIn, reader: str, status: int
) -> None:
    assert open_one.leader and open_one.leader.username == "leader-labor-b"
    assert not open_one.supports.filter(section__name="职业能力建设科").exists()
    send(as_user("clerk-labor-b"), open_one)
    response = as_user(reader).get(address(stored(open_one)))
    assert response.status_code == status
    response.close()


@pytest.mark.parametrize(
    ("reader", "status"),
    [("office", 404), ("clerk-training-b", 404), ("party-member-b", 403), ("discipline", 403)],
)
def test_nobody_else_uploads(open_one: Measure, as_user: LogIn, reader: str, status: int) -> None:
    assert send(as_user(reader), open_one) == status


def test_bytes_that_changed_on_disk_are_not_handed_out(
    open_one: Measure, as_user: LogIn, media: Path
) -> None:
    client = as_user("clerk-labor-b")
    send(client, open_one)
    (path,) = (path for path in media.rglob("*") if path.is_file())
    path.write_bytes(PDF + b"changed")
    response = client.get(address(stored(open_one)), follow=True)
    assert "与上传时不一致" in response.content.decode()
    evidence = stored(open_one)
    failed = Event.objects.filter(action="evidence.download", object_id=str(evidence.pk)).last()
    assert failed is not None and not failed.success
    path.unlink()
    response = client.get(address(stored(open_one)), follow=True)
    assert "缺失" in response.content.decode()
