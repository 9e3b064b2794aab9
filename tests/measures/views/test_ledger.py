"""台账: what it lists, to whom, and in how many queries."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from issues.models import Inspection
from measures.enums import Status
from measures.models import Measure
from rectify.accounts.enums import Role
from rectify.lib.clock import now, today
from tests.conftest import Demo

LogIn = Callable[[str], Client]


def address(inspection: Inspection) -> str:
    return reverse("ledger", kwargs={"inspection": inspection.public_id})


def rows_of(response: HttpResponseBase) -> list[str]:
    assert isinstance(response, HttpResponse)
    return re.findall(r'<tr id="m-([0-9a-f-]+)"', response.content.decode())


def test_the_whole_demo_is_listed_in_order_with_merged_cells(demo: Demo, as_user: LogIn) -> None:
    response = as_user("office").get(address(demo.a))
    expected = Measure.objects.filter(inspection=demo.a).in_order()
    assert rows_of(response) == [str(measure.public_id) for measure in expected]
    html = response.content.decode()
    spans = [int(span) for span in re.findall(r'stick-2 merged" rowspan="(\d+)"', html)]
    assert len(spans) == 6 and sum(spans) == 113
    issues = [int(span) for span in re.findall(r'stick-3 merged" rowspan="(\d+)"', html)]
    assert len(issues) == 24 and sum(issues) == 113
    assert "共 <strong>113</strong> 项" in html


def test_an_outsider_gets_the_page_of_something_that_does_not_exist(
    demo: Demo, as_user: LogIn
) -> None:
    assert as_user("office-b").get(address(demo.a)).status_code == 404
    assert as_user("sysadmin").get(address(demo.a)).status_code == 404
    assert Client().get(address(demo.a)).status_code == 302


def test_a_section_sees_what_it_leads_or_supports_and_nothing_else(
    demo: Demo, as_user: LogIn
) -> None:
    clerk = demo.user("clerk-labor-b")
    (section,) = clerk.access.sections
    listed = set(rows_of(as_user("clerk-labor-b").get(address(demo.b))))
    for measure in Measure.objects.filter(inspection=demo.b).prefetch_related("supports"):
        own = measure.lead_section_id == section or section in {
            support.section_id for support in measure.supports.all()
        }
        assert (str(measure.public_id) in listed) == own


def test_results_are_shown_to_those_who_read_them_row_by_row(demo: Demo, as_user: LogIn) -> None:
    result = demo.measure(demo.b, result_text__gt="").result_text
    assert result in as_user("party-member-b").get(address(demo.b)).content.decode()
    oversight = as_user("oversight").get(address(demo.b)).content.decode()
    assert result not in oversight and "整改情况</th>" not in oversight
    user = demo.user("leader-labor-b")
    user.memberships.filter(role=Role.PARTY_GROUP).update(ended_at=now())
    leader = as_user("leader-labor-b").get(address(demo.b)).content.decode()
    assert "不在查看范围" in leader


def test_progress_texts_of_the_week_are_for_full_readers(demo: Demo, as_user: LogIn) -> None:
    shown = as_user("office-b").get(address(demo.b)).content.decode()
    assert "ledger-week" in shown
    assert "ledger-week" not in as_user("party-member-b").get(address(demo.b)).content.decode()


def test_a_filter_narrows_and_the_fragment_holds_the_table_alone(
    demo: Demo, as_user: LogIn
) -> None:
    client = as_user("office-b")
    expected = Measure.objects.filter(inspection=demo.b, status=Status.IN_PROGRESS).count()
    url = f"{address(demo.b)}?status=in_progress&area=&q="
    fragment = client.get(url, headers={"HX-Request": "true"})
    assert len(rows_of(fragment)) == expected
    assert "<html" not in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]
    assert fragment["HX-Push-Url"] == f"{address(demo.b)}?status=in_progress"
    assert len(rows_of(client.get(url))) == expected


def test_the_figure_is_a_chip_that_can_be_taken_away(demo: Demo, as_user: LogIn) -> None:
    html = as_user("office-b").get(f"{address(demo.b)}?figure=overdue").content.decode()
    assert "指标：超期" in html
    assert '<a href="?"' in html


def test_an_unknown_value_is_named_and_never_breaks_the_page(demo: Demo, as_user: LogIn) -> None:
    client = as_user("office-b")
    for query in ("area=%00", "section=1", "figure=__", "as_of=x", "after=x", "before=1",
                  "changed=x&former=y", "lamp=red&lamp=blue"):  # fmt: skip
        assert client.get(f"{address(demo.b)}?{query}").status_code == 200, query
    assert "“牵头科室”的条件无法识别" in client.get(f"{address(demo.b)}?section=1").content.decode()


def test_nothing_found_says_what_to_try(demo: Demo, as_user: LogIn) -> None:
    html = as_user("office-b").get(f"{address(demo.b)}?q=没有这样的词").content.decode()
    assert "没有符合条件的措施" in html and "导出一览表" not in html


def test_a_past_day_shows_the_states_of_that_day_and_offers_no_change(
    demo: Demo, as_user: LogIn
) -> None:
    client = as_user("office")
    then = client.get(f"{address(demo.a)}?as_of=2021-03-01").content.decode()
    assert "按2021年3月1日当日的记录" in then and "改状态" not in then
    now = client.get(f"{address(demo.a)}?as_of={today()}").content.decode()
    assert "改状态" in now
    done = demo.measure(demo.a, status=Status.COMPLETED, completed_on__gt="2021-04-01")
    cell = then.split(f'id="state-{done.public_id}"')[1].split("</td>")[0]
    assert "已完成" not in cell


def test_export_carries_exactly_what_is_chosen(demo: Demo, as_user: LogIn) -> None:
    html = as_user("office-b").get(f"{address(demo.b)}?figure=overdue&q=&x=1").content.decode()
    form = html.split('class="ledger-bar__export')[1].split("</form>")[0]
    assert 'name="figure" value="overdue"' in form
    assert 'name="q"' not in form and 'name="x"' not in form
    for reader in ("party-member-b", "oversight"):
        assert "导出一览表" not in as_user(reader).get(address(demo.b)).content.decode()


def test_pages_follow_one_another_by_key_without_gap_or_repeat(
    demo: Demo, as_user: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measures.views.ledger.PAGE_ROWS", 20)
    client = as_user("office-b")
    url, seen, pages = address(demo.b), [], []
    while url:
        response = client.get(url)
        html = response.content.decode()
        pages.append(url)
        seen += rows_of(response)
        numbers = re.findall(r'<td class="stick-1 num">(?:<label.*?</label>)?(\d+)</td>', html)
        assert int(numbers[-1]) == len(seen)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        url = address(demo.b) + following[1] if following else ""
    expected = Measure.objects.filter(inspection=demo.b).in_order()
    assert seen == [str(measure.public_id) for measure in expected]
    back = re.search(r'rel="prev" href="([^"]+)"', html)
    assert back
    assert rows_of(client.get(address(demo.b) + back[1])) == seen[20:40]


def test_the_number_of_queries_is_the_same_for_three_rows_and_for_all(
    demo: Demo, as_user: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_user("office")
    client.get(address(demo.a))
    (few,) = {issue.public_id for issue in demo.a.issues.filter(position=1)[:1]}
    counts = []
    for query in ("", f"?issue={few}"):
        with django_assert_num_queries(23):
            counts.append(len(rows_of(client.get(address(demo.a) + query))))
    assert counts[0] == 113 > counts[1] > 0
