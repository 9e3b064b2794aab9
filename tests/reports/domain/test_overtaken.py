"""已公布82，现81: computed from what was frozen and what the discipline group denied since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from issues.domain.inspections import move_to_stage
from issues.enums import Stage
from issues.models import Inspection
from measures.domain.look_back import issue, pick, save_check
from measures.domain.rounds import close_round, open_round
from measures.enums import LookBackVerdict
from measures.models import LookBack, Measure
from rectify.accounts.models import User
from rectify.lib.clock import at, today
from rectify.lib.weeks import week_start
from reports.domain.digests import build_digest
from reports.domain.documents import draft_notice
from reports.domain.overtaken import Overtaken, overtaken
from reports.enums import Audience, DocumentState
from reports.models import Document
from tests.measures.domain.small_bureau import MONDAY, TODAY, Small, noon

LATER = noon(TODAY + timedelta(days=20))


def published(small: Small, *, stage: Stage = Stage.PUBLISHED) -> list[Measure]:
    """Three completed measures, their round closed and the inspection published."""
    rows = [small.completed(text=f"建立台账{number}") for number in range(3)]
    small.measure()
    round_ = open_round(small.inspection, actor=small.office, week_start=MONDAY)
    close_round(round_, actor=small.office, version=round_.version)
    small.inspection.refresh_from_db()
    move_to_stage(small.inspection, stage, actor=small.office)
    return rows


def check(
    small: Small, measure: Measure, verdict: LookBackVerdict = LookBackVerdict.DENIED
) -> LookBack:
    group = small.discipline
    found = pick(measure, actor=group, reason="例行")
    found = save_check(
        found, actor=group, version=found.version,
        values={"method": "papers", "checked_on": today()},
    )  # fmt: skip
    return issue(
        found, actor=group, version=found.version, verdict=verdict, finding="台账只有封面。"
    )


def asked(small: Small, user: User | None = None) -> Overtaken | None:
    return overtaken(Inspection.objects.get(pk=small.inspection.pk), user or small.office)


@pytest.mark.parametrize("stage", [Stage.PUBLISHED, Stage.CLOSED])
def test_a_denial_after_publication_flags_the_figure(small: Small, stage: Stage) -> None:
    rows = published(small, stage=stage)
    assert asked(small) is None
    with at(LATER):
        denied = check(small, rows[0])
        found = asked(small)
    assert found is not None
    assert found.words == "已公布3，现2"
    assert found.published_on == TODAY
    assert list(found.denied) == [denied]
    assert found.untold == 0


def test_nothing_is_flagged_before_it_is_published(small: Small) -> None:
    rows = published(small, stage=Stage.RECTIFYING)
    with at(LATER):
        check(small, rows[0])
        assert asked(small) is None


def test_a_confirmation_and_an_open_check_flag_nothing(small: Small) -> None:
    rows = published(small)
    with at(LATER):
        check(small, rows[0], LookBackVerdict.CONFIRMED)
        pick(rows[1], actor=small.discipline, reason="例行")
        assert asked(small) is None


def test_what_was_completed_and_denied_after_the_day_was_never_told(small: Small) -> None:
    published(small)
    with at(LATER):
        late = small.completed(text="后来完成的")
        check(small, late)
        assert asked(small) is None


def test_a_denied_measure_that_is_completed_again_stays_listed(small: Small) -> None:
    rows = published(small)
    with at(LATER):
        check(small, rows[0])
        small.completed(text="另一条")
        found = asked(small)
    assert found is not None
    assert found.words == "已公布3，现3"
    assert len(found.denied) == 1


def test_a_published_document_is_counted_to_its_own_day(small: Small) -> None:
    rows = [small.completed(text=f"建立台账{number}") for number in range(2)]
    notice = draft_notice(small.inspection, actor=small.office)
    Document.objects.filter(pk=notice.pk).update(state=DocumentState.PUBLISHED, as_of=TODAY)
    with at(LATER):
        check(small, rows[1])
        found = asked(small)
    assert found is not None
    assert found.words == "已公布2，现1"


def test_who_reads_no_decisions_is_told_the_figure_without_the_measures(small: Small) -> None:
    rows = published(small)
    with at(LATER):
        check(small, rows[0])
        own, other = asked(small, small.leader), asked(small, small.other_leader)
        section = asked(small, small.clerk)
    assert own is not None and other is not None
    assert (len(own.denied), own.untold) == (1, 0)
    assert (len(other.denied), other.untold) == (0, 1)
    assert section is None


def test_another_bureau_is_not_flagged(small: Small, neighbour: Small) -> None:
    rows = published(small)
    with at(LATER):
        check(small, rows[0])
        assert asked(neighbour) is None
        assert asked(small, neighbour.office) is None


def test_an_inspection_that_is_not_published_costs_one_query(
    small: Small, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert small.office.access.by_role
    with django_assert_num_queries(1):
        assert overtaken(small.inspection, small.office) is None


@pytest.mark.parametrize("name", ["dashboard", "documents"])
def test_the_pages_say_it(small: Small, name: str) -> None:
    rows = published(small)
    address = reverse(name, kwargs={"inspection": small.inspection.public_id})
    client = Client()
    client.force_login(small.secretary, "django.contrib.auth.backends.ModelBackend")
    with at(LATER):
        assert "已公布3" not in client.get(address).content.decode()
        denied = check(small, rows[0])
        page = client.get(address).content.decode()
    assert "已公布3，现2" in page
    assert str(denied.public_id) in page


def test_a_digest_says_it_in_a_line(small: Small) -> None:
    rows = published(small)
    with at(LATER):
        monday = week_start(today())
        before = build_digest(small.inspection, monday, actor=small.office)
        assert before.content["overtaken"] == ""
        check(small, rows[0])
        after = build_digest(
            small.inspection, monday, actor=small.office, audience=Audience.PARTY_GROUP
        )
        client = Client()
        client.force_login(small.secretary, "django.contrib.auth.backends.ModelBackend")
        page = client.get(reverse("digest", kwargs={"digest": after.public_id}))
    assert after.content["overtaken"] == "通报已公布3，现2：公布后经回头看核查不属实1项。"
    assert "已公布3，现2" in page.content.decode()
