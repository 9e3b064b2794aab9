"""A kind of job made for these tests, and people of the demo who ask for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rectify.accounts.enums import Ability
from rectify.accounts.limits import Rate
from rectify.accounts.models import Organization, User
from rectify.audit.actors import Actor
from rectify.jobs.domain.work import request_job
from rectify.jobs.models import Job
from rectify.jobs.registry import KINDS, Kind, Outcome, Progress
from tests.conftest import Demo

KIND = "test_work"
Work = Callable[[Job, Progress], Outcome]


@pytest.fixture
def office(demo: Demo) -> User:
    return demo.user("office")


@pytest.fixture
def bureau(demo: Demo) -> Organization:
    return demo.a.organization


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """Sets what the test kind does."""

    def set_work(work: Work) -> None:
        kind = Kind(KIND, "tests.jobs.work", Ability.EXPORT_LEDGER, work, most=Rate(1000, 60))
        monkeypatch.setitem(KINDS, KIND, kind)

    return set_work


@pytest.fixture
def asked(working: Callable[[Work], None], bureau: Organization) -> Callable[..., Job]:
    """Queues a job of the test kind, which does nothing unless the test says otherwise."""
    working(lambda job, progress: Outcome())

    def ask(actor: Actor, key: str = "k", organization: Organization | None = None) -> Job:
        return request_job(
            KIND,
            actor=actor,
            organization=organization or bureau,
            title=f"试验任务 {key}",
            params={"id": 1},
            key=key,
        )

    return ask


def written(text: str = "内容", name: str = "一览表.xlsx") -> Work:
    """Work that leaves a file."""

    def work(job: Job, progress: Progress) -> Outcome:
        with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as handle:
            handle.write(text.encode())
        return Outcome(Path(handle.name), name, {"rows": 1})

    return work
