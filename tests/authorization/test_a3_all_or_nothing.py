"""A-3: several ids in one request are all taken or none: one foreign id refuses the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from measures.domain.outcomes import add_outcome
from measures.enums import MeetingKind
from measures.models import Measure, MeetingOutcome
from rectify.audit.exceptions import Refused
from rectify.jobs.domain.work import run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Delivery, Job
from reports.jobs import request_export
from tests.authorization.posting import (
    address_of,
    filled,
    make_ready,
    post,
    posters,
    seen_forms,
    told_no,
)
from tests.authorization.rows import checksum, effect, read_all, undone
from tests.authorization.test_a4_foreign_keys import FILTERS, FOREIGN
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]


def several_in(form: forms.BaseForm) -> Iterator[tuple[str, Any]]:
    """Fields that take more than one row."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelMultipleChoiceField):
            yield name, field


@pytest.mark.parametrize("name", sorted(set(posters()) - FILTERS))
def test_one_foreign_id_among_own_ones_refuses_all(
    name: str, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready(objects, name)
    client, address = client_of(posters()[name]), address_of(objects, name)
    base = filled(objects, name, posters()[name])
    with seen_forms(monkeypatch) as forms_seen, undone():
        post(client, address, base)
    client = client_of(posters()[name])
    before = checksum()
    for form in forms_seen:
        for field_name, field in several_in(form):
            named = field.to_field_name or "pk"
            used = {str(value) for values in base.values() for value in _many(values)}
            own = [str(getattr(row, named)) for row in field.queryset]
            given = [str(one) for one in _many(base.get(field_name, []))]
            own = given or [one for one in own if one not in used][:2]
            foreign = FOREIGN[field.queryset.model](objects.demo.b).first()
            assert own and foreign is not None
            with undone():
                alone = post(client, address, {**base, field_name: own})
                assert not told_no(alone), f"{field_name}: own ids alone"
            client = client_of(posters()[name])
            before = checksum()
            mixed = [*own, str(getattr(foreign, named))]
            for ids in (mixed, mixed[::-1]):
                response = post(client, address, {**base, field_name: ids})
                assert told_no(response), f"{field_name}={ids}: {response.status_code}"
    assert checksum() == before


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def test_the_walk_meets_fields_of_several_rows(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seen_forms(monkeypatch) as forms_seen, undone():
        base = filled(objects, "measure_edit", "office")
        post(client_of("office"), address_of(objects, "measure_edit"), base)
    found = {name for form in forms_seen for name, _ in several_in(form)}
    assert found == {"co_leaders", "support_sections"}


def foreign_measure(objects: Objects) -> Measure:
    return objects.demo.measure(objects.demo.b)


def test_an_export_that_names_a_foreign_measure_is_not_written(objects: Objects) -> None:
    """Not a shorter file: nobody could tell that rows are missing from it."""
    own = objects.measure
    ids = [own.pk, foreign_measure(objects).pk]
    office = objects.demo.user("office")
    jobs = Job.objects.count()
    with pytest.raises(Refused):
        request_export(objects.demo.a, actor=office, measure_ids=ids)
    assert Job.objects.count() == jobs
    fine = request_export(objects.demo.a, actor=office, measure_ids=[own.pk])
    Job.objects.filter(pk=fine.pk).update(params={**fine.params, "measures": ids})
    run(fine.pk)
    fine.refresh_from_db()
    assert fine.status == JobStatus.FAILED
    assert not fine.result_file


def test_a_section_does_not_export_a_measure_of_another_section(objects: Objects) -> None:
    clerk = objects.demo.user("clerk-data")
    own = Measure.objects.visible_to(clerk).filter(inspection=objects.demo.a)[0]
    assert not Measure.objects.visible_to(clerk).filter(pk=objects.measure.pk).exists()
    with pytest.raises(Refused):
        request_export(objects.demo.a, actor=clerk, measure_ids=[own.pk, objects.measure.pk])


def test_an_outcome_is_linked_to_all_its_measures_or_not_stored(objects: Objects) -> None:
    office = objects.demo.user("office")

    def outcome() -> MeetingOutcome:
        return MeetingOutcome(
            inspection=objects.demo.a, kind=MeetingKind.values[0], title="走查会议",
            happened_on=objects.demo.a.feedback_on,
        )  # fmt: skip

    with undone():
        add_outcome(outcome(), actor=office, measures=[objects.measure])
    before = checksum()
    with pytest.raises(ValidationError):
        add_outcome(outcome(), actor=office, measures=[objects.measure, foreign_measure(objects)])
    assert checksum() == before


def test_marking_all_messages_read_reads_none_of_another_person(objects: Objects) -> None:
    """The one action on all messages: each person's own, however many others wait."""
    office = objects.demo.user("office")
    waiting = Delivery.objects.filter(read_at__isnull=True).exclude(recipient=office)
    assert waiting.exists()
    client = client_of("office")
    before = read_all()
    assert client.post("/messages/read/").status_code == 302
    did = effect(before, read_all())
    own = set(Delivery.objects.filter(recipient=office).values_list("pk", flat=True))
    changed = {row["pk"] for row in did.changed["jobs.delivery"]}
    assert changed
    assert changed <= own
    assert set(did.changed) == {"jobs.delivery"}
