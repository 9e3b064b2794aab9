"""Acting on a measure of the small bureau over HTTP: addresses, clients, and what stands now."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from measures.domain.applications import decide
from measures.domain.closure import apply_closure
from measures.enums import Verdict
from measures.models import Measure
from measures.views.affairs import AnyOne
from rectify.accounts.models import User
from tests.measures.domain.small_bureau import Small


def client(user: User) -> Client:
    found = Client()
    found.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return found


def of(measure: Measure, name: str = "measure") -> str:
    return reverse(name, kwargs={"measure": measure.public_id})


def of_one(one: AnyOne, route: str = "closure", act: str = "decide") -> str:
    return reverse(f"application_{act}", kwargs={"route": route, "application": one.public_id})


def post(user: User, url: str, **data: Any) -> Any:
    return client(user).post(url, data)


def words(response: Any) -> str:
    return str(response.content.decode())


def fresh(one: Any) -> Any:
    return type(one).objects.get(pk=one.pk)


def closed(small: Small) -> Measure:
    """A measure that the section asked to close, the office reviewed and the leader closed."""
    one = apply_closure(small.completed(), actor=small.clerk)
    for user in (small.office, small.leader):
        decide(one, actor=user, version=one.version, verdict=Verdict.ACCEPTED)
    return Measure.objects.get(pk=one.measure_id)
