"""The weekly digest: once per key, a new revision after the close, frozen figures, dry mail."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from measures.domain.conditions import CONDITIONS, counted
from measures.domain.measures import edit_measure
from measures.domain.moment import moment_of
from measures.domain.reporting import report
from measures.domain.rounds import close_round, open_round
from measures.enums import Status
from measures.models import Measure, WeeklyRound
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed
from rectify.audit.models import Chain
from rectify.jobs.enums import Channel
from rectify.jobs.models import Delivery
from rectify.lib.clock import at
from rectify.lib.shanghai import day_of
from rectify.lib.weeks import WeekError
from reports.domain.digests import LISTS, build_digest
from reports.enums import Audience
from reports.models import Digest
from tests.conftest import Demo
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon

SECRET = "机密字样"


def test_building_twice_gives_the_stored_one(small: Small) -> None:
    small.measure()
    first = build_digest(small.inspection, MONDAY, actor=small.office)
    again = build_digest(small.inspection, MONDAY, actor=small.reviewer)
    assert first.pk == again.pk
    assert Digest.objects.filter(inspection=small.inspection).count() == 1
    other = build_digest(small.inspection, MONDAY, actor=SYSTEM, audience=Audience.PARTY_GROUP)
    assert other.pk != first.pk


def test_the_close_makes_a_second_revision_and_keeps_the_first(small: Small) -> None:
    measure = small.measure()
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    early = build_digest(small.inspection, MONDAY, actor=small.office)
    report(measure, actor=small.clerk, version=1, values={"status": Status.COMPLETED})
    close_round(row, actor=small.office, version=1)
    late = build_digest(small.inspection, MONDAY, actor=small.office)
    assert (early.revision, early.content["frozen"]) == (1, False)
    assert (late.revision, late.content["frozen"]) == (2, True)
    assert Digest.objects.get(pk=early.pk).content["figures"]["headline"]["completed"] == 0
    assert late.content["figures"]["headline"]["completed"] == 1
    assert build_digest(small.inspection, MONDAY, actor=small.office).pk == late.pk


def test_later_edits_change_neither_figures_nor_a_digest_built_late(small: Small) -> None:
    measure = small.measure(due_on=TODAY - timedelta(days=3))
    row = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(row, actor=small.office, version=1)
    with at(noon(TODAY + timedelta(days=20))):
        edit_measure(
            measure, actor=small.office, version=1, values={"due_on": TODAY + timedelta(days=90)}
        )
        report(measure, actor=small.clerk, version=2, values={"status": Status.COMPLETED})
        digest = build_digest(small.inspection, MONDAY, actor=small.office)
    assert digest.as_of == TODAY
    assert digest.content["figures"]["headline"]["overdue"] == 1
    (line,) = digest.content["lists"]["overdue"]
    # As it was on the day that is counted to, not as it is when the digest is built.
    assert (line["status"], line["days_late"], line["due_on"]) == ("未启动", 3, "2024-05-12")


def test_every_list_names_the_rows_that_its_figure_counts(demo: Demo) -> None:
    digests = Digest.objects.filter(audience=Audience.OFFICE)
    assert digests.count() == 12 + 8
    for digest in digests:
        for key in LISTS:
            figure = digest.content["figures"]["headline"][key]
            assert len(digest.content["lists"][key]) == figure, (digest, key)


def test_the_demo_digests_hold_what_their_rounds_froze(demo: Demo) -> None:
    for digest in Digest.objects.filter(inspection=demo.a):
        row = WeeklyRound.objects.get(inspection=demo.a, week_start=digest.week_start)
        assert row.closed_at is not None
        assert digest.as_of == day_of(row.closed_at)
        assert digest.content["frozen"]
        expected = {key: value for key, value in row.frozen.items() if key != "rows"}
        assert digest.content["figures"] == expected
        assert digest.revision == 1


def test_the_changes_add_up_over_the_weeks(demo: Demo) -> None:
    digests = Digest.objects.filter(inspection=demo.a, audience=Audience.OFFICE)
    changes = [digest.content["changes"]["completed"] for digest in digests.order_by("week_start")]
    assert len(changes) == 12
    assert sum(changes) == 82


def test_unanswered_is_told_by_section_in_the_fixed_order_with_zeros(demo: Demo) -> None:
    digest = Digest.objects.filter(inspection=demo.b).order_by("-week_start")[0]
    sections = [section.name for section in demo.b.organization.sections.order_by("sort_order")]
    lines = digest.content["unanswered_by_section"]
    assert [line["section"] for line in lines][: len(sections)] == sections
    total = sum(line["unanswered"] for line in lines)
    assert total == digest.content["figures"]["headline"]["unanswered"]


@pytest.mark.parametrize("days", range(1, 7))
def test_a_week_is_named_by_its_monday(small: Small, days: int) -> None:
    with pytest.raises(WeekError):
        build_digest(small.inspection, MONDAY + timedelta(days=days), actor=SYSTEM)
    assert not Digest.objects.filter(inspection=small.inspection).exists()


def test_a_week_that_has_not_come_has_no_digest_and_no_mail(small: Small) -> None:
    coming = MONDAY + timedelta(weeks=1)
    mails = Delivery.objects.count()
    with at(noon(coming - timedelta(days=1))), pytest.raises(WeekError, match="还没有到"):
        build_digest(small.inspection, coming, actor=SYSTEM)
    assert Delivery.objects.count() == mails
    with at(noon(coming)):
        assert build_digest(small.inspection, coming, actor=SYSTEM).as_of == coming


def test_an_unclosed_past_week_is_counted_to_its_sunday(small: Small) -> None:
    small.measure()
    with at(noon(TODAY + timedelta(days=30))):
        digest = build_digest(small.inspection, MONDAY, actor=SYSTEM)
    assert digest.as_of == MONDAY + timedelta(days=6)
    moment = moment_of(small.inspection, digest.as_of)
    rows = counted(small.inspection, moment, None).filter(CONDITIONS["total"].applies(moment))
    assert digest.content["figures"]["headline"]["total"] == rows.count() == 1


@pytest.mark.parametrize("who", ["clerk", "leader", "secretary", "party_member", "discipline"])
def test_only_the_office_and_the_schedule_build(small: Small, neighbour: Small, who: str) -> None:
    for actor in (getattr(small, who), neighbour.office):
        with pytest.raises(NotAllowed):
            build_digest(small.inspection, MONDAY, actor=actor)


def test_mail_holds_numbers_and_a_link_and_nothing_of_the_content(small: Small) -> None:
    small.measure(text=SECRET, goal=SECRET, result_text=SECRET, due_on=date(2024, 5, 1))
    small.task.issue.title = SECRET
    digest = build_digest(small.inspection, MONDAY, actor=SYSTEM)
    assert SECRET in json.dumps(digest.content, ensure_ascii=False)
    mails = Delivery.objects.filter(organization=small.organization, channel=Channel.EMAIL)
    assert {mail.recipient for mail in mails} == {small.office, small.reviewer}
    for mail in mails:
        assert re.fullmatch(
            r"措施\d+项，已完成\d+项，基本完成\d+项，超期\d+项，本周未报\d+项。", mail.body
        )
        assert SECRET not in mail.subject + mail.body + mail.link
        assert mail.link == f"/digests/{digest.public_id}/"


def test_mail_of_a_digest_is_dry(demo: Demo) -> None:
    texts = {row.text for row in Measure.objects.all()} | {
        row.task.issue.title for row in Measure.objects.select_related("task__issue")
    }
    latest = demo.b.rounds.latest("week_start").week_start
    for audience in (Audience.OFFICE, Audience.PARTY_GROUP):
        build_digest(demo.b, latest, actor=SYSTEM, audience=audience)
    mails = Delivery.objects.filter(channel=Channel.EMAIL)
    assert mails.count() > 5
    assert not [mail for mail in mails if any(text in mail.body for text in texts)]
    sections = demo.b.organization.sections.values_list("name", flat=True)
    assert not [mail for mail in mails if any(name in mail.body for name in sections)]


def test_nobody_of_the_neighbour_is_told(small: Small, neighbour: Small) -> None:
    build_digest(small.inspection, MONDAY, actor=SYSTEM, audience=Audience.PARTY_GROUP)
    told = set(
        Delivery.objects.filter(organization=small.organization).values_list(
            "recipient__username", flat=True
        )
    )
    assert told == {
        "small-leader",
        "small-other_leader",
        "small-party_member",
        "small-secretary",
        "small-discipline",
    }


def test_the_digest_carries_the_head_of_the_chain_as_an_anchor(small: Small) -> None:
    chain = Chain.objects.get(organization=small.organization)
    digest = build_digest(small.inspection, MONDAY, actor=SYSTEM)
    assert digest.audit_head == chain.head != ""
    assert digest.audit_length == chain.length > 0


def test_who_reads_digests_reads_those_of_the_own_bureau(demo: Demo) -> None:
    for username in ("office", "leader-service", "party-member", "secretary"):
        seen = Digest.objects.visible_to(demo.user(username))
        assert {digest.inspection_id for digest in seen} == {demo.a.pk}, username
    for username in ("clerk-service", "oversight", "sysadmin", "auditor"):
        assert not Digest.objects.visible_to(demo.user(username)).exists(), username
