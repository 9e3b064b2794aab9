"""Digests: who reads them, what the page shows of the stored content, asking for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from rectify.jobs.models import Job
from reports.enums import Audience
from reports.jobs import WEEKLY_DIGEST
from reports.models import Digest
from tests.conftest import Demo

Login = Callable[[str], Client]


def shelf(demo: Demo) -> str:
    return reverse("digests", kwargs={"inspection": demo.b.public_id})


def build(demo: Demo) -> str:
    return reverse("digest_build", kwargs={"inspection": demo.b.public_id})


def latest(demo: Demo, audience: Audience = Audience.PARTY_GROUP) -> Digest:
    return Digest.objects.filter(inspection=demo.b, audience=audience).order_by("-week_start")[0]


def url_of(digest: Digest) -> str:
    return reverse("digest", kwargs={"digest": digest.public_id})


def test_every_week_with_a_round_is_listed_newest_first(demo: Demo, as_user: Login) -> None:
    weeks = as_user("party-member-b").get(shelf(demo)).context["weeks"]
    mondays = [week.monday for week in weeks]
    assert mondays == sorted(mondays, reverse=True)
    assert set(demo.b.rounds.values_list("week_start", flat=True)) <= set(mondays)


def test_only_the_office_is_offered_to_build(demo: Demo, as_user: Login) -> None:
    assert build(demo) in as_user("office-b").get(shelf(demo)).content.decode()
    assert build(demo) not in as_user("secretary-b").get(shelf(demo)).content.decode()


@pytest.mark.parametrize("username", ["clerk-employment-b", "oversight"])
def test_who_reads_no_digests_gets_403_on_the_list_and_404_on_one(
    demo: Demo, as_user: Login, username: str
) -> None:
    client = as_user(username)
    assert client.get(shelf(demo)).status_code == 403
    assert client.get(url_of(latest(demo))).status_code == 404


def test_outsider_gets_404_everywhere(demo: Demo, as_user: Login) -> None:
    client = as_user("office")
    assert client.get(shelf(demo)).status_code == 404
    assert client.get(url_of(latest(demo))).status_code == 404
    assert client.post(build(demo)).status_code == 404


def test_page_shows_the_stored_figures_names_sections_and_anchor(
    demo: Demo, as_user: Login
) -> None:
    digest = latest(demo)
    text = as_user("secretary-b").get(url_of(digest)).content.decode()
    for row in digest.content["lists"]["overdue"]:
        assert row["text"] in text
        assert row["section"] in text
        assert f"{row['days_late']} 天" in text
    for line in digest.content["unanswered_by_section"]:
        assert line["section"] in text
    assert f"第 {digest.audit_length} 条" in text
    assert digest.audit_head[:16] in text
    assert digest.content["figures"]["rates"]["strict"] in text


def test_page_computes_nothing_anew(demo: Demo, as_user: Login) -> None:
    digest = latest(demo)
    measure = demo.measure(demo.b, status="in_progress")
    before = as_user("secretary-b").get(url_of(digest)).context["page"].statuses
    type(measure).objects.filter(pk=measure.pk).update(status="basically_done")
    assert as_user("secretary-b").get(url_of(digest)).context["page"].statuses == before


def test_an_older_digest_without_some_keys_still_opens(demo: Demo, as_user: Login) -> None:
    bare = Digest.objects.create(
        inspection=demo.b, week_start=date(2020, 1, 6), audience=Audience.OFFICE,
        as_of=date(2020, 1, 10), built_at=latest(demo).built_at, content={},
    )  # fmt: skip
    assert as_user("office-b").get(url_of(bare)).status_code == 200


def test_building_queues_one_job_however_often_pressed(demo: Demo, as_user: Login) -> None:
    week = demo.b.rounds.order_by("-week_start")[0].week_start.isoformat()
    client = as_user("office-b")
    first, second = (client.post(build(demo), {"week": week}) for _ in range(2))
    job = Job.objects.get(kind=WEEKLY_DIGEST, params__week=week)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == reverse("job", kwargs={"job": job.public_id})


@pytest.mark.parametrize("week", ["", "2021-05-11", "nonsense", "2031-05-12"])
def test_a_week_without_a_round_is_refused_with_a_sentence(
    demo: Demo, as_user: Login, week: str
) -> None:
    before = Job.objects.filter(kind=WEEKLY_DIGEST).count()
    answer = as_user("office-b").post(build(demo), {"week": week}, follow=True)
    assert answer.status_code == 200
    assert [str(message) for message in answer.context["messages"]]
    assert Job.objects.filter(kind=WEEKLY_DIGEST).count() == before


def test_who_only_reads_may_not_build(demo: Demo, as_user: Login) -> None:
    assert as_user("secretary-b").post(build(demo), {}).status_code == 403
