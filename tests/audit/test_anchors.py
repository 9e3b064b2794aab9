"""A chain that was rewritten as a whole fits together in itself: the printed anchor finds it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from rectify.audit.actors import SYSTEM
from rectify.audit.domain import verification
from rectify.audit.domain.events import hash_of, verify
from rectify.audit.domain.verification import check, check_and_record, read_anchor
from rectify.audit.exceptions import Refused
from rectify.audit.models import Chain, Event
from reports.domain.digests import build_digest
from reports.models import Digest
from tests.conftest import Demo
from tests.measures.domain.small_bureau import MONDAY, Small


@pytest.fixture
def digest(small: Small) -> Digest:
    """A digest in the middle of the bureau's history."""
    built = build_digest(small.inspection, MONDAY, actor=SYSTEM)
    small.measure()
    return built


def chain_of(small: Small) -> Chain:
    return Chain.objects.get(organization=small.organization)


def cut_and_cover(chain: Chain, seq: int) -> None:
    """Delete every event from `seq` on and move the head back, as if they had never been."""
    chain.events.filter(seq__gte=seq).delete()
    last = chain.events.get(seq=seq - 1)
    Chain.objects.filter(pk=chain.pk).update(length=last.seq, head=last.hash)


def rewrite(chain: Chain, seq: int) -> None:
    """Change one event and compute every later hash and the head anew."""
    previous = ""
    for event in chain.events.order_by("seq"):
        event.prev_hash = previous
        if event.seq == seq:
            event.actor_name = "别人"
        event.hash = previous = hash_of(event)
        Event.objects.filter(pk=event.pk).update(
            actor_name=event.actor_name, prev_hash=event.prev_hash, hash=event.hash
        )
    Chain.objects.filter(pk=chain.pk).update(head=previous)


def test_the_demo_agrees_with_every_digest(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        found = check(Chain.objects.get(organization=inspection.organization))
        assert found.holds
        assert found.anchors == Digest.objects.filter(inspection=inspection).count() > 0


@pytest.mark.usefixtures("intruder")
def test_a_truncated_tail_with_a_rewritten_head_is_found_by_the_anchor(
    small: Small, digest: Digest
) -> None:
    cut_and_cover(chain_of(small), digest.audit_length)
    assert verify(chain_of(small)) is None  # alone, the chain cannot know
    found = check(chain_of(small))
    assert found.departed is not None
    assert found.departed.seq == digest.audit_length
    with pytest.raises(CommandError, match=f"第 {digest.audit_length} 条与2024-05-13") as error:
        call_command("verify_audit")
    assert error.value.returncode == 2


@pytest.mark.usefixtures("intruder")
def test_a_tail_cut_after_the_last_anchor_is_the_gap_that_remains(
    small: Small, digest: Digest
) -> None:
    cut_and_cover(chain_of(small), digest.audit_length + 1)
    assert check(chain_of(small)).holds


@pytest.mark.usefixtures("intruder")
def test_a_chain_rewritten_from_the_middle_is_found_by_the_anchor(
    small: Small, digest: Digest
) -> None:
    rewrite(chain_of(small), 4)
    assert verify(chain_of(small)) is None
    found = check(chain_of(small))
    assert found.departed is not None
    assert "2024-05-13" in found.sentence


@pytest.mark.usefixtures("intruder")
def test_an_anchor_on_paper_finds_what_was_changed_in_the_digest_too(
    small: Small, digest: Digest
) -> None:
    printed = f"{digest.audit_length}:{digest.audit_head[:16]}"
    assert check(chain_of(small), more=[read_anchor(printed)]).holds
    rewrite(chain_of(small), 4)
    new = chain_of(small).events.get(seq=digest.audit_length).hash
    Digest.objects.filter(pk=digest.pk).update(audit_head=new)
    assert check(chain_of(small)).holds
    with pytest.raises(CommandError, match="所给锚点") as error:
        call_command("verify_audit", "--organization", "small", "--anchor", printed)
    assert error.value.returncode == 2


@pytest.mark.usefixtures("intruder")
def test_every_broken_chain_is_reported_not_only_the_first(
    small: Small, neighbour: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in (small, neighbour):
        chain_of(one).events.filter(seq=2).update(actor_name="别人")
    with pytest.raises(CommandError) as error:
        call_command("verify_audit")
    assert "small，第 2 条" in str(error.value)
    assert "neighbour，第 2 条" in str(error.value)
    assert "完整" in capsys.readouterr().out


@pytest.mark.usefixtures("intruder")
def test_one_bureau_alone_can_be_checked(
    small: Small, neighbour: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    chain_of(neighbour).events.filter(seq=2).update(actor_name="别人")
    with pytest.raises(CommandError) as error:
        call_command("verify_audit", "--organization", "small")
    assert "neighbour" not in str(error.value)
    assert capsys.readouterr().out.startswith("small：")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--organization", "nowhere"], "没有代码为 nowhere"),
        (["--anchor", "1:0123456789abcdef"], "须用 --organization"),
        (["--organization", "small", "--anchor", "头"], "锚点应写作"),
        (["--organization", "small", "--anchor", "0:0123456789abcdef"], "锚点应写作"),
        (["--organization", "small", "--anchor", "9:0123"], "至少 16 位"),
        (["--organization", "small", "--anchor", "9:0123456789abcdeg"], "锚点应写作"),
        (["--organization", "small", "--anchor", "999999:0123456789abcdef"], "第 999999 条"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(
    small: Small, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as error:
        call_command("verify_audit", *arguments)
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    "text", ["12:0123456789ABCDEF", " 12 : 0123456789abcdef\n", "12：0123456789abcdef"]
)
def test_an_anchor_is_read_as_people_type_it(text: str) -> None:
    anchor = read_anchor(text)
    assert (anchor.seq, anchor.hash) == (12, "0123456789abcdef")


def test_a_short_anchor_is_refused() -> None:
    with pytest.raises(Refused):
        read_anchor("12:0123456789abcde")


def test_a_check_on_screen_is_itself_an_event(small: Small) -> None:
    before = small.events()
    assert check_and_record(chain_of(small), actor=small.auditor).holds
    last = chain_of(small).events.order_by("-seq")[0]
    assert (last.action, last.success, last.actor_id) == ("audit.verify", True, small.auditor.pk)
    assert small.events() == before + 1


def test_the_walk_of_a_check_on_screen_holds_nobody_up(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite an open transaction is the one lock of the database."""
    open_before = len(connection.savepoint_ids)
    walks = []

    def walk(chain: Chain) -> None:
        walks.append(len(connection.savepoint_ids))

    monkeypatch.setattr(verification, "verify", walk)
    check_and_record(chain_of(small), actor=small.auditor)
    assert walks == [open_before]


@pytest.mark.usefixtures("intruder")
def test_a_chain_that_is_gone_with_its_head_is_missed(small: Small, digest: Digest) -> None:
    """No row is left that could be checked, and the anchors of a chain are asked of the chain."""
    assert digest.audit_length > 0
    chain_of(small).events.all().delete()
    chain_of(small).delete()
    with pytest.raises(CommandError, match="small，整条链缺失") as error:
        call_command("verify_audit")
    assert str(error.value).count("整条链缺失") == 1


@pytest.mark.usefixtures("intruder")
def test_a_failed_check_is_recorded_as_failed(small: Small) -> None:
    chain_of(small).events.filter(seq=2).update(actor_name="别人")
    found = check_and_record(chain_of(small), actor=small.auditor)
    assert found.broken is not None
    assert found.broken.seq == 2
    assert not chain_of(small).events.order_by("-seq")[0].success
