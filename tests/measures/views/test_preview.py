"""The preview page: pictures for those who may read the file, recorded, and nothing that acts."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from measures.domain.evidence import attach_evidence
from measures.domain.previews import make_preview
from measures.models import Evidence, EvidencePreview, Measure
from rectify.accounts.models import User
from rectify.audit.models import Event
from tests.conftest import Demo
from tests.measures.interfaces.good_files import GOOD, scan

LogIn = Callable[[str], Client]
Take = Callable[[str, bytes], Evidence]


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's settings
    return tmp_path


@pytest.fixture
def taken(demo: Demo) -> Take:
    """Uploads a file to a measure of bureau b."""
    measure = demo.measure(demo.b, closed_at=None, lead_section__name="劳动保障监察大队")

    def take(name: str, content: bytes) -> Evidence:
        return attach_evidence(
            measure, actor=demo.user("clerk-labor-b"), file=io.BytesIO(content), name=name,
            size=len(content),
        )  # fmt: skip

    return take


def page_of(evidence: Evidence) -> str:
    return reverse("evidence_preview", kwargs={"evidence": evidence.public_id})


def picture_of(evidence: Evidence, page: int) -> str:
    return reverse("evidence_page", kwargs={"evidence": evidence.public_id, "page": page})


def test_the_page_shows_every_picture_with_its_number_and_what_is_known_of_the_file(
    taken: Take, as_user: LogIn
) -> None:
    evidence = taken("会议记录.tif", scan(3))
    assert make_preview(evidence.preview)
    page = as_user("secretary-b").get(page_of(evidence)).content.decode()
    for number in (1, 2, 3):
        assert picture_of(evidence, number) in page
        assert f"第 {number} 页，共 3 页" in page
    assert reverse("evidence", kwargs={"evidence": evidence.public_id}) in page
    for words in ("会议记录.tif", evidence.sha256[:16], evidence.uploaded_by_name, "字节"):
        assert words in page
    assert "只显示前" not in page


def test_a_picture_is_shown_inline_and_sealed(taken: Take, as_user: LogIn) -> None:
    evidence = taken("照片.jpg", GOOD["jpg"])
    assert make_preview(evidence.preview)
    response = as_user("office-b").get(picture_of(evidence, 1))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert "attachment" not in response.get("Content-Disposition", "")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "no-store" in response["Cache-Control"]
    assert response.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("page", [0, 2, 999_999_999])
def test_a_page_that_there_is_not_is_a_404(taken: Take, as_user: LogIn, page: int) -> None:
    evidence = taken("照片.jpg", GOOD["jpg"])
    assert make_preview(evidence.preview)
    assert as_user("office-b").get(picture_of(evidence, page)).status_code == 404


def test_a_picture_that_is_lost_is_a_404(taken: Take, as_user: LogIn, media: Path) -> None:
    evidence = taken("照片.jpg", GOOD["jpg"])
    assert make_preview(evidence.preview)
    (media / evidence.preview.picture(1)).unlink()
    assert as_user("office-b").get(picture_of(evidence, 1)).status_code == 404


@pytest.mark.parametrize("row", ["waiting", "missing"])
def test_what_is_not_drawn_yet_says_so_and_can_be_asked_again(
    taken: Take, as_user: LogIn, row: str
) -> None:
    evidence = taken("照片.jpg", GOOD["jpg"])
    if row == "missing":
        EvidencePreview.objects.filter(evidence=evidence).delete()
    page = as_user("office-b").get(page_of(evidence)).content.decode()
    assert "正在生成预览" in page
    assert f'href="{page_of(evidence)}"' in page


def test_a_kind_without_preview_and_a_failure_give_their_reason(
    taken: Take, as_user: LogIn
) -> None:
    table = taken("台账.xlsx", GOOD["xlsx"])
    broken = taken("材料.pdf", b"%PDF-1.7\nnothing\n%%EOF\n")
    assert not make_preview(broken.preview)
    client = as_user("office-b")
    assert "该格式不提供预览，请下载后查看。" in client.get(page_of(table)).content.decode()
    assert "文件可能已损坏" in client.get(page_of(broken)).content.decode()


@pytest.mark.parametrize(
    ("reader", "status"),
    [("office-b", 200), ("secretary-b", 200), ("discipline", 200), ("clerk-labor-b", 200),
     ("party-member-b", 404), ("oversight", 404), ("office", 404), ("clerk-training-b", 404)],
)  # fmt: skip
def test_only_who_may_download_may_look(
    taken: Take, as_user: LogIn, reader: str, status: int
) -> None:
    evidence = taken("照片.jpg", GOOD["jpg"])
    assert make_preview(evidence.preview)
    client = as_user(reader)
    for url in (page_of(evidence), picture_of(evidence, 1)):
        response = client.get(url)
        assert response.status_code == status
        response.getvalue()


def test_looking_is_recorded_once_per_page_view_and_not_for_each_picture(
    taken: Take, as_user: LogIn
) -> None:
    evidence = taken("会议记录.tif", scan(2))
    assert make_preview(evidence.preview)
    client = as_user("secretary-b")
    for url in (page_of(evidence), picture_of(evidence, 1), picture_of(evidence, 2)):
        client.get(url).getvalue()
    seen = Event.objects.filter(action="evidence.preview", object_id=str(evidence.pk))
    assert [event.actor_name for event in seen] == [User.objects.get(username="secretary-b").name]


def test_a_picture_that_is_asked_for_without_its_page_is_recorded_too(
    taken: Take, as_user: LogIn
) -> None:
    evidence = taken("会议记录.tif", scan(2))
    assert make_preview(evidence.preview)
    seen = Event.objects.filter(action="evidence.preview", object_id=str(evidence.pk))
    client = as_user("secretary-b")
    client.get(picture_of(evidence, 2)).getvalue()
    assert seen.count() == 1
    client.get(picture_of(evidence, 1)).getvalue()
    assert seen.count() == 1, "once in a login"
    as_user("office-b").get(picture_of(evidence, 1)).getvalue()
    assert seen.count() == 2


def test_the_measure_offers_preview_and_download(taken: Take, as_user: LogIn) -> None:
    drawn, plain = taken("照片.jpg", GOOD["jpg"]), taken("台账.xlsx", GOOD["xlsx"])
    measure = Measure.objects.get(evidence_links__evidence=drawn)
    page = as_user("office-b").get(reverse("measure", kwargs={"measure": measure.public_id}))
    listed = page.content.decode()
    assert page_of(drawn) in listed and page_of(plain) not in listed
    for evidence in (drawn, plain):
        assert reverse("evidence", kwargs={"evidence": evidence.public_id}) in listed


def test_a_name_cannot_write_into_the_page(taken: Take, as_user: LogIn) -> None:
    evidence = taken("<img src=x onerror=1>.jpg", GOOD["jpg"])
    assert "<img src=x" not in as_user("office-b").get(page_of(evidence)).content.decode()
