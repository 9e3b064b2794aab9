"""A value counts from the place where the page sends it, and from nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from measures.enums import Status
from measures.models import Measure
from tests.conftest import Demo

LogIn = Callable[[str], Client]


@pytest.fixture
def running(demo: Demo) -> Measure:
    return demo.measure(demo.b, status=Status.IN_PROGRESS)


def address(measure: Measure, **query: str) -> str:
    path = reverse("measure_status", kwargs={"measure": measure.public_id})
    return f"{path}?{urlencode(query)}"


def status_after(measure: Measure) -> str:
    return Measure.objects.values_list("status", flat=True).get(pk=measure.pk)


def test_a_value_in_the_address_does_not_stand_in_for_one_of_the_form(
    running: Measure, as_user: LogIn
) -> None:
    where = address(running, status="basically_done", version=str(running.version))
    as_user("office-b").post(where, {})
    assert status_after(running) == Status.IN_PROGRESS


def test_a_value_in_the_address_does_not_outdo_the_one_of_the_form(
    running: Measure, as_user: LogIn
) -> None:
    where = address(running, status="completed", version="99")
    form = {"status": "basically_done", "version": running.version}
    as_user("office-b").post(where, form)
    assert status_after(running) == Status.BASICALLY_DONE


def test_of_a_value_sent_twice_one_is_checked_and_the_same_one_is_used(
    running: Measure, as_user: LogIn
) -> None:
    body = urlencode(
        [("version", str(running.version)), ("status", "basically_done"), ("status", "nonsense")]
    )
    kind = "application/x-www-form-urlencoded"
    as_user("office-b").post(address(running), body, content_type=kind)
    assert status_after(running) == Status.IN_PROGRESS


def test_a_cookie_or_a_header_is_no_value_of_the_form(running: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    client.cookies["status"] = "basically_done"
    client.post(
        address(running), {"version": running.version}, headers={"Status": "basically_done"}
    )
    assert status_after(running) == Status.IN_PROGRESS
