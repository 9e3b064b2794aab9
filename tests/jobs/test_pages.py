"""Job pages: whose they are, what they show while and after the work, and the download."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.models import Event
from rectify.jobs.domain.work import cancel_job, run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.jobs.registry import Outcome, Progress
from tests.conftest import Demo
from tests.jobs.conftest import written

Ask = Callable[..., Job]
As = Callable[[str], Client]
Working = Callable[..., None]
POLLS = 'hx-trigger="every 2s"'
REFRESHES = 'http-equiv="refresh"'


def page(job: Job, name: str = "job") -> str:
    return reverse(name, kwargs={"job": job.public_id})


@pytest.mark.parametrize("outsider", ["office-b", "clerk-service", "office-review", "sysadmin"])
@pytest.mark.parametrize("name", ["job", "job_file", "job_cancel", "job_retry"])
def test_a_job_of_somebody_else_does_not_exist_for_an_outsider(
    asked: Ask, office: User, as_user: As, working: Working, name: str, outsider: str
) -> None:
    job = asked(office)
    working(written())
    run(job.pk)
    client = as_user(outsider)
    ask = client.get if name in {"job", "job_file"} else client.post
    assert ask(page(job, name)).status_code == 404
    assert job.title not in as_user(outsider).get(reverse("jobs")).content.decode()


def test_the_office_sees_what_the_schedule_started_and_a_section_does_not(
    asked: Ask, as_user: As
) -> None:
    job = asked(SYSTEM, "scheduled")
    assert as_user("office").get(page(job)).status_code == 200
    assert "系统（定时）" in as_user("office").get(reverse("jobs")).content.decode()
    assert as_user("clerk-service").get(page(job)).status_code == 404
    assert as_user("office-b").get(page(job)).status_code == 404


def test_an_open_job_renews_itself_with_and_without_script_and_an_ended_one_does_not(
    asked: Ask, office: User, as_user: As
) -> None:
    job, client = asked(office), as_user("office")
    text = client.get(page(job)).content.decode()
    assert POLLS in text
    assert f'<noscript><meta {REFRESHES} content="5"></noscript>' in text
    assert "取消任务" in text
    run(job.pk)
    text = client.get(page(job)).content.decode()
    assert POLLS not in text
    assert REFRESHES not in text
    assert "取消任务" not in text


def test_htmx_gets_only_the_part_that_changes_and_the_new_buttons_at_the_end(
    asked: Ask, office: User, as_user: As
) -> None:
    job, client = asked(office), as_user("office")
    response = client.get(page(job), headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "HX-Request" in response["Vary"]
    assert "<html" not in text
    assert POLLS in text
    assert "hx-swap-oob" not in text
    run(job.pk)
    text = client.get(page(job), headers={"HX-Request": "true"}).content.decode()
    assert POLLS not in text
    assert 'id="job-acts" hx-swap-oob="true"' in text


def test_the_requester_cancels_and_tries_again(asked: Ask, office: User, as_user: As) -> None:
    job, client = asked(office), as_user("office")
    assert client.post(page(job, "job_cancel"), follow=True).status_code == 200
    assert Job.objects.get(pk=job.pk).status == JobStatus.CANCELLED
    text = client.post(page(job, "job_retry"), follow=True).content.decode()
    assert "已重新排队" in text
    assert Job.objects.get(pk=job.pk).status == JobStatus.QUEUED


def test_what_is_not_possible_is_answered_with_its_reason(
    asked: Ask, office: User, as_user: As
) -> None:
    old, client = cancel_job(asked(office), actor=office), as_user("office")
    newer = asked(office)
    assert "不能重试：同样的任务正在进行，无需重试。" in client.get(page(old)).content.decode()
    refused = client.post(page(old, "job_retry"))
    assert refused.status_code == 422
    assert "同样的任务正在进行" in refused.content.decode()
    run(newer.pk)
    refused = client.post(page(newer, "job_cancel"))
    assert refused.status_code == 422
    assert "任务已经结束，不能取消。" in refused.content.decode()


def test_a_get_neither_cancels_nor_retries(asked: Ask, office: User, as_user: As) -> None:
    job, client = asked(office), as_user("office")
    assert client.get(page(job, "job_cancel")).status_code == 405
    assert client.get(page(job, "job_retry")).status_code == 405
    assert Job.objects.get(pk=job.pk).status == JobStatus.QUEUED


def test_a_failure_is_explained_in_chinese(
    asked: Ask, office: User, as_user: As, working: Working
) -> None:
    def work(job: Job, progress: Progress) -> Outcome:
        raise RuntimeError("secret detail")

    job = asked(office)
    working(work)
    for _ in range(3):
        run(job.pk)
    text = as_user("office").get(page(job)).content.decode()
    assert "处理时出现未预料的错误" in text
    assert "RuntimeError: secret detail" in text
    assert ">重试</button>" in text


def test_a_result_comes_as_an_attachment_under_its_chinese_name(
    asked: Ask, office: User, as_user: As, working: Working
) -> None:
    job = asked(office)
    working(written("表格", "三届区委“第二轮”巡察 一览表.xlsx"))
    run(job.pk)
    response = as_user("office").get(page(job, "job_file"))
    assert response.status_code == 200
    assert response.getvalue() == "表格".encode()
    name = quote("三届区委“第二轮”巡察 一览表.xlsx")
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    event = Event.objects.filter(action="job.download").latest("pk")
    assert event.actor == office


def test_a_changed_file_is_not_handed_out(
    asked: Ask, office: User, as_user: As, working: Working
) -> None:
    job = asked(office)
    working(written())
    run(job.pk)
    job.refresh_from_db()
    with job.result_file.storage.open(str(job.result_file.name), "wb") as stored:
        stored.write(b"changed")
    response = as_user("office").get(page(job, "job_file"))
    assert response.status_code == 422
    assert "已停止下载" in response.content.decode()


def test_a_job_without_a_file_has_nothing_to_download(
    asked: Ask, office: User, as_user: As
) -> None:
    job = asked(office)
    assert as_user("office").get(page(job, "job_file")).status_code == 404


def test_the_list_pages_by_key_and_takes_no_more_queries_for_more_jobs(
    asked: Ask,
    office: User,
    as_user: As,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client, address = as_user("office"), reverse("jobs")
    asked(office, "0")
    with django_assert_num_queries(11):
        client.get(address)
    for number in range(1, 33):
        asked(office, str(number))
    with django_assert_num_queries(11):
        first = client.get(address)
    shown = first.context["jobs"]
    assert [job.key for job in shown] == [str(number) for number in range(32, 2, -1)]
    second = client.get(address + first.context["older"])
    assert [job.key for job in second.context["jobs"]][:3] == ["2", "1", "0"]
    assert client.get(f"{address}?before=nonsense").status_code == 200


def test_the_health_page_answers_without_login_and_says_when_the_database_does_not(
    demo: Demo,
) -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")

    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        response = Client().get("/healthz")
    assert (response.status_code, response.content) == (503, b"database")
