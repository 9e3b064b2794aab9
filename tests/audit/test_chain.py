"""The hash chain: whatever is touched afterwards, `verify` names the place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError

from rectify.audit.actors import SYSTEM
from rectify.audit.domain.events import HASHED, hash_of, record, verify
from rectify.audit.domain.operations import begin
from rectify.audit.models import Chain, Event
from rectify.audit.origin import Origin, coming_from
from tests.conftest import Demo
from tests.measures.domain.small_bureau import Small


def chain_of(small: Small) -> Chain:
    return Chain.objects.get(organization=small.organization)


def event(small: Small, place: str) -> Event:
    events = list(Event.objects.filter(chain=chain_of(small)).order_by("seq"))
    return {"first": events[0], "middle": events[len(events) // 2], "last": events[-1]}[place]


def test_every_chain_of_the_demo_holds(demo: Demo) -> None:
    chains = Chain.objects.all()
    assert {str(chain.organization or "") for chain in chains} == {
        "区委巡察办",
        "区政数局",
        "区人社局",
    }
    for chain in chains:
        assert verify(chain) is None
        assert chain.events.count() == chain.length


def test_the_hash_covers_every_column_but_itself_and_the_key() -> None:
    columns = {field.attname for field in Event._meta.concrete_fields}
    assert columns - set(HASHED) == {"id", "chain_id", "hash"}


def altered(one: Event, name: str) -> Any:
    """Another value for the column, as a tampering hand would choose it."""
    value = getattr(one, name)
    match name:
        case "at":
            return value + timedelta(microseconds=1)
        case "success":
            return not value
        case "changes":
            return {**value, "text": ["", "改"]}
        case "operation_id":
            return begin(actor=SYSTEM, organization=None, kind="x").pk
        case "actor_id":
            return None if value else 1
        case "seq":
            return value + 100_000
        case _:
            return "改" if value != "改" else "又改"


@pytest.mark.usefixtures("intruder")
@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("name", [*HASHED, "hash"])
def test_a_change_of_any_column_of_any_row_is_found(small: Small, name: str, place: str) -> None:
    one = event(small, place)
    assert verify(chain_of(small)) is None
    Event.objects.filter(pk=one.pk).update(**{name: altered(one, name)})
    broken = verify(chain_of(small))
    assert broken is not None
    if name != "seq":
        assert broken.pk == one.pk


@pytest.mark.usefixtures("intruder")
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_deleted_row_is_found(small: Small, place: str) -> None:
    one = event(small, place)
    Event.objects.filter(pk=one.pk).delete()
    broken = verify(chain_of(small))
    assert broken is not None
    assert broken.seq == (one.seq - 1 if place == "last" else one.seq + 1)


@pytest.mark.usefixtures("intruder")
def test_deleting_everything_is_found(small: Small) -> None:
    Event.objects.filter(chain=chain_of(small)).delete()
    broken = verify(chain_of(small))
    assert broken is not None
    assert broken.action == "missing"


@pytest.mark.usefixtures("intruder")
def test_two_rows_that_changed_places_are_found(small: Small) -> None:
    one, two = Event.objects.filter(chain=chain_of(small)).order_by("seq")[3:5]
    Event.objects.filter(pk=one.pk).update(seq=99_999)
    Event.objects.filter(pk=two.pk).update(seq=one.seq)
    Event.objects.filter(pk=one.pk).update(seq=two.seq)
    broken = verify(chain_of(small))
    assert broken is not None
    assert broken.seq == one.seq


@pytest.mark.usefixtures("intruder")
def test_a_rewritten_row_with_a_fresh_hash_is_found_at_the_next(small: Small) -> None:
    one = event(small, "middle")
    one.actor_name = "别人"
    Event.objects.filter(pk=one.pk).update(actor_name="别人", hash=hash_of(one))
    broken = verify(chain_of(small))
    assert broken is not None
    assert broken.seq == one.seq + 1


@pytest.mark.usefixtures("intruder")
def test_a_rewritten_last_row_with_a_fresh_hash_differs_from_the_head(small: Small) -> None:
    one = event(small, "last")
    one.actor_name = "别人"
    Event.objects.filter(pk=one.pk).update(actor_name="别人", hash=hash_of(one))
    assert verify(chain_of(small)) is not None


@pytest.mark.usefixtures("intruder")
def test_a_row_moved_into_another_chain_breaks_both(small: Small, neighbour: Small) -> None:
    one = event(small, "last")
    other = chain_of(neighbour)
    Event.objects.filter(pk=one.pk).update(chain=other, seq=other.length + 1)
    assert verify(chain_of(small)) is not None
    assert verify(other) is not None


@pytest.mark.usefixtures("intruder")
@pytest.mark.parametrize("values", [{"length": F("length") + 1}, {"head": "0" * 64}])
def test_a_head_that_lies_is_found(small: Small, values: dict[str, Any]) -> None:
    Chain.objects.filter(organization=small.organization).update(**values)
    assert verify(chain_of(small)) is not None


def test_one_bureaus_events_do_not_move_anothers_chain(small: Small, neighbour: Small) -> None:
    before = chain_of(neighbour).head
    small.measure()
    assert chain_of(neighbour).head == before


@pytest.mark.django_db(transaction=False)
def test_an_event_belongs_into_the_transaction_of_its_change(small: Small) -> None:
    connection = transaction.get_connection()
    assert connection.in_atomic_block
    with transaction.atomic():
        record(actor=SYSTEM, organization=small.organization, action="x")
        transaction.set_rollback(True)
    assert verify(chain_of(small)) is None
    assert not Event.objects.filter(action="x").exists()
    assert issubclass(TransactionManagementError, Exception)


def test_where_it_came_from_is_written_down(small: Small) -> None:
    with coming_from(Origin("browser", "10.0.0.7", "f" * 32)), transaction.atomic():
        row = record(actor=small.office, organization=small.organization, action="x")
    assert (row.ip, row.request_id, row.roles) == ("10.0.0.7", "f" * 32, "office")
    assert verify(chain_of(small)) is None


@pytest.mark.parametrize("value", ["=1+1", "引“号”\\ 和 \n 换行", "😀", "", None, 0, True, ["甲"]])
def test_any_value_reads_back_to_the_same_hash(small: Small, value: Any) -> None:
    with transaction.atomic():
        row = record(
            actor=small.office,
            organization=small.organization,
            action="x",
            changes={"field": (value, value)},
        )
    assert hash_of(Event.objects.get(pk=row.pk)) == row.hash
    assert verify(chain_of(small)) is None


def test_the_command_says_all_is_well(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert said.count("完整。") == 3
    assert "区政数局" in said


@pytest.mark.usefixtures("intruder")
def test_the_command_names_the_first_broken_row_and_exits_with_2(small: Small) -> None:
    one = event(small, "middle")
    Event.objects.filter(pk=one.pk).update(actor_name="别人")
    with pytest.raises(CommandError, match=f"small，第 {one.seq} 条") as error:
        call_command("verify_audit")
    assert error.value.returncode == 2
