"""Evidence goes in checked and comes out only to those who read the measure in full."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import Client
from django.urls import reverse

from measures.domain.evidence import attach_evidence
from measures.interfaces.evidence import EvidenceForm
from measures.interfaces.uploads import clean_name
from measures.models import Evidence, Measure
from rectify.accounts.models import User
from rectify.audit.models import Event
from tests.conftest import Demo
from tests.measures.interfaces.good_files import GOOD
from tests.measures.interfaces.hostile_files import CORPUS, Hostile

LogIn = Callable[[str], Client]
PDF = b"%PDF-1.7\nseen only here\n%%EOF\n"
# What the answering page takes, on a slow machine with other work to do.
PAGE_SECONDS = 1.0
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


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_every_kind_comes_back_byte_for_byte_and_acts_nowhere(
    open_one: Measure, as_user: LogIn, extension: str
) -> None:
    client = as_user("clerk-labor-b")
    name = f"佐证“材料”{extension}.{extension}"
    assert send(client, open_one, name, GOOD[extension]) == 302
    evidence = Evidence.objects.get(links__measure=open_one, original_name=name)
    response = client.get(address(evidence))
    assert isinstance(response, FileResponse)
    assert b"".join(response.streaming_content) == GOOD[extension]
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(name)}"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda one: one.name[:40])
def test_a_hostile_file_is_a_400_that_leaves_nothing_but_its_event(
    open_one: Measure, as_user: LogIn, media: Path, hostile: Hostile
) -> None:
    client = as_user("clerk-labor-b")
    url = reverse("evidence_add", kwargs={"measure": open_one.public_id})
    upload = SimpleUploadedFile("x", hostile.build())
    upload._name = hostile.name  # type: ignore[attr-defined]  # as a forged request names it
    before = Evidence.objects.count()
    started = time.perf_counter()
    response = client.post(url, {"file": upload, "kind": "photo"})
    seconds = time.perf_counter() - started
    assert response.status_code == 400
    page = response.content.decode()
    assert 'id="id_file_error"' in page
    assert '<option value="photo" selected>' in page
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert Evidence.objects.count() == before
    event = Event.objects.filter(action="evidence.refuse").latest("pk")
    assert (event.success, event.object_id) == (False, str(open_one.pk))
    assert event.changes["reason"] == [None, hostile.code]
    assert event.changes["evidence"][1] == clean_name(event.changes["evidence"][1])
    assert seconds < 1 + PAGE_SECONDS, f"{seconds:.2f} s"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/材料.pdf", "材料.pdf"),
        ("..\\..\\材料.pdf", "材料.pdf"),
        ("长" * 300 + ".pdf", "长" * 82 + "….pdf"),
        ("材料\u202efdp.pdf", "材料fdp.pdf"),
        ("引\"号'.pdf", "引_号'.pdf"),
        ("笑\U0001f600脸.pdf", "笑\U0001f600脸.pdf"),
        ("头\r\nX-Injected: 1.pdf", "头X-Injected_ 1.pdf"),
        ("空\x00字.pdf", "空字.pdf"),
        ("NUL.pdf", "_NUL.pdf"),
    ],
)
def test_a_deceptive_name_is_cleaned_and_never_reaches_the_disk(
    open_one: Measure, as_user: LogIn, media: Path, sent: str, kept: str
) -> None:
    upload = SimpleUploadedFile("x", PDF)
    upload._name = sent  # type: ignore[attr-defined]  # past the cleaning of Django's own setter
    form = EvidenceForm({"kind": "other"}, {"file": upload})
    assert form.is_valid(), form.errors
    (offered,) = form.offered()
    assert offered.name == kept and offered.file is not None
    attach_evidence(
        open_one,
        actor=User.objects.get(username="clerk-labor-b"),
        file=offered.file,
        name=offered.name,
        size=len(PDF),
    )
    evidence = Evidence.objects.get(links__measure=open_one, original_name=kept)
    assert [path.name for path in media.rglob("*") if path.is_file()] == [evidence.public_id.hex]
    response = as_user("clerk-labor-b").get(address(evidence))
    assert "\r" not in response["Content-Disposition"]
    response.close()


def test_a_form_without_a_file_asks_for_one(open_one: Measure, as_user: LogIn) -> None:
    url = reverse("evidence_add", kwargs={"measure": open_one.public_id})
    response = as_user("clerk-labor-b").post(url, {"kind": "other"})
    assert response.status_code == 422
    assert "请选择要上传的文件" in response.content.decode()
    assert not Event.objects.filter(action="evidence.refuse").exists()


def test_who_may_not_upload_is_told_so_before_the_file_is_looked_at(
    open_one: Measure, as_user: LogIn
) -> None:
    assert send(as_user("discipline"), open_one, "页.html", b"<html>") == 403
    assert not Event.objects.filter(action="evidence.refuse").exists()


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
