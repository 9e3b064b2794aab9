"""The dashboard: every figure opens exactly its rows, for everyone who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.domain.inspections import create_inspection
from issues.models import Inspection
from measures.interfaces.filters import LedgerFilter
from measures.models import PersonOutcome
from rectify.accounts.models import User
from reports.views.dashboard_figures import Dashboard
from tests.conftest import Demo

Login = Callable[[str], Client]
# Measured with the session, the shell and the person's memberships included.
DASHBOARD_QUERIES = 34


def page(name: str, inspection: Inspection, query: str = "") -> str:
    return reverse(name, kwargs={"inspection": inspection.public_id}) + query


def measure_figures(shown: Dashboard) -> Iterator[tuple[str, int, str]]:
    """Name, number and address of every figure that counts measures."""
    cards = [
        *shown.levels[3:], *shown.statuses, *shown.behind_completed, *shown.attention,
        *shown.lamps, shown.started,
    ]  # fmt: skip
    for card in cards:
        yield card.name, card.value, card.href
    for table in shown.tables:
        for row in table.rows:
            for cell in row.cells:
                yield f"{table.title} {row.label}", cell.value, cell.href
    for cell in shown.level_rows[3].cells:
        yield "措施", cell.value, cell.href


def ledger_rows(href: str, inspection: Inspection, user: User) -> int:
    query = QueryDict(urlsplit(href).query)
    rows = LedgerFilter(query, inspection=inspection, user=user)
    count = rows.rows.count()
    assert not rows.ignored, href
    return count


@pytest.mark.parametrize(
    ("username", "which", "query"),
    [
        ("office-b", "b", ""),
        ("clerk-employment-b", "b", ""),
        ("office", "a", "?as_of=2021-04-01"),
        ("leader-service", "a", "?as_of=2021-05-12"),
    ],
)
def test_every_measure_figure_opens_exactly_its_rows(
    demo: Demo, as_user: Login, username: str, which: str, query: str
) -> None:
    inspection = getattr(demo, which)
    shown = as_user(username).get(page("dashboard", inspection, query)).context["shown"]
    user = demo.user(username)
    checked = 0
    for name, number, href in measure_figures(shown):
        assert ledger_rows(href, inspection, user) == number, name
        checked += number > 0
    assert checked > 15


@pytest.mark.parametrize("username", ["office-b", "clerk-employment-b"])
def test_every_level_figure_opens_exactly_its_nodes(
    demo: Demo, as_user: Login, username: str
) -> None:
    client = as_user(username)
    shown = client.get(page("dashboard", demo.b)).context["shown"]
    for row in shown.level_rows[:3]:
        for cell in row.cells:
            rows = client.get(cell.href).context["rows"]
            assert len(rows) == cell.value, (row.label, cell.href)


def test_every_outcome_figure_opens_exactly_its_rows(demo: Demo, as_user: Login) -> None:
    client = as_user("office")
    context = client.get(page("dashboard", demo.a)).context
    came = context["shown"].outcomes

    def rows(href: str) -> list[Any]:
        found: list[Any] = client.get(href).context["rows"]
        return found

    assert len(rows(context["rules"]["href"])) == came.rules == 17
    assert len(rows(context["rules"]["repealed"])) == came.rules_repealed
    assert len(rows(context["rules"]["draft"])) == came.rules_draft
    for line, href in context["money"]:
        found = rows(href)
        assert (len(found), sum(row.due_fen for row in found)) == (line.rows, line.due_fen)
        assert sum(row.paid_fen for row in found) == line.paid_fen
    for line, href in context["persons"]:
        found = rows(href)
        assert sum(row.persons for row in found) == line.persons
        assert sum(row.occasions for row in found) == line.occasions
    for _, number, href in context["meetings"]:
        assert len(rows(href)) == number
    assert len(rows(context["counts_href"])) == len(came.counts)


def test_the_demo_shows_its_known_figures(demo: Demo, as_user: Login) -> None:
    answer = as_user("party-member").get(page("dashboard", demo.a, "?as_of=2021-05-12"))
    shown = answer.context["shown"]
    assert [card.value for card in shown.levels] == [6, 24, 61, 113]
    assert (shown.head["completed"], shown.head["basically_done"]) == (82, 31)
    assert (shown.head.rates.strict, shown.head.rates.inclusive) == ("72.57%", "100%")
    assert shown.week_number == 17
    text = answer.content.decode()
    assert "72.57%" in text
    assert "其中已销号" in text


def test_section_sees_its_own_part_and_is_told_so(demo: Demo, as_user: Login) -> None:
    own = as_user("clerk-employment-b").get(page("dashboard", demo.b))
    whole = as_user("office-b").get(page("dashboard", demo.b))
    assert 0 < own.context["shown"].head["total"] < whole.context["shown"].head["total"]
    assert "只统计您所在科室" in own.content.decode()
    assert "只统计您所在科室" not in whole.content.decode()


def test_sections_are_listed_in_fixed_order_with_zero_rows(demo: Demo, as_user: Login) -> None:
    shown = as_user("office").get(page("dashboard", demo.a)).context["shown"]
    table = next(table for table in shown.tables if table.key == "section")
    ordered = demo.a.organization.sections.order_by("sort_order").values_list("name", flat=True)
    assert [row.label for row in table.rows] == list(ordered)
    assert any(row.cells[0].value == 0 for row in table.rows)


@pytest.mark.parametrize("name", ["dashboard", "dashboard_print", "outcomes"])
def test_outsider_gets_the_page_of_something_that_does_not_exist(
    demo: Demo, as_user: Login, name: str
) -> None:
    client = as_user("office-b")
    denied = client.get(page(name, demo.a))
    missing = client.get(
        page(name, demo.a).replace(str(demo.a.public_id), "0" * 8 + "-0000-4000-8000-" + "0" * 12)
    )
    assert (denied.status_code, missing.status_code) == (404, 404)
    assert demo.a.name not in denied.content.decode()


def test_another_section_is_not_counted(demo: Demo, as_user: Login) -> None:
    shown = as_user("clerk-data").get(page("dashboard", demo.a)).context["shown"]
    other = demo.measure(demo.a, lead_section__name="机关纪委", supports__isnull=True)
    rows = LedgerFilter(
        QueryDict("figure=total"), inspection=demo.a, user=demo.user("clerk-data")
    ).rows
    assert other not in rows
    assert rows.count() == shown.head["total"]


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("?as_of=2021-13-40", "统计截至"),
        ("?as_of=2199-01-01", "晚于今天"),
        ("?as_of=%E4%BB%8A%E5%A4%A9", "不是日期"),
        ("?since=xyz", "对比"),
    ],
)
def test_a_day_that_cannot_be_used_is_told_and_left_out(
    demo: Demo, as_user: Login, query: str, note: str
) -> None:
    answer = as_user("office-b").get(page("dashboard", demo.b, query))
    usual = as_user("office-b").get(page("dashboard", demo.b))
    assert answer.status_code == 200
    assert any(note in one for one in answer.context["notes"])
    assert answer.context["shown"].moment == usual.context["shown"].moment


def test_links_carry_the_day_that_was_asked_for(demo: Demo, as_user: Login) -> None:
    shown = as_user("office").get(page("dashboard", demo.a, "?as_of=2021.4.1")).context["shown"]
    assert parse_qs(urlsplit(shown.statuses[0].href).query)["as_of"] == ["2021-04-01"]


def test_change_is_counted_since_the_day_asked_for(demo: Demo, as_user: Login) -> None:
    client = as_user("office")
    answer = client.get(page("dashboard", demo.a, "?as_of=2021-05-12&since=2021-03-01"))
    early = client.get(page("dashboard", demo.a, "?as_of=2021-03-01")).context["shown"]
    shown = answer.context["shown"]
    assert shown.statuses[0].change == shown.head["completed"] - early.head["completed"]
    assert "比3月1日多" in answer.content.decode()


def test_a_day_before_the_first_measure_is_explained(demo: Demo, as_user: Login) -> None:
    answer = as_user("office").get(page("dashboard", demo.a, "?as_of=2019-01-01"))
    assert "这一天还没有措施" in answer.content.decode()


def test_inspection_without_measures_says_what_to_do(demo: Demo, as_user: Login) -> None:
    office = demo.user("office-b")
    empty = create_inspection(
        organization=demo.b.organization, actor=office, code="empty-one", name="四届区委第一轮巡察"
    )
    answer = as_user("office-b").get(page("dashboard", empty))
    assert "还没有整改措施" in answer.content.decode()
    assert as_user("office-b").get(page("dashboard_print", empty)).status_code == 200


def test_number_of_queries_is_the_same_at_both_sizes(
    demo: Demo, as_user: Login, django_assert_num_queries: Any
) -> None:
    for username, inspection in (("office", demo.a), ("office-b", demo.b)):
        client = as_user(username)
        client.get(page("dashboard", inspection))  # the session remembers the inspection
        with django_assert_num_queries(DASHBOARD_QUERIES):
            client.get(page("dashboard", inspection))


def test_the_meeting_page_names_what_is_late(demo: Demo, as_user: Login) -> None:
    answer = as_user("secretary-b").get(page("dashboard_print", demo.b))
    late = answer.context["lists"][0]
    assert late["total"] == answer.context["shown"].head["overdue"] > 0
    assert len(late["rows"]) == min(late["total"], 8)
    text = answer.content.decode()
    for row in late["rows"]:
        assert row["measure"].lead_section_name in text
        assert row["measure"].leader_name in text
        assert row["days_late"] > 0


def test_home_leads_to_the_inspection_and_to_the_remembered_one(demo: Demo, as_user: Login) -> None:
    client = as_user("oversight")
    assert client.get("/").url == page("dashboard", demo.b)  # type: ignore[attr-defined]
    client.get(page("dashboard", demo.a))
    assert client.get("/").url == page("dashboard", demo.a)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("username", "name"),
    [("sysadmin", "accounts"), ("secadmin", "grants"), ("auditor", "audit_log")],
)
def test_home_leads_administrators_who_see_no_inspection_to_their_own_page(
    as_user: Login, username: str, name: str
) -> None:
    assert as_user(username).get("/").headers["Location"] == reverse(name)


def test_outcomes_keep_payer_and_account_from_those_who_read_in_part(
    demo: Demo, as_user: Login
) -> None:
    url = page("outcomes", demo.b, "?kind=money")
    whole, part = as_user("office-b").get(url), as_user("party-member-b").get(url)
    payer = next(row.payer for row in whole.context["rows"] if row.payer)
    assert payer in whole.content.decode()
    assert len(part.context["rows"]) == len(whole.context["rows"])
    assert payer not in part.content.decode()


def test_outcomes_never_show_names(demo: Demo, as_user: Login) -> None:
    PersonOutcome.objects.filter(inspection=demo.b).update(names="某某人姓名")
    text = as_user("office-b").get(page("outcomes", demo.b, "?kind=person")).content.decode()
    assert "某某人姓名" not in text


@pytest.mark.parametrize("query", ["?kind=nonsense", "?kind=money&sub=nonsense"])
def test_an_unknown_kind_of_outcome_is_told(demo: Demo, as_user: Login, query: str) -> None:
    answer = as_user("office-b").get(page("outcomes", demo.b, query))
    assert answer.status_code == 200
    assert answer.context["notes"]


def test_outcomes_take_the_same_number_of_queries_for_few_and_many_rows(
    demo: Demo, as_user: Login
) -> None:
    client = as_user("office")
    client.get(page("outcomes", demo.a))  # the first reading of a session is an event
    counts = []
    for kind in ("rule", "money"):
        with CaptureQueriesContext(connection) as caught:
            client.get(page("outcomes", demo.a, f"?kind={kind}"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
