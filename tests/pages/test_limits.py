"""What is dear to the server may be asked for so often by one person; nobody blocks another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest
from django.test import Client
from django.urls import reverse

from rectify.accounts.limits import (
    AUDIT_WALKS,
    RETRIES,
    ROSTERS,
    SEARCHES,
    count_audit_walk,
    count_roster,
    count_search,
)
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM, Actor
from rectify.audit.exceptions import TooMany
from rectify.audit.models import Event
from rectify.jobs.domain.work import cancel_job
from rectify.jobs.models import Job
from rectify.jobs.registry import KINDS, USUAL
from rectify.lib import clock
from reports.jobs import EXPORT_LEDGER, request_export
from tests.conftest import Demo

ROOT = Path(__file__).resolve().parents[2]


def export(demo: Demo, number: int, actor: Actor | None = None) -> Job:
    """Ask for the ledger of one day of the past: another number is other work."""
    day = date(2021, 1, 1) + timedelta(days=number)
    return request_export(demo.a, actor=actor or demo.user("office"), measure_ids=None, as_of=day)


@pytest.fixture
def worn_out(demo: Demo) -> Demo:
    """The office has asked for as many exports as it may."""
    for number in range(USUAL.times):
        export(demo, number)
    return demo


def test_the_eleventh_export_in_ten_minutes_is_refused_and_leaves_nothing(worn_out: Demo) -> None:
    jobs, events = Job.objects.count(), Event.objects.count()
    with pytest.raises(TooMany, match="10 分钟内最多 10 次") as refusal:
        export(worn_out, 99)
    assert 0 < refusal.value.retry_after <= USUAL.seconds
    assert (Job.objects.count(), Event.objects.count()) == (jobs, events)


def test_pressing_again_for_work_that_is_open_does_not_count(worn_out: Demo) -> None:
    assert export(worn_out, 0) == Job.objects.filter(kind=EXPORT_LEDGER).order_by("pk").first()


def test_another_person_another_kind_and_the_schedule_are_not_held_up(
    worn_out: Demo, as_user: Callable[[str], Client]
) -> None:
    assert export(worn_out, 99, worn_out.user("secretary")).pk
    page = as_user("office").post(
        reverse("digest_build", kwargs={"inspection": worn_out.a.public_id}),
        {"week": "2021-05-10"},
    )
    assert page.status_code == 302
    for number in range(100, 103):
        assert export(worn_out, number, SYSTEM).pk


def test_it_is_open_again_when_the_first_is_ten_minutes_old(worn_out: Demo) -> None:
    first = Job.objects.filter(kind=EXPORT_LEDGER).order_by("pk")[0].created_at
    with clock.at(first + timedelta(seconds=USUAL.seconds - 1)), pytest.raises(TooMany) as early:
        export(worn_out, 99)
    assert early.value.retry_after == 1
    with clock.at(first + timedelta(seconds=USUAL.seconds)):
        assert export(worn_out, 99).pk


def test_an_ended_job_still_counts(demo: Demo) -> None:
    for _ in range(USUAL.times):
        cancel_job(export(demo, 0), actor=demo.user("office"))
    with pytest.raises(TooMany):
        export(demo, 0)


def test_the_page_says_when_to_come_back(worn_out: Demo, as_user: Callable[[str], Client]) -> None:
    address = reverse("export_ledger", kwargs={"inspection": worn_out.a.public_id})
    page = as_user("office").post(address)
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= USUAL.seconds
    assert "请 10 分钟后再试" in page.content.decode()
    assert "Content-Security-Policy" in page


def test_every_kind_of_job_has_a_limit() -> None:
    assert KINDS
    assert all(kind.most.times > 0 and kind.most.seconds > 0 for kind in KINDS.values())


def test_the_sixty_first_search_of_a_minute_is_refused_and_keeps_the_words(
    demo: Demo, as_user: Callable[[str], Client]
) -> None:
    address = reverse("ledger", kwargs={"inspection": demo.a.public_id})
    office, secretary = as_user("office"), as_user("secretary")
    moment = clock.now().replace(second=15, microsecond=0)
    with clock.at(moment):
        for _ in range(SEARCHES.times - 1):
            count_search(demo.user("office"))
        assert office.get(address, {"q": "政务"}).status_code == 200
        page = office.get(address, {"q": "政务 服务"})
        assert page.status_code == 429
        assert page["Retry-After"] == "45"
        text = page.content.decode()
        assert "请 45 秒后再试" in text
        assert f'href="{address}?q=%E6%94%BF%E5%8A%A1+%E6%9C%8D%E5%8A%A1"' in text
        assert office.get(address).status_code == 200, "the list itself stays open"
        assert secretary.get(address, {"q": "政务"}).status_code == 200
    with clock.at(moment + timedelta(seconds=45)):
        assert office.get(address, {"q": "政务"}).status_code == 200


def test_the_log_is_checked_and_taken_away_ten_times_in_ten_minutes(
    demo: Demo, as_user: Callable[[str], Client]
) -> None:
    chain = {"chain": str(demo.a.organization.public_id)}
    auditor = as_user("auditor")
    with clock.at(clock.now().replace(minute=0)):
        for _ in range(AUDIT_WALKS.times - 2):
            count_audit_walk(demo.user("auditor"))
        assert auditor.post(reverse("audit_verify", kwargs=chain)).status_code == 302
        assert auditor.post(reverse("audit_export", kwargs=chain)).status_code == 200
        for name in ("audit_verify", "audit_export"):
            before = Event.objects.filter(action__startswith="audit.").count()
            assert auditor.post(reverse(name, kwargs=chain)).status_code == 429
            assert Event.objects.filter(action__startswith="audit.").count() == before
        assert auditor.get(reverse("audit_log")).status_code == 200


def test_a_list_of_accounts_is_imported_ten_times_in_ten_minutes(
    demo: Demo, as_user: Callable[[str], Client]
) -> None:
    typed = {"text": "wangxin1,王新一", "confirmed": "1"}
    with clock.at(clock.now().replace(minute=0)):
        for _ in range(ROSTERS.times):
            count_roster(demo.user("sysadmin"))
        answer = as_user("sysadmin").post(reverse("account_import"), typed)
        assert answer.status_code == 429
        assert not User.objects.filter(username="wangxin1").exists()
        page = as_user("sysadmin").post(reverse("account_import"), {"text": typed["text"]})
        assert page.status_code == 200, "a list may still be looked through"


def test_a_job_is_not_cancelled_and_retried_without_end(
    demo: Demo, as_user: Callable[[str], Client]
) -> None:
    office, job = as_user("office"), export(demo, 0)
    retry = reverse("job_retry", kwargs={"job": job.public_id})
    with clock.at(clock.now().replace(minute=0)):
        for _ in range(RETRIES.times):
            cancel_job(job, actor=demo.user("office"))
            assert office.post(retry).status_code == 302
        cancel_job(job, actor=demo.user("office"))
        assert office.post(retry).status_code == 429


def test_the_count_holds_across_processes(tmp_path: Path) -> None:
    """Four processes search at once in the name of one person: 60 of 80 pass, not one more."""
    script = """
import django; django.setup()
from datetime import UTC, datetime
from types import SimpleNamespace
from rectify.accounts.limits import count_search
from rectify.audit.exceptions import TooMany
from rectify.lib import clock
passed = 0
with clock.at(datetime(2026, 3, 2, 8, tzinfo=UTC)):
    for _ in range(20):
        try:
            count_search(SimpleNamespace(pk=7))
            passed += 1
        except TooMany:
            pass
print(passed)
"""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "rectify.settings.dev",
        # No Redis answers there: the count does not ask it.
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    searching = [
        subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    passed = [int(one.communicate()[0]) for one in searching]
    assert sum(passed) == SEARCHES.times


def test_a_person_who_is_refused_is_not_locked_out_longer_by_trying() -> None:
    person = cast(User, type("Person", (), {"pk": -1}))
    moment = clock.now().replace(second=0, microsecond=0)
    with clock.at(moment):
        for _ in range(SEARCHES.times):
            count_search(person)
        for _ in range(5):
            with pytest.raises(TooMany):
                count_search(person)
    with clock.at(moment + timedelta(seconds=SEARCHES.seconds)):
        count_search(person)
