"""Evidence: the same bytes once, links many, and nothing handed out that was tampered with."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from measures.domain.evidence import attach_evidence, hand_out
from measures.enums import EvidenceKind
from measures.models import Evidence, EvidenceLink, Measure
from rectify.accounts.models import User
from rectify.audit.domain.events import verify
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Chain, Event
from tests.measures.domain.small_bureau import Small


def attach(
    measure: Measure, actor: User, content: bytes = b"%PDF-1.4 a", name: str = "台账.pdf"
) -> Evidence:
    return attach_evidence(
        measure,
        actor=actor,
        file=io.BytesIO(content),
        name=name,
        size=len(content),
        kind=EvidenceKind.RULE,
    )


def test_a_file_is_stored_under_its_number_with_its_hash(small: Small) -> None:
    evidence = attach(small.measure(), small.clerk)
    assert evidence.sha256 == hashlib.sha256(b"%PDF-1.4 a").hexdigest()
    assert (evidence.size, evidence.uploaded_by) == (10, small.clerk)
    assert "台账" not in str(evidence.file.name)
    assert evidence.public_id.hex in str(evidence.file.name)
    with hand_out(evidence, actor=small.clerk) as stream:
        assert stream.read() == b"%PDF-1.4 a"


def test_the_same_file_is_stored_once_and_linked_twice(small: Small) -> None:
    one, two = small.measure(), small.measure()
    first = attach(one, small.clerk)
    second = attach(two, small.office)
    assert first.pk == second.pk
    assert EvidenceLink.objects.filter(evidence=first).count() == 2
    assert Evidence.objects.filter(inspection=small.inspection).count() == 1


def test_nobody_learns_the_name_that_another_gave_to_the_same_bytes(small: Small) -> None:
    one, two = small.measure(), small.measure()
    attach(one, small.clerk, name="内部名单.pdf")
    mine = attach(two, small.office, name="我的.pdf")
    assert mine.original_name == "我的.pdf"
    assert [link.evidence.original_name for link in two.evidence_links.all()] == ["我的.pdf"]


def test_twice_on_the_same_measure_is_refused(small: Small) -> None:
    measure = small.measure()
    attach(measure, small.clerk)
    events = small.events()
    with pytest.raises(Refused, match="无需重复上传"):
        attach(measure, small.clerk, name="改名.pdf")
    assert small.events() == events


def test_the_same_bytes_in_another_bureau_are_another_file(small: Small, neighbour: Small) -> None:
    mine = attach(small.measure(), small.clerk)
    theirs = attach(neighbour.measure(), neighbour.clerk)
    assert mine.pk != theirs.pk
    assert mine.file.name != theirs.file.name


@pytest.mark.parametrize(
    "who", ["stranger", "leader", "party_member", "secretary", "discipline", "sysadmin", "auditor"]
)
def test_who_may_not_write_progress_may_not_upload(small: Small, who: str) -> None:
    measure = small.measure()
    with pytest.raises(NotAllowed):
        attach(measure, getattr(small, who))
    assert not measure.evidence_links.exists()


def test_an_outsider_may_not_upload_into_the_neighbours_measure(
    small: Small, neighbour: Small
) -> None:
    with pytest.raises(NotAllowed):
        attach(small.measure(), neighbour.office)


def test_a_file_read_from_its_end_is_still_taken_whole(small: Small) -> None:
    stream = io.BytesIO(b"abcdef")
    stream.seek(4)
    evidence = attach_evidence(
        small.measure(), actor=small.clerk, file=stream, name="a.pdf", size=6
    )
    with hand_out(evidence, actor=small.clerk) as out:
        assert out.read() == b"abcdef"


def test_changed_bytes_are_not_handed_out_and_the_attempt_is_recorded(small: Small) -> None:
    evidence = attach(small.measure(), small.clerk)
    Path(evidence.file.path).write_bytes(b"%PDF-1.4 b")
    with pytest.raises(Refused, match="不一致"):
        hand_out(evidence, actor=small.office)
    last = Event.objects.filter(chain__organization=small.organization).order_by("-seq")[0]
    assert (last.action, last.success, last.actor) == ("evidence.download", False, small.office)
    assert verify(Chain.objects.get(organization=small.organization)) is None


def test_a_lost_file_is_a_sentence_not_a_crash_and_recorded(small: Small) -> None:
    evidence = attach(small.measure(), small.clerk)
    Path(evidence.file.path).unlink()
    with pytest.raises(Refused, match="备份"):
        hand_out(evidence, actor=small.clerk)
    last = Event.objects.filter(chain__organization=small.organization).order_by("-seq")[0]
    assert (last.action, last.success) == ("evidence.download", False)


def test_every_download_is_recorded_with_its_taker(small: Small) -> None:
    evidence = attach(small.measure(), small.clerk)
    events = small.events()
    hand_out(evidence, actor=small.discipline).close()
    last = Event.objects.filter(chain__organization=small.organization).order_by("-seq")[0]
    assert (last.action, last.actor, last.success) == ("evidence.download", small.discipline, True)
    assert small.events() == events + 1


def test_only_who_reads_a_linked_measure_in_full_sees_the_file(
    small: Small, neighbour: Small
) -> None:
    evidence = attach(small.measure(), small.clerk)
    seen = {
        who
        for who, user in small.people.items()
        if Evidence.objects.visible_to(user).filter(pk=evidence.pk).exists()
    }
    assert seen == {"office", "reviewer", "clerk", "helper", "leader", "secretary", "discipline"}
    assert not Evidence.objects.visible_to(neighbour.office).filter(pk=evidence.pk).exists()


def test_a_file_with_two_links_is_listed_once(small: Small) -> None:
    attach(small.measure(), small.clerk)
    attach(small.measure(), small.clerk)
    assert Evidence.objects.visible_to(small.office).count() == 1
