"""A stored file: more measures, fewer, another kind, the archive; and several files at once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from measures.domain.closure import apply_closure
from measures.domain.evidence import attach_evidence
from measures.domain.evidence_links import (
    archive_evidence,
    change_kind,
    link_evidence,
    unlink_evidence,
)
from measures.domain.evidence_list import files_of, gaps_of, lines
from measures.domain.evidence_uploads import Offered, guess_kind, take_files
from measures.domain.history import history
from measures.enums import EvidenceKind
from measures.models import Evidence, Measure
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.audit.models import Event
from rectify.lib.clock import now, today
from tests.measures.domain.small_bureau import Small


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's settings
    return tmp_path


def attached(measure: Measure, actor: User, name: str = "清单.pdf") -> Evidence:
    content = f"{name}{measure.pk}".encode()
    return attach_evidence(
        measure, actor=actor, file=io.BytesIO(content), name=name, size=len(content)
    )


def linked(evidence: Evidence) -> set[int]:
    return set(evidence.links.values_list("measure_id", flat=True))


def close(measure: Measure) -> None:
    Measure.objects.filter(pk=measure.pk).update(
        closed_at=now(), status="completed", completed_on=today()
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("财务管理办法.docx", "rule"),
        ("差旅费管理规定（试行）.pdf", "rule"),
        ("《合同管理制度》.pdf", "rule"),
        ("学习《财务管理办法》会议纪要.pdf", "meeting"),
        ("签到表.jpg", "meeting"),
        ("会议照片.jpg", "photo"),
        ("采购合同.pdf", "contract"),
        ("银行回单.pdf", "voucher"),
        ("增值税发票.ofd", "voucher"),
        ("IMG_0001.JPG", "photo"),
        ("其他.xlsx", "other"),
        ("无后缀", "other"),
    ],
)
def test_a_name_says_what_a_file_is(name: str, kind: str) -> None:
    assert guess_kind(name) == kind


def test_good_files_are_taken_and_bad_ones_told(small: Small) -> None:
    measure = small.measure()
    attached(measure, small.clerk, "旧.pdf")
    old = f"旧.pdf{measure.pk}".encode()
    answers = take_files(
        measure,
        actor=small.clerk,
        offered=[
            Offered("甲合同.pdf", 1, EvidenceKind.CONTRACT, io.BytesIO(b"1")),
            Offered("坏.exe", 0, EvidenceKind.OTHER, None, "不接受这种文件。", "extension"),
            Offered("旧.pdf", len(old), EvidenceKind.OTHER, io.BytesIO(old)),
            Offered("乙.pdf", 1, EvidenceKind.OTHER, io.BytesIO(b"2")),
        ],
    )
    assert [one.evidence is not None for one in answers] == [True, False, False, True]
    assert answers[1].why == "不接受这种文件。"
    assert "无需重复上传" in answers[2].why
    names = measure.evidence_links.values_list("evidence__original_name", flat=True)
    assert set(names) == {"旧.pdf", "甲合同.pdf", "乙.pdf"}
    refused = Event.objects.get(action="evidence.refuse")
    assert refused.changes["reason"] == [None, "extension"]


def test_nothing_is_taken_for_a_closed_measure_or_from_a_stranger(small: Small) -> None:
    measure = small.measure()
    file = Offered("甲.pdf", 1, EvidenceKind.OTHER, io.BytesIO(b"1"))
    with pytest.raises(NotAllowed):
        take_files(measure, actor=small.stranger, offered=[file])
    close(measure)
    with pytest.raises(Refused, match="已销号"):
        take_files(measure, actor=small.clerk, offered=[file])
    assert not Evidence.objects.filter(inspection=small.inspection).exists()


def test_one_file_supports_several_measures(small: Small) -> None:
    first, second, third = small.measure(), small.measure(), small.measure()
    evidence = attached(first, small.clerk)
    assert link_evidence(evidence, actor=small.clerk, measures=[first, second, third]) == 2
    assert linked(evidence) == {first.pk, second.pk, third.pk}
    assert history(second)[0].sentence == "关联已有佐证材料：清单.pdf。"
    assert link_evidence(evidence, actor=small.clerk, measures=[second]) == 0
    assert Evidence.objects.filter(inspection=small.inspection).count() == 1


def test_what_may_not_be_linked(small: Small, neighbour: Small) -> None:
    first, closed, foreign = small.measure(), small.measure(), neighbour.measure()
    same, other = small.measure(), small.measure(lead_section=small.other, support_sections=[])
    evidence = attached(first, small.clerk)
    content = f"清单.pdf{first.pk}".encode()
    attach_evidence(
        same, actor=small.clerk, file=io.BytesIO(content), name="另名.pdf", size=len(content)
    )
    close(closed)
    for measure, words in (
        (closed, "已销号"),
        (same, "内容相同"),
        (foreign, "不在您"),
        (other, "不在您"),
    ):
        with pytest.raises(Refused, match=words):
            link_evidence(evidence, actor=small.clerk, measures=[small.measure(), measure])
    with pytest.raises(Refused, match="至少选择"):
        link_evidence(evidence, actor=small.clerk, measures=[])
    assert linked(evidence) == {first.pk}


def test_another_inspection_is_refused_in_words(small: Small, neighbour: Small) -> None:
    evidence = attached(small.measure(), small.clerk)
    foreign = neighbour.measure()
    Measure.objects.filter(pk=foreign.pk).update(organization=small.organization)
    foreign.refresh_from_db()
    with pytest.raises(Refused, match="不能跨巡察关联"):
        link_evidence(evidence, actor=small.office, measures=[foreign])


def test_a_link_is_removed_with_a_reason_and_the_file_stays(small: Small, media: Path) -> None:
    first, second = small.measure(), small.measure()
    evidence = attached(first, small.clerk)
    with pytest.raises(Refused, match="请归档"):
        unlink_evidence(evidence, first, actor=small.clerk, reason="传错")
    link_evidence(evidence, actor=small.clerk, measures=[second])
    with pytest.raises(Refused, match="理由"):
        unlink_evidence(evidence, second, actor=small.clerk, reason="  ")
    with pytest.raises(NotAllowed):
        unlink_evidence(evidence, second, actor=small.stranger, reason="传错")
    unlink_evidence(evidence, second, actor=small.clerk, reason="传错")
    assert linked(evidence) == {first.pk}
    assert history(second)[0].sentence == "移除佐证材料：佐证材料：清单.pdf；理由：传错。"
    assert [path for path in media.rglob("*") if path.is_file()]
    with pytest.raises(Refused, match="已不在"):
        unlink_evidence(evidence, second, actor=small.clerk, reason="传错")


def test_what_a_closed_measure_rests_on_stays(small: Small) -> None:
    first, second = small.measure(), small.measure()
    evidence = attached(first, small.clerk)
    link_evidence(evidence, actor=small.clerk, measures=[second])
    close(second)
    version = evidence.version
    for act in (
        lambda: unlink_evidence(evidence, second, actor=small.office, reason="传错"),
        lambda: change_kind(evidence, actor=small.office, version=version, kind=EvidenceKind.RULE),
        lambda: archive_evidence(evidence, actor=small.office, version=version, reason="传错"),
    ):
        with pytest.raises(Refused, match="已销号"):
            act()
    evidence.refresh_from_db()
    assert (evidence.kind, evidence.archived_at, len(linked(evidence))) == ("other", None, 2)


def test_what_an_application_rests_on_stays(small: Small) -> None:
    measure = small.completed()
    apply_closure(measure, actor=small.clerk)
    evidence = Evidence.objects.get(links__measure=measure)
    with pytest.raises(Refused, match="正在申请销号"):
        archive_evidence(evidence, actor=small.clerk, version=evidence.version, reason="传错")


def test_the_kind_is_changed_by_who_writes_the_measure(small: Small) -> None:
    evidence = attached(small.measure(), small.clerk)
    with pytest.raises(NotAllowed):
        change_kind(evidence, actor=small.leader, version=1, kind=EvidenceKind.RULE)
    change_kind(evidence, actor=small.helper, version=1, kind=EvidenceKind.RULE)
    with pytest.raises(StaleVersion):
        change_kind(evidence, actor=small.clerk, version=1, kind=EvidenceKind.PHOTO)
    evidence.refresh_from_db()
    assert evidence.kind == EvidenceKind.RULE


def test_an_archived_file_no_longer_counts_but_is_still_read(small: Small) -> None:
    measure = small.measure()
    evidence = attached(measure, small.clerk)
    assert not gaps_of(small.inspection, small.office)
    archive_evidence(evidence, actor=small.clerk, version=evidence.version, reason="内容有误")
    assert list(gaps_of(small.inspection, small.office)) == [measure]
    assert not files_of(small.inspection, small.office)
    assert list(files_of(small.inspection, small.office, archived=True)) == [evidence]
    assert Evidence.objects.visible_to(small.clerk).filter(pk=evidence.pk).exists()
    assert "归档佐证材料" in history(measure)[0].sentence
    evidence.refresh_from_db()
    with pytest.raises(Refused, match="已归档"):
        archive_evidence(evidence, actor=small.clerk, version=evidence.version, reason="再次")


def test_a_file_of_another_section_too_is_not_archived_by_one_of_them(small: Small) -> None:
    own = small.measure()
    other = small.measure(lead_section=small.other, support_sections=[])
    evidence = attached(own, small.clerk)
    link_evidence(evidence, actor=small.office, measures=[other])
    with pytest.raises(Refused, match="其他科室"):
        archive_evidence(evidence, actor=small.clerk, version=evidence.version, reason="不用")
    archive_evidence(evidence, actor=small.office, version=evidence.version, reason="不用")


def test_the_list_shows_each_reader_their_own_measures(small: Small, neighbour: Small) -> None:
    own = small.measure()
    other = small.measure(lead_section=small.other, support_sections=[])
    shared, theirs = attached(own, small.clerk), attached(other, small.stranger, "别科.pdf")
    link_evidence(shared, actor=small.office, measures=[other])
    attached(neighbour.measure(), neighbour.clerk)
    inspection = small.inspection
    seen = lines(files_of(inspection, small.clerk), inspection, small.clerk)
    assert [(line.file, [(one.number, one.measure) for one in line.measures]) for line in seen] == [
        (shared, [(1, own)])
    ]
    assert set(files_of(inspection, small.office)) == {shared, theirs}
    assert not files_of(inspection, small.office, kind="rule")
    assert set(files_of(inspection, small.office, area_id=small.task.issue.area_id)) == {
        shared, theirs,
    }  # fmt: skip
