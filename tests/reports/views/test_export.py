"""The export button: exactly the rows that the filter shows and the person may take away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from issues.models import Inspection
from measures.models import Measure
from rectify.accounts.enums import Ability
from rectify.jobs.models import Job
from reports.jobs import EXPORT_LEDGER, request_export
from tests.conftest import Demo

Login = Callable[[str], Client]


def export(client: Client, inspection: Inspection, **fields: Any) -> Any:
    return client.post(
        reverse("export_ledger", kwargs={"inspection": inspection.public_id}), fields
    )


def newest() -> Job:
    return Job.objects.filter(kind=EXPORT_LEDGER).latest("pk")


def test_without_a_filter_the_office_gets_everything(demo: Demo, as_user: Login) -> None:
    answer = export(as_user("office-b"), demo.b)
    assert newest().params["measures"] is None
    assert answer["Location"] == reverse("job", kwargs={"job": newest().public_id})


def test_a_filter_is_exported_as_it_shows(demo: Demo, as_user: Login) -> None:
    export(as_user("office-b"), demo.b, status="completed")
    rows = Measure.objects.filter(inspection=demo.b, status="completed").in_order()
    assert newest().params["measures"] == list(rows.values_list("pk", flat=True))


def test_a_section_takes_away_only_its_own(demo: Demo, as_user: Login) -> None:
    user = demo.user("clerk-employment-b")
    export(as_user("clerk-employment-b"), demo.b)
    reach = Measure.objects.within(user.access, Ability.EXPORT_LEDGER).filter(inspection=demo.b)
    assert set(newest().params["measures"]) == set(reach.values_list("pk", flat=True))
    assert reach.count() < demo.b.measures.count()


def test_a_leader_sees_all_but_takes_away_the_own_portfolio(demo: Demo, as_user: Login) -> None:
    export(as_user("leader-service"), demo.a, status="completed")
    found = Measure.objects.filter(pk__in=newest().params["measures"])
    assert found
    assert all(
        measure.leader == demo.user("leader-service") or measure.co_leads.exists()
        for measure in found
    )


def test_a_foreign_id_in_the_filter_exports_nothing_foreign(demo: Demo, as_user: Login) -> None:
    foreign = demo.a.areas.first()
    assert foreign is not None
    export(as_user("clerk-employment-b"), demo.b, area=str(foreign.public_id))
    found = Measure.objects.filter(pk__in=newest().params["measures"])
    assert {measure.inspection_id for measure in found} == {demo.b.pk}


def test_nothing_to_export_is_told(demo: Demo, as_user: Login) -> None:
    before = Job.objects.count()
    answer = export(as_user("office-b"), demo.b, q="没有这样的字句")
    assert answer["Location"] == reverse("ledger", kwargs={"inspection": demo.b.public_id})
    assert Job.objects.count() == before


def test_who_may_not_export_is_turned_away(demo: Demo, as_user: Login) -> None:
    assert export(as_user("party-member-b"), demo.b).status_code == 403
    assert export(as_user("oversight"), demo.b).status_code == 403
    assert export(as_user("office"), demo.b).status_code == 404


def test_pressing_twice_builds_once_and_the_key_is_the_same_in_every_process(demo: Demo) -> None:
    office = demo.user("office")
    first = request_export(demo.a, actor=office, measure_ids=[1, 2, 3])
    second = request_export(demo.a, actor=office, measure_ids=[1, 2, 3])
    other = request_export(demo.a, actor=office, measure_ids=[1, 2, 4])
    assert first == second != other
    chosen = "a615eeaee21de5179de080de8c3052c8da901138406ba71c38c032845f7d54f4"
    assert first.key == f"{demo.a.pk}:{office.pk}:3-{chosen}:"
