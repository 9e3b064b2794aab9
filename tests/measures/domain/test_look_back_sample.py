"""回头看 by lot: nobody chooses the seed, every measure can be drawn, and the draw is proved."""

from __future__ import annotations

import hashlib

import pytest
from django.db.models import ProtectedError
from pytest_django.fixtures import DjangoAssertNumQueries

from issues.models import Inspection
from measures.domain.look_back import pick
from measures.domain.look_back_sample import (
    digest_of,
    draw_sample,
    drawn_from,
    frame_of,
    proof,
    redraw,
    seed_of,
)
from measures.enums import SampleFrame
from measures.models import LookBack, LookBackSample, Measure
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Event, Operation
from rectify.lib.clock import now
from tests.measures.domain.small_bureau import Small

NOBODY_ELSE = (
    "office", "reviewer", "clerk", "stranger", "leader", "party_member", "secretary", "sysadmin",
    "auditor",
)  # fmt: skip


def closed(small: Small, count: int) -> list[Measure]:
    """Closed measures; how they came to be closed is no matter here."""
    rows = [small.completed(text=f"措施{number}") for number in range(count)]
    Measure.objects.filter(pk__in=[row.pk for row in rows]).update(closed_at=now())
    return rows


def test_a_draw_opens_a_check_of_each_drawn_measure_in_one_operation(small: Small) -> None:
    rows = closed(small, 5)
    small.completed()
    before = small.events()
    sample = draw_sample(small.inspection, actor=small.discipline, size=3)
    assert (sample.number, sample.population, sample.size) == (1, 5, 3)
    assert sample.frame_ids == sorted(row.public_id.hex for row in rows)
    checks = list(sample.checks.order_by("pk"))
    assert [check.measure.public_id.hex for check in checks] == redraw(sample)
    assert len(set(redraw(sample))) == 3
    assert all(check.issued_at is None for check in checks)
    new = Event.objects.filter(chain__organization=small.organization).order_by("seq")[before:]
    assert [event.action for event in new] == [
        "look_back.ask", "look_back.draw", *["look_back.sampled"] * 3,
    ]  # fmt: skip
    assert {event.operation for event in new} == {Operation.objects.get(kind="look_back.draw")}
    for who in (small.office, small.secretary, small.leader):
        assert not Operation.objects.visible_to(who).filter(kind="look_back.draw").exists()


def test_the_seed_is_the_hash_of_the_event_that_asked(small: Small) -> None:
    """It can be done again with sha256sum alone."""
    closed(small, 3)
    sample = draw_sample(small.inspection, actor=small.discipline, size=1)
    asked = Event.objects.get(action="look_back.ask")
    text = f"{small.inspection.public_id.hex}:1:{asked.hash}"
    assert sample.seed == hashlib.sha256(text.encode()).hexdigest()
    by_hand = min(
        sample.frame_ids, key=lambda one: hashlib.sha256(f"{sample.seed}{one}".encode()).hexdigest()
    )
    assert redraw(sample) == [by_hand]
    assert asked.changes["frame_sha256"] == [None, digest_of(sample.frame_ids)]


def test_each_draw_has_its_own_number_and_seed_and_none_is_lost(small: Small) -> None:
    closed(small, 4)
    for _ in range(3):
        draw_sample(small.inspection, actor=small.discipline, size=1)
    samples = list(LookBackSample.objects.order_by("number"))
    assert [sample.number for sample in samples] == [1, 2, 3]
    assert len({sample.seed for sample in samples}) == 3
    assert [sample.population for sample in samples] == [4, 3, 2]
    drawn = [one for sample in samples for one in redraw(sample)]
    assert len(set(drawn)) == 3
    with pytest.raises(ProtectedError):
        samples[0].delete()


def test_every_measure_can_be_drawn_and_about_equally_often(small: Small) -> None:
    ids = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(8)]
    counts = dict.fromkeys(ids, 0)
    for number in range(4000):
        seed = seed_of(small.inspection, number, "f" * 64)
        for drawn in drawn_from(seed, ids)[:2]:
            counts[drawn] += 1
    assert all(850 < count < 1150 for count in counts.values()), counts


def test_the_order_of_the_frame_does_not_matter(small: Small) -> None:
    ids = [f"{number:032x}" for number in range(20)]
    assert drawn_from("ab", ids) == drawn_from("ab", reversed(ids))


def test_a_stored_draw_is_proved_and_the_proof_costs_two_queries(
    small: Small, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    closed(small, 6)
    sample = draw_sample(small.inspection, actor=small.discipline, size=4)
    with django_assert_num_queries(2):
        found = proof(sample)
    assert found.holds
    assert found.asked is not None


@pytest.mark.parametrize(
    ("tampered", "says"),
    [
        ("frame without one", "frame_right"),
        ("another seed", "seed_right"),
        ("a smaller size", "frame_right"),
        ("another measure", "drawn_right"),
    ],
)
def test_a_draw_that_was_tampered_with_is_found(small: Small, tampered: str, says: str) -> None:
    rows = closed(small, 6)
    sample = draw_sample(small.inspection, actor=small.discipline, size=3)
    stored = LookBackSample.objects.filter(pk=sample.pk)
    if tampered == "frame without one":  # one that was not drawn: the draw itself stays the same
        left = next(one for one in sample.frame_ids if one not in redraw(sample))
        stored.update(frame_ids=[one for one in sample.frame_ids if one != left])
    elif tampered == "another seed":
        stored.update(seed="0" * 64)
    elif tampered == "a smaller size":
        stored.update(size=2)
    else:
        spared = next(row for row in rows if row.public_id.hex not in redraw(sample))
        first = sample.checks.order_by("pk")[0]
        LookBack.objects.filter(pk=first.pk).update(measure=spared)
    found = proof(stored.get())
    assert not found.holds
    assert not getattr(found, says)


def test_the_frame_is_what_is_closed_or_completed_and_not_being_checked(small: Small) -> None:
    first, second = closed(small, 2)
    done, gone = small.completed(), small.completed()
    small.measure()
    Measure.objects.filter(pk=gone.pk).update(archived_at=now())
    pick(second, actor=small.discipline, reason="群众反映")
    inspection = small.inspection
    assert list(frame_of(inspection, SampleFrame.CLOSED)) == [first]
    assert set(frame_of(inspection, SampleFrame.COMPLETED)) == {first, done}


def test_measures_of_another_bureau_are_never_drawn(small: Small, neighbour: Small) -> None:
    closed(small, 1)
    closed(neighbour, 3)
    sample = draw_sample(small.inspection, actor=small.discipline, size=1)
    assert sample.population == 1
    with pytest.raises(NotAllowed):
        draw_sample(neighbour.inspection, actor=small.discipline, size=1)


@pytest.mark.parametrize("size", [0, -1, 3])
def test_a_size_out_of_range_is_refused_in_words(small: Small, size: int) -> None:
    closed(small, 2)
    with pytest.raises(Refused, match="共2条") as refused:
        draw_sample(small.inspection, actor=small.discipline, size=size)
    assert refused.value.field == "size"
    assert not LookBackSample.objects.exists()


def test_nothing_to_draw_and_an_archived_inspection_are_refused(small: Small) -> None:
    with pytest.raises(Refused, match="没有可抽的措施"):
        draw_sample(small.inspection, actor=small.discipline, size=1)
    closed(small, 1)
    Inspection.objects.filter(pk=small.inspection.pk).update(archived_at=now())
    with pytest.raises(Refused, match="已归档"):
        draw_sample(small.inspection, actor=small.discipline, size=1)


@pytest.mark.parametrize("who", NOBODY_ELSE)
def test_only_the_discipline_group_draws(small: Small, who: str) -> None:
    closed(small, 1)
    actor: User = getattr(small, who)
    with pytest.raises(NotAllowed):
        draw_sample(small.inspection, actor=actor, size=1)
    assert not LookBackSample.objects.visible_to(actor).exists()
