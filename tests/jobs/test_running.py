"""Doing the work: claimed once, three attempts, lost workers, a result that can be trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.audit.models import Event
from rectify.jobs.domain.reconcile import drain
from rectify.jobs.domain.results import cause_of, hand_out
from rectify.jobs.domain.work import LEASE, revive_lost, run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.jobs.registry import Outcome, Progress
from rectify.lib import clock
from tests.jobs.conftest import written

Ask = Callable[..., Job]
Working = Callable[..., None]


def ended(job: Job | None) -> Job:
    assert job is not None
    return job


def test_a_finished_job_is_not_run_again(asked: Ask, office: User, working: Working) -> None:
    ran: list[int] = []

    def work(job: Job, progress: Progress) -> Outcome:
        ran.append(1)
        return Outcome()

    job = asked(office)
    working(work)
    assert ended(run(job.pk)).status == JobStatus.SUCCEEDED
    assert run(job.pk) is None
    assert run(job.pk) is None
    assert ran == [1]


def test_progress_is_seen_in_the_row_while_the_work_runs(
    asked: Ask, office: User, working: Working
) -> None:
    seen: list[tuple[int, str]] = []

    def work(job: Job, progress: Progress) -> Outcome:
        progress(1, 4, "正在汇总")
        row = Job.objects.get(pk=job.pk)
        seen.append((row.percent, row.message))
        return Outcome()

    job = asked(office)
    working(work)
    run(job.pk)
    assert seen == [(25, "正在汇总")]


def test_a_failure_is_tried_three_times_and_then_shown(
    asked: Ask, office: User, working: Working
) -> None:
    def work(job: Job, progress: Progress) -> Outcome:
        raise OSError(28, "No space left on device")

    job = asked(office)
    working(work)
    statuses = [ended(run(job.pk)).status for _ in range(3)]
    assert statuses == [JobStatus.QUEUED, JobStatus.QUEUED, JobStatus.FAILED]
    job.refresh_from_db()
    assert "磁盘空间不足" in cause_of(job)
    assert "Traceback" in job.log
    assert run(job.pk) is None


def test_a_rule_that_refuses_the_work_ends_it_at_once_with_its_sentence(
    asked: Ask, office: User, working: Working
) -> None:
    def work(job: Job, progress: Progress) -> Outcome:
        raise Refused("该周还没有措施可以统计。")

    job = asked(office)
    working(work)
    failed = ended(run(job.pk))
    assert failed.status == JobStatus.FAILED
    assert failed.attempts == 1
    assert cause_of(failed) == "该周还没有措施可以统计。"


def test_a_job_whose_worker_died_is_queued_again_and_given_up_after_the_third_time(
    asked: Ask, office: User
) -> None:
    job = asked(office)
    for attempt in (1, 2, 3):
        Job.objects.filter(pk=job.pk).update(
            status=JobStatus.RUNNING, attempts=attempt, leased_until=clock.now() + LEASE
        )
        assert revive_lost() == 0, "a live worker's job was taken away"
        with clock.at(clock.now() + LEASE + timedelta(seconds=1)):
            assert revive_lost() == 1
        job.refresh_from_db()
        assert job.status == (JobStatus.FAILED if attempt == 3 else JobStatus.QUEUED)
    assert cause_of(job) == "处理进程三次中断，未留下结果。"


def test_draining_runs_everything_without_a_broker_and_ends_although_one_job_always_fails(
    asked: Ask, office: User, working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the demo's calendars ask for would take half a minute and is tested where it lives.
    monkeypatch.setattr("rectify.jobs.domain.reconcile.CALENDARS", [])
    Job.objects.all().delete()

    def work(job: Job, progress: Progress) -> Outcome:
        if job.key == "bad":
            raise ValueError("broken")
        return Outcome()

    jobs = [asked(office, key) for key in ("good", "bad", "better")]
    working(work)
    ran, _ = drain()
    assert ran >= 5  # one each, and three attempts of the bad one
    states = [Job.objects.get(pk=job.pk).status for job in jobs]
    assert states == [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.SUCCEEDED]
    assert drain()[0] == 0


def test_a_result_is_handed_out_whole_and_every_download_is_recorded(
    asked: Ask, office: User, working: Working
) -> None:
    job = asked(office)
    working(written("表格"))
    done = ended(run(job.pk))
    assert done.result_sha256 == hashlib.sha256("表格".encode()).hexdigest()
    with hand_out(done, actor=office) as stored:
        assert stored.read() == "表格".encode()
    event = Event.objects.filter(action="job.download").latest("pk")
    assert (event.actor, event.object_id, event.success) == (office, str(done.pk), True)


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_result_is_not_handed_out_and_the_attempt_is_recorded(
    asked: Ask, office: User, working: Working, damage: str
) -> None:
    job = asked(office)
    working(written())
    done = ended(run(job.pk))
    storage, name = done.result_file.storage, str(done.result_file.name)
    if damage == "changed":
        with storage.open(name, "wb") as stored:
            stored.write(b"something else")
    else:
        storage.delete(name)
    with pytest.raises(Refused, match="不一致" if damage == "changed" else "缺失"):
        hand_out(done, actor=SYSTEM)
    assert not Event.objects.filter(action="job.download").latest("pk").success
