"""The page of one measure shows each reader their part, and reports what they type."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from measures.enums import Status
from measures.models import Measure
from rectify.accounts.models import User
from tests.conflict_page import resubmitted, sides, words
from tests.conftest import Demo

LogIn = Callable[[str], Client]


def address(measure: Measure, name: str = "measure") -> str:
    return reverse(name, kwargs={"measure": measure.public_id})


@pytest.fixture
def rich(demo: Demo) -> Measure:
    """A measure with result, owner, evidence, progress and decisions."""
    return demo.measure(
        demo.b, closed_at__isnull=False, result_text__gt="", owner__isnull=False,
        evidence_links__isnull=False, entries__text__gt="",
    )  # fmt: skip


@pytest.fixture
def running(demo: Demo) -> Measure:
    return demo.measure(demo.b, status=Status.IN_PROGRESS, lead_section__name="劳动保障监察大队")


def report_data(measure: Measure, **changed: object) -> dict[str, object]:
    return {
        "version": measure.version, "status": measure.status, "result_text": measure.result_text,
        "next_step": measure.next_step, "completed_on": "", "reason": "", **changed,
    }  # fmt: skip


def parts_of(html: str, measure: Measure) -> dict[str, bool]:
    entry = measure.entries.exclude(text="").first()
    link = measure.evidence_links.select_related("evidence").first()
    assert entry is not None and link is not None
    return {
        "result": measure.result_text in html,
        "progress": entry.text in html,
        "evidence": link.evidence.original_name in html,
        "owner": f"<dt>责任人</dt><dd>{measure.owner_name}" in html,
        "history": 'id="history"' in html,
        "decisions": "销号申请" in html,
    }


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("office-b", {"result", "progress", "evidence", "owner", "history", "decisions"}),
        ("secretary-b", {"result", "progress", "evidence", "owner", "history", "decisions"}),
        ("discipline", {"result", "progress", "evidence", "owner", "history", "decisions"}),
        ("party-member-b", {"result", "decisions"}),
        ("oversight", set()),
    ],
)
def test_each_reader_sees_their_part(
    rich: Measure, as_user: LogIn, reader: str, seen: set[str]
) -> None:
    html = as_user(reader).get(address(rich)).content.decode()
    assert {name for name, there in parts_of(html, rich).items() if there} == seen
    assert rich.text in html


@pytest.mark.parametrize("outsider", ["office", "clerk-service", "leader-service", "sysadmin-b"])
def test_an_outsider_gets_404(rich: Measure, as_user: LogIn, outsider: str) -> None:
    assert as_user(outsider).get(address(rich)).status_code == 404
    assert as_user(outsider).post(address(rich, "measure_report")).status_code == 404


def test_another_section_gets_404_and_a_supporting_one_reads_but_does_not_report(
    demo: Demo, as_user: LogIn
) -> None:
    measure = next(
        one
        for one in Measure.objects.filter(inspection=demo.b, closed_at=None).in_order()
        if one.supports.exists()
    )
    support = measure.supports.first()
    assert support is not None
    helper = User.objects.filter(memberships__section=support.section_id)[0]
    client = as_user(helper.username)
    html = client.get(address(measure)).content.decode()
    assert "本周配合情况" in html and 'action="' + address(measure, "measure_report") not in html
    assert client.post(
        address(measure, "measure_report"), report_data(measure)
    ).status_code == 403  # fmt: skip


def test_the_section_reports_status_and_result(running: Measure, as_user: LogIn) -> None:
    client = as_user("clerk-labor-b")
    response = client.post(
        address(running, "measure_report"),
        report_data(running, status="completed", result_text="已印发\r\n办法。\x0b",
                    completed_on="2026.10.20"),
    )  # fmt: skip
    assert response.status_code == 302
    running.refresh_from_db()
    assert (running.status, running.result_text) == (Status.COMPLETED, "已印发\n办法。")
    assert running.completed_on and running.completed_on.isoformat() == "2026-10-20"
    page = client.get(address(running)).content.decode()
    assert "已保存状态和整改情况" in page
    assert "完成状态由“正在推进”改为“已完成”" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"completed_on": "2150.1.1", "status": "completed"}, "不能晚于今天"),
        ({"completed_on": "昨天", "status": "completed"}, "不是日期"),
        ({"completed_on": "2026.10.20"}, "状态为“已完成”时才填写"),
        ({"completed_on": "1990.1.1", "status": "completed"}, "不能早于巡察进驻日期"),
        ({"status": "not_started"}, "现在不能改为这个状态"),
        ({"status": "done"}, "现在不能改为这个状态"),
        ({"version": "x"}, ""),
    ],
)
def test_what_is_refused_stands_beside_the_field_and_keeps_the_text(
    running: Measure, as_user: LogIn, changed: dict[str, object], words: str
) -> None:
    data = report_data(running, result_text="保留这段文字", **changed)
    response = as_user("clerk-labor-b").post(address(running, "measure_report"), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html and "保留这段文字" in html
    stored = Measure.objects.get(pk=running.pk)
    assert (stored.version, stored.status) == (running.version, running.status)


def test_a_step_back_asks_for_its_reason(demo: Demo, as_user: LogIn) -> None:
    measure = demo.measure(demo.b, status=Status.BASICALLY_DONE)
    client, url = as_user("office-b"), address(measure, "measure_report")
    data = report_data(measure, status="in_progress")
    refused = client.post(url, data)
    assert refused.status_code == 422 and "须写明理由" in refused.content.decode()
    assert client.post(url, {**data, "reason": "材料不全"}).status_code == 302


def test_who_saves_second_sees_both_texts_and_loses_nothing(
    running: Measure, as_user: LogIn
) -> None:
    url = address(running, "measure_report")
    assert as_user("office-b").post(
        url, report_data(running, result_text="先保存的文字")
    ).status_code == 302  # fmt: skip
    clerk = as_user("clerk-labor-b")
    mine = report_data(running, result_text="我写的文字", next_step="我的下一步")
    late = clerk.post(url, mine)
    html = late.content.decode()
    assert late.status_code == 409
    assert sides(late)["整改情况"] == ("我写的文字", "先保存的文字")
    assert sides(late)["下一步措施"][0] == "我的下一步"
    assert "整改办联络员" in html, "the page does not say who saved first"
    current = Measure.objects.get(pk=running.pk)
    assert current.result_text == "先保存的文字"
    assert clerk.post(url, resubmitted(late)).status_code == 302
    current.refresh_from_db()
    assert (current.result_text, current.next_step) == ("我写的文字", "我的下一步")


def test_a_step_that_the_first_took_neither_blocks_the_second_nor_is_undone(
    running: Measure, as_user: LogIn
) -> None:
    url = address(running, "measure_report")
    mine = report_data(running, result_text="我写的文字")
    office = as_user("office-b")
    assert office.post(url, report_data(running, status="completed")).status_code == 302
    clerk = as_user("clerk-labor-b")
    late = clerk.post(url, mine)  # names a status to which a section may not step back
    assert late.status_code == 409
    assert words(late)["完成状态"] == "只有他人改了这一项"
    assert sides(late)["完成状态"] == ("正在推进", "已完成")
    assert clerk.post(url, resubmitted(late)).status_code == 302
    after = Measure.objects.get(pk=running.pk)
    assert (after.status, after.result_text) == (Status.COMPLETED, "我写的文字")
    assert after.completed_on is not None


def test_a_reason_recorded_beside_a_step_back_is_no_save_of_its_own(
    demo: Demo, as_user: LogIn
) -> None:
    measure = demo.measure(demo.b, status=Status.BASICALLY_DONE)
    url, client = address(measure, "measure_report"), as_user("office-b")
    mine = report_data(measure, next_step="我的下一步")
    back = report_data(measure, status="in_progress", reason="材料不全")
    assert client.post(url, back).status_code == 302
    late = client.post(url, mine)
    assert late.status_code == 409
    assert words(late)["完成状态"] == "只有他人改了这一项"
    assert client.post(url, resubmitted(late)).status_code == 302
    after = Measure.objects.get(pk=measure.pk)
    assert (after.status, after.next_step) == (Status.IN_PROGRESS, "我的下一步")


def test_posting_every_other_column_changes_only_the_listed_fields(
    running: Measure, as_user: LogIn
) -> None:
    more = {"text": "改了", "due_on": "2030-01-01", "leader": "1", "closed_at": "2020-01-01",
            "organization": "1", "nature": "immediate", "remark": "改了"}  # fmt: skip
    as_user("office-b").post(
        address(running, "measure_report"), report_data(running, next_step="只有这个", **more)
    )
    now = Measure.objects.get(pk=running.pk)
    assert now.next_step == "只有这个"
    for name in ("text", "due_on", "leader_id", "closed_at", "organization_id", "nature", "remark"):
        assert getattr(now, name) == getattr(running, name)


def test_a_closed_measure_is_read_only_and_says_so(rich: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    html = client.get(address(rich)).content.decode()
    assert "已销号，内容只读" in html and "保存整改情况" not in html
    answer = client.post(address(rich, "measure_report"), report_data(rich, next_step="改"))
    assert answer.status_code == 422
    assert Measure.objects.get(pk=rich.pk).next_step == rich.next_step


def test_steps_of_others_are_told_in_words(running: Measure, as_user: LogIn) -> None:
    html = as_user("clerk-labor-b").get(address(running)).content.decode()
    assert "由“正在推进”改为“未启动”须由局办公室（整改办）办理" in html


def test_reading_changes_nothing_and_writing_needs_a_post(running: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    assert client.get(address(running, "measure_report")).status_code == 405
    assert client.post(address(running)).status_code == 405


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(
    demo: Demo, as_user: LogIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    closed = Measure.objects.filter(inspection=demo.b, closed_at__isnull=False)
    busy = max(closed, key=lambda one: one.entries.count() + one.evidence_links.count())
    quiet = min(closed, key=lambda one: one.entries.count() + one.evidence_links.count())
    client = as_user("office-b")
    client.get(address(busy))
    for measure in (busy, quiet):
        with django_assert_num_queries(45):
            client.get(address(measure))
