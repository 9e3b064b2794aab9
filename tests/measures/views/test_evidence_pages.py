"""Several files in one upload, the list of an inspection's files, and managing one of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from measures.domain.evidence import attach_evidence
from measures.domain.evidence_links import link_evidence
from measures.interfaces.evidence import MOST_FILES
from measures.models import Evidence, Measure
from rectify.accounts.models import User
from rectify.jobs.models import Job
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import Small
from tests.measures.interfaces.good_files import GOOD

__all__ = ["neighbour", "small"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def upload(client: Client, measure: Measure, files: dict[str, bytes], kind: str = "guess") -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
    url = reverse("evidence_add", kwargs={"measure": measure.public_id})
    return client.post(url, {"file": sent, "kind": kind})


def attached(measure: Measure, actor: User, name: str = "清单.pdf") -> Evidence:
    content = f"{name}{measure.pk}".encode()
    return attach_evidence(
        measure, actor=actor, file=io.BytesIO(content), name=name, size=len(content)
    )


def kinds(measure: Measure) -> dict[str, str]:
    rows = Evidence.objects.filter(links__measure=measure)
    return dict(rows.values_list("original_name", "kind"))


def address(name: str, evidence: Evidence, **more: Any) -> str:
    return reverse(name, kwargs={"evidence": evidence.public_id, **more})


def test_several_files_go_in_at_once_each_with_its_kind(small: Small) -> None:
    measure, client = small.measure(), client_of(small.clerk)
    files = {"管理办法.pdf": GOOD["pdf"], "现场.jpg": GOOD["jpg"], "采购合同.docx": GOOD["docx"]}
    answer = upload(client, measure, files)
    assert answer.status_code == 302
    assert kinds(measure) == {
        "管理办法.pdf": "rule",
        "现场.jpg": "photo",
        "采购合同.docx": "contract",
    }
    page = client.get(answer["Location"]).content.decode()
    assert "已上传 3 个文件：“管理办法.pdf”、“现场.jpg”、“采购合同.docx”。" in page
    other = small.measure()
    upload(client, other, {"甲.pdf": GOOD["pdf"]}, kind="meeting")
    assert kinds(other) == {"甲.pdf": "meeting"}


def test_the_page_says_which_file_was_not_taken_and_keeps_the_others(small: Small) -> None:
    measure, client = small.measure(), client_of(small.clerk)
    files = {"好.pdf": GOOD["pdf"], "坏.exe": b"MZ", "空.pdf": b""}
    answer = upload(client, measure, files, kind="voucher")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "已上传“好.pdf”。" in page
    assert "“坏.exe”没有上传：不接受这种文件。" in page
    assert "“空.pdf”没有上传：文件是空的" in page
    assert '<option value="voucher" selected>' in page
    assert kinds(measure) == {"好.pdf": "voucher"}


def test_too_many_files_are_refused_together(small: Small) -> None:
    measure = small.measure()
    files = {f"{number}.pdf": GOOD["pdf"] for number in range(MOST_FILES + 1)}
    answer = upload(client_of(small.clerk), measure, files)
    assert answer.status_code == 422
    assert f"一次最多上传 {MOST_FILES} 个文件" in answer.content.decode()
    assert not kinds(measure)


def test_the_list_narrows_by_kind_and_area_and_shows_the_gaps(small: Small) -> None:
    first = small.measure(text="修订办法")
    small.measure(text="组织培训")
    attached(first, small.clerk, "办法.pdf")
    client = client_of(small.office)
    url = reverse("evidence_list", kwargs={"inspection": small.inspection.public_id})
    page = client.get(url).content.decode()
    assert "办法.pdf" in page and "1. 修订办法" in page and "没有材料的措施 1 条" in page
    assert "没有符合条件的材料" in client.get(url, {"kind": "photo"}).content.decode()
    area = small.task.issue.area.public_id
    assert "办法.pdf" in client.get(url, {"area": str(area)}).content.decode()
    assert "办法.pdf" in client.get(url, {"kind": "无此种类", "page": "99"}).content.decode()
    gaps = client.get(url, {"show": "gaps"}).content.decode()
    assert "组织培训" in gaps and "修订办法" not in gaps


def test_empty_lists_say_so(small: Small) -> None:
    client = client_of(small.office)
    url = reverse("evidence_list", kwargs={"inspection": small.inspection.public_id})
    assert "还没有佐证材料" in client.get(url).content.decode()
    assert "每条措施都有佐证材料" in client.get(url, {"show": "gaps"}).content.decode()


def test_the_list_is_for_those_who_read_evidence(small: Small, neighbour: Small) -> None:
    url = reverse("evidence_list", kwargs={"inspection": small.inspection.public_id})
    attached(small.measure(), small.clerk, "办法.pdf")
    assert client_of(small.party_member).get(url).status_code == 403
    assert client_of(neighbour.office).get(url).status_code == 404
    assert "办法.pdf" not in client_of(small.stranger).get(url).content.decode()


def test_a_file_is_linked_from_the_searchable_page(small: Small, neighbour: Small) -> None:
    first, second = small.measure(text="修订办法"), small.measure(text="组织培训")
    foreign = neighbour.measure(text="邻局措施")
    evidence, client = attached(first, small.clerk), client_of(small.clerk)
    url = address("evidence_link", evidence)
    page = client.get(url).content.decode()
    assert "组织培训" in page and "邻局措施" not in page
    assert "没有符合条件的措施" in client.get(url, {"q": "没有这样的字"}).content.decode()
    assert client.post(url, {}).status_code == 422
    refused = client.post(url, {"measures": [str(foreign.public_id)]})
    assert refused.status_code == 422
    assert "不在您的查看范围内" in refused.content.decode()
    answer = client.post(url, {"measures": [str(second.public_id)]})
    assert answer.status_code == 302
    assert evidence.links.count() == 2


def test_kind_removal_and_archive_go_through_their_pages(small: Small) -> None:
    first, second = small.measure(text="修订办法"), small.measure(text="组织培训")
    evidence, client = attached(first, small.clerk), client_of(small.clerk)
    link_evidence(evidence, actor=small.clerk, measures=[second])
    manage = address("evidence_edit", evidence)
    assert "移除" in client.get(manage).content.decode()
    assert client.post(manage, {"kind": "rule", "version": "1"}).status_code == 302
    assert client.post(manage, {"kind": "photo", "version": "1"}).status_code == 409
    remove = address("evidence_unlink", evidence, measure=second.public_id)
    empty = client.post(remove, {"reason": " "})
    assert empty.status_code == 422 and "请填写理由" in empty.content.decode()
    assert client.post(remove, {"reason": "传错"}).status_code == 302
    assert client.get(remove).status_code == 404
    only = address("evidence_unlink", evidence, measure=first.public_id)
    assert "请归档" in client.post(only, {"reason": "传错"}).content.decode()
    put_aside = address("evidence_archive", evidence)
    version = Evidence.objects.get(pk=evidence.pk).version
    assert client.post(put_aside, {"reason": "不用", "version": version}).status_code == 302
    evidence.refresh_from_db()
    assert (evidence.kind, evidence.archived_at is not None) == ("rule", True)
    assert "归档" in client.get(manage).content.decode()


def test_who_only_reads_does_not_manage(small: Small, neighbour: Small) -> None:
    evidence = attached(small.measure(), small.clerk)
    for name in ("evidence_edit", "evidence_link", "evidence_archive"):
        url = address(name, evidence)
        assert client_of(small.leader).get(url).status_code == 403
        assert client_of(small.stranger).get(url).status_code == 404
        assert client_of(neighbour.office).get(url).status_code == 404


def test_the_compilation_takes_what_the_filter_shows(small: Small) -> None:
    own = small.measure()
    other = small.measure(lead_section=small.other, support_sections=[], text="别科措施")
    url = reverse("evidence_compile", kwargs={"inspection": small.inspection.public_id})

    def asked(user: User, **fields: str) -> Any:
        answer = client_of(user).post(url, fields)
        assert answer.status_code == 302
        return Job.objects.latest("pk").params["measures"]

    assert asked(small.office) is None
    assert asked(small.office, q="别科") == [other.pk]
    assert asked(small.clerk) == [own.pk]
    jobs = Job.objects.count()
    empty = client_of(small.office).post(url, {"q": "没有这样的字"}, follow=True)
    assert "没有可以汇编的措施" in empty.content.decode()
    assert Job.objects.count() == jobs
    assert client_of(small.party_member).post(url).status_code == 403
