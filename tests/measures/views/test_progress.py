"""Writing the weekly progress of a measure in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from measures.enums import Status
from measures.models import Measure, ProgressEntry, WeeklyRound
from rectify.lib.clock import today
from rectify.lib.weeks import week_start
from tests.conflict_page import resubmitted, sides
from tests.conftest import Demo

LogIn = Callable[[str], Client]
THIS_WEEK = week_start(today())


def address(measure: Measure) -> str:
    return reverse("measure_progress", kwargs={"measure": measure.public_id})


@pytest.fixture
def silent(demo: Demo) -> Measure:
    """A measure whose lead section has not answered this week."""
    return next(
        one
        for one in Measure.objects.filter(
            inspection=demo.b, closed_at=None, status=Status.IN_PROGRESS
        ).in_order()
        if not one.entries.filter(week_start=THIS_WEEK).exists()
    )


@pytest.fixture
def clerk(silent: Measure) -> str:
    membership = silent.lead_section.memberships.first() if silent.lead_section else None
    assert membership is not None
    return membership.user.username


def typed(**changed: object) -> dict[str, object]:
    week = THIS_WEEK.isoformat()
    return {"week_start": week, "seen_week": week, "version": "", "text": "本周开了会。",
            "difficulty": "", **changed}  # fmt: skip


def entry(measure: Measure) -> ProgressEntry:
    return measure.entries.get(section=measure.lead_section_id, week_start=THIS_WEEK)


def test_the_section_writes_and_rewrites_its_week(
    silent: Measure, clerk: str, as_user: LogIn
) -> None:
    client = as_user(clerk)
    assert client.post(address(silent), typed(difficulty="缺人手")).status_code == 302
    first = entry(silent)
    assert (first.text, first.difficulty, first.on_behalf) == ("本周开了会。", "缺人手", False)
    page = client.get(reverse("measure", kwargs={"measure": silent.public_id})).content.decode()
    assert "本周开了会。" in page and f'value="{first.version}"' in page
    again = typed(text="改过的文字", version=first.version)
    assert client.post(address(silent), again).status_code == 302
    assert entry(silent).text == "改过的文字"


def test_no_change_is_one_tick_and_never_swallows_a_text(
    silent: Measure, clerk: str, as_user: LogIn
) -> None:
    client = as_user(clerk)
    refused = client.post(address(silent), typed(no_change="on"))
    assert refused.status_code == 422
    assert "不能同时报“无变化”" in refused.content.decode()
    assert "本周开了会。" in refused.content.decode()
    assert client.post(address(silent), typed(no_change="on", text="")).status_code == 302
    assert entry(silent).no_change


def test_the_office_writes_on_behalf_and_it_is_marked(silent: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    assert client.post(address(silent), typed()).status_code == 302
    assert entry(silent).on_behalf
    page = client.get(reverse("measure", kwargs={"measure": silent.public_id})).content.decode()
    assert "代填" in page


def test_last_text_is_at_hand(silent: Measure, clerk: str, as_user: LogIn) -> None:
    last = silent.entries.filter(section=silent.lead_section_id).exclude(text="").first()
    assert last is not None
    url = reverse("measure", kwargs={"measure": silent.public_id})
    client = as_user(clerk)
    assert 'id="last-text"' in client.get(url).content.decode()
    reused = client.get(f"{url}?reuse=1").content.decode()
    assert last.text in reused.split('name="text"')[1].split("</textarea>")[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"text": ""}, "请填写进展情况"),
        ({"week_start": (THIS_WEEK + timedelta(weeks=1)).isoformat()}, "这一周不能填报"),
        ({"week_start": (THIS_WEEK + timedelta(days=1)).isoformat()}, "这一周不能填报"),
        ({"week_start": "x"}, "这一周不能填报"),
        ({"version": "x"}, ""),
    ],
)
def test_what_cannot_be_is_refused_with_words(
    silent: Measure, clerk: str, as_user: LogIn, changed: dict[str, object], words: str
) -> None:
    response = as_user(clerk).post(address(silent), typed(**changed))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not silent.entries.filter(week_start=THIS_WEEK).exists()


def test_a_closed_week_is_neither_offered_nor_taken(
    silent: Measure, clerk: str, as_user: LogIn
) -> None:
    closed = WeeklyRound.objects.filter(inspection=silent.inspection, closed_at__isnull=False)[0]
    monday = closed.week_start.isoformat()
    client = as_user(clerk)
    url = reverse("measure", kwargs={"measure": silent.public_id})
    assert f'<option value="{monday}"' not in client.get(url).content.decode()
    assert client.post(address(silent), typed(week_start=monday)).status_code == 422


def test_who_writes_second_sees_both_texts(silent: Measure, clerk: str, as_user: LogIn) -> None:
    as_user("office-b").post(address(silent), typed(text="办公室代填的文字"))
    client = as_user(clerk)
    mine = typed(text="科室自己的文字")
    late = client.post(address(silent), mine)
    assert late.status_code == 409
    assert sides(late) == {"进展情况": ("科室自己的文字", "办公室代填的文字")}
    assert entry(silent).text == "办公室代填的文字"
    assert client.post(address(silent), resubmitted(late)).status_code == 302
    assert entry(silent).text == "科室自己的文字"


def test_a_tick_of_another_does_not_contradict_the_text_that_was_typed(
    silent: Measure, clerk: str, as_user: LogIn
) -> None:
    as_user("office-b").post(address(silent), typed(text="", no_change="on", difficulty="缺人手"))
    client = as_user(clerk)
    late = client.post(address(silent), typed(text="科室自己的文字"))
    assert late.status_code == 409
    assert client.post(address(silent), resubmitted(late)).status_code == 302
    stored = entry(silent)
    assert (stored.text, stored.no_change) == ("科室自己的文字", False)
    assert stored.difficulty == "缺人手", "what only the other wrote was undone"


def test_an_entry_of_a_week_that_was_not_on_the_page_is_not_overwritten_unseen(
    silent: Measure, clerk: str, as_user: LogIn
) -> None:
    client = as_user(clerk)
    client.post(address(silent), typed(text="已有的文字"))
    other = (THIS_WEEK - timedelta(weeks=1)).isoformat()
    blind = typed(text="新的文字", seen_week=other, version=entry(silent).version)
    late = client.post(address(silent), blind)
    assert late.status_code == 409
    assert entry(silent).text == "已有的文字"
    assert client.post(address(silent), resubmitted(late)).status_code == 302
    assert entry(silent).text == "新的文字"


@pytest.mark.parametrize(
    ("reader", "status"),
    [("office", 404), ("clerk-service", 404), ("party-member-b", 403), ("secretary-b", 403),
     ("discipline", 403), ("oversight", 403)],
)  # fmt: skip
def test_nobody_else_writes_progress(
    silent: Measure, as_user: LogIn, reader: str, status: int
) -> None:
    assert as_user(reader).post(address(silent), typed()).status_code == status
    assert not silent.entries.filter(week_start=THIS_WEEK).exists()
