"""Asking for work: once per key, cancelled, tried again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event
from rectify.jobs.domain.results import why_not_retried
from rectify.jobs.domain.work import cancel_job, request_job, retry_job, run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.jobs.registry import Outcome, Progress

Ask = Callable[..., Job]


def test_the_same_work_requested_twice_is_one_open_job(asked: Ask, office: User) -> None:
    first, second = asked(office), asked(office)
    assert first.pk == second.pk
    assert Event.objects.filter(action="job.request", object_id=str(first.pk)).count() == 1


def test_another_key_is_another_job_and_an_ended_one_frees_its_key(
    asked: Ask, office: User
) -> None:
    first = asked(office, "one")
    assert asked(office, "two").pk != first.pk
    run(first.pk)
    assert asked(office, "one").pk != first.pk


def test_an_unknown_kind_is_refused_before_anything_is_written(asked: Ask, office: User) -> None:
    job = asked(office)
    with pytest.raises(KeyError):
        request_job("nothing", actor=office, organization=job.organization, title="", params={},
                    key="k")  # fmt: skip


def test_a_queued_job_is_cancelled_at_once_and_never_run(
    asked: Ask, office: User, working: Callable[..., None]
) -> None:
    ran: list[int] = []
    job = asked(office)

    def work(job: Job, progress: Progress) -> Outcome:
        ran.append(job.pk)
        return Outcome()

    working(work)
    assert cancel_job(job, actor=office).status == JobStatus.CANCELLED
    assert run(job.pk) is None
    assert ran == []


def test_a_running_job_stops_at_its_next_step_when_cancelled(
    asked: Ask, office: User, working: Callable[..., None]
) -> None:
    steps: list[int] = []

    def work(job: Job, progress: Progress) -> Outcome:
        for step in range(10):
            progress(step, 10)
            steps.append(step)
            if step == 2:
                cancel_job(job, actor=office)
        return Outcome()

    job = asked(office)
    working(work)
    ended = run(job.pk)
    assert ended is not None
    assert ended.status == JobStatus.CANCELLED
    assert steps == [0, 1, 2]


def test_an_ended_job_cannot_be_cancelled(asked: Ask, office: User) -> None:
    job = asked(office)
    run(job.pk)
    with pytest.raises(Refused, match="已经结束"):
        cancel_job(job, actor=office)


def test_a_cancelled_job_is_tried_again_with_a_fresh_count(asked: Ask, office: User) -> None:
    job = cancel_job(asked(office), actor=office)
    again = retry_job(job, actor=SYSTEM)
    assert (again.status, again.attempts) == (JobStatus.QUEUED, 0)
    ended = run(again.pk)
    assert ended is not None
    assert ended.status == JobStatus.SUCCEEDED


def test_a_job_is_not_tried_again_while_it_is_open_or_done_or_asked_anew(
    asked: Ask, office: User
) -> None:
    job = asked(office)
    assert why_not_retried(job) == "任务还没有结束，无需重试。"
    cancelled = cancel_job(job, actor=office)
    assert why_not_retried(cancelled) == ""
    newer = asked(office)
    assert why_not_retried(cancelled) == "同样的任务正在进行，无需重试。"
    with pytest.raises(Refused, match="正在进行"):
        retry_job(cancelled, actor=office)
    done = run(newer.pk)
    assert done is not None
    assert why_not_retried(done).startswith("任务已经完成")
    with pytest.raises(Refused, match="只有失败或已取消"):
        retry_job(done, actor=office)
