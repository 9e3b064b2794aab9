"""待办: each person sees what waits for them, and decides it there."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from issues.enums import ClosureGate
from issues.models import Inspection
from measures.domain.adjustments import propose_addition, propose_change
from measures.domain.closure import apply_closure
from measures.domain.extensions import apply_extension
from measures.enums import ApplicationState, InstructionKind
from measures.models import Instruction, LookBack, Measure, ProgressEntry
from measures.views.inbox import SHOWN
from rectify.accounts.models import Section, User
from rectify.lib.clock import now
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import MONDAY, Small

__all__ = ["neighbour", "small"]

INBOX = "/inbox/"
# The same whether one row waits or three.
QUERIES = 17


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def page(user: User) -> Any:
    answer = client_of(user).get(INBOX)
    assert answer.status_code == 200
    return answer


def words(user: User) -> str:
    """What stands in the middle of the page, tags and folds of whitespace taken out."""
    html = page(user).content.decode()
    return re.sub(r"\s+", "", strip_tags(html.split('id="main"')[1].split("</main>")[0]))


def shown_count(user: User) -> str:
    """What the top bar says behind 待办."""
    html = client_of(user).get("/help/").content.decode()
    found = re.search(r'>待办</span>(?:<span class="count">(\d+))?', html)
    return "none" if found is None else found.group(1) or ""


def test_a_close_out_goes_from_inbox_to_inbox(small: Small) -> None:
    Section.objects.filter(pk=small.led.pk).update(head=small.clerk)
    gate = ClosureGate.BOTH
    Inspection.objects.filter(pk=small.inspection.pk).update(closure_gate=gate)
    small.inspection.refresh_from_db()
    small.led.refresh_from_db()
    measure = Measure.objects.select_related("lead_section", "inspection__organization").get(
        pk=small.completed(text="台账销号").pk
    )
    application = apply_closure(measure, actor=small.reviewer, reason="请予销号")
    for who, heading in (
        ("clerk", "待我确认"), ("office", "待我初审"), ("leader", "待我审定"),
        ("discipline", "待我核实"),
    ):  # fmt: skip
        actor = getattr(small, who)
        text = words(actor)
        assert heading in text and "台账销号" in text and "请予销号" in text
        assert "台账已经建立。" in text, "the result"
        assert "佐证材料1个：材料.pdf" in text
        assert shown_count(actor) == "1"
        others = {"clerk", "office", "leader", "discipline", "secretary"} - {who}
        assert {shown_count(getattr(small, other)) for other in others} == {""}
        answer = client_of(actor).post(
            reverse("application_decide", args=["closure", application.public_id]),
            {"version": application.version, "verdict": "accepted", "next": INBOX},
        )
        assert (answer.status_code, answer["Location"]) == (302, INBOX)
        application.refresh_from_db()
    assert application.state == ApplicationState.PARTY_GROUP
    text = words(small.office)
    assert "待登记党组审议结果" in text and "登记党组会议决定" in text


def test_a_returned_close_out_waits_with_its_reason_for_the_section(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    client_of(small.office).post(
        reverse("application_decide", args=["closure", application.public_id]),
        {"version": application.version, "verdict": "returned", "comment": "补会议纪要",
         "next": INBOX},
    )  # fmt: skip
    text = words(small.clerk)
    assert "退回待补正" in text and "补会议纪要" in text
    assert shown_count(small.clerk) == "1"
    assert "补会议纪要" not in words(small.stranger)


def test_a_return_without_a_word_keeps_the_application_and_says_what_to_do(small: Small) -> None:
    application = apply_closure(small.completed(), actor=small.clerk)
    answer = client_of(small.office).post(
        reverse("application_decide", args=["closure", application.public_id]),
        {"version": application.version, "verdict": "returned", "comment": " ", "next": INBOX},
    )
    assert answer.status_code == 422
    assert "退回须写明意见" in answer.content.decode()
    application.refresh_from_db()
    assert application.state == ApplicationState.REVIEWING


def test_extensions_show_both_dates_and_adjustments_their_columns(small: Small) -> None:
    first, second = small.measure(text="甲"), small.measure(text="乙")
    small.freeze_plan()
    apply_extension(first, actor=small.clerk, reason="招标顺延", new_due_on=date(2024, 9, 30))
    apply_extension(
        second, actor=small.clerk, reason="改为常态", long_term=True, stage_goal="建成机制",
        next_review_on=date(2024, 12, 31),
    )  # fmt: skip
    propose_change(first, actor=small.clerk, reason="口径调整", values={
        "goal": "台账完整", "due_on": date(2024, 8, 1)})  # fmt: skip
    propose_addition(small.task, actor=small.reviewer, reason="举一反三",
                     values={"text": "开展排查", "leader": small.leader})  # fmt: skip
    text = words(small.office)
    assert "2024年6月30日→2024年9月30日" in text and "招标顺延" in text
    assert "转为长期坚持" in text and "建成机制" in text and "2024年12月31日" in text
    assert "整改目标：台账完整" in text and "到期日：2024年6月30日→2024年8月1日" in text
    assert "新增措施" in text and "整改措施：开展排查" in text and "举一反三" in text
    assert shown_count(small.office) == "4"


def test_what_is_to_be_answered_mended_and_checked_stands_there_too(small: Small) -> None:
    measure = small.completed(text="台账")
    Instruction.objects.create(
        inspection=small.inspection, section=small.led, given_by=small.secretary,
        given_by_name="书记", given_on=date(2024, 5, 6), due_on=date(2024, 5, 14),
        text="尽快办结", kind=InstructionKind.INSTRUCTION,
    )  # fmt: skip
    ProgressEntry.objects.create(
        measure=measure, week_start=MONDAY, section=small.led, section_name="业务科", text="已开展",
        status=measure.status, author_name="某", written_at=now(), returned_by=small.office,
        return_reason="写明数量",
    )  # fmt: skip
    LookBack.objects.create(measure=measure, pick_reason="到期日当天销号")
    text = words(small.clerk)
    assert "批示待答复" in text and "尽快办结" in text and "2024年5月14日超期" in text
    assert "进展退回修改" in text and "写明数量" in text
    assert "到期日当天销号" not in text, "a check is private to the group until it is issued"
    checks = words(small.discipline)
    assert "待核查" in checks and "指定核查：到期日当天销号" in checks
    assert (shown_count(small.clerk), shown_count(small.discipline)) == ("2", "1")


@pytest.mark.parametrize(
    ("who", "count"),
    [("office", ""), ("clerk", ""), ("leader", ""), ("secretary", ""), ("discipline", ""),
     ("party_member", "none"), ("sysadmin", "none"), ("auditor", "none")],
)  # fmt: skip
def test_an_empty_inbox_says_so_and_those_who_never_have_one_see_no_door(
    small: Small, who: str, count: str
) -> None:
    actor = getattr(small, who)
    assert "没有待办事项" in words(actor)
    assert shown_count(actor) == count


def test_nothing_of_another_bureau_waits(small: Small, neighbour: Small) -> None:
    apply_closure(neighbour.completed(text="邻局措施"), actor=neighbour.clerk)
    assert "邻局措施" in words(neighbour.office)
    for who in ("office", "clerk", "leader", "secretary", "discipline"):
        assert "邻局措施" not in words(getattr(small, who))
        assert shown_count(getattr(small, who)) == ""


def test_the_own_application_waits_for_somebody_else(small: Small) -> None:
    apply_closure(small.completed(), actor=small.office)
    assert (shown_count(small.office), shown_count(small.reviewer)) == ("", "1")


def test_a_long_inbox_says_that_more_waits(small: Small) -> None:
    for number in range(SHOWN + 1):
        apply_closure(small.completed(text=f"第{number}条"), actor=small.clerk)
    text = words(small.office)
    assert f"共{SHOWN + 1}项" in text and f"先列出最早的{SHOWN}项" in text
    assert "第0条" in text and f"第{SHOWN}条" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queries_do_not_grow_with_the_rows(
    small: Small, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pairs = [(small.completed(), small.measure()) for _ in range(rows)]
    small.freeze_plan()
    for number, (done, measure) in enumerate(pairs):
        apply_closure(done, actor=small.clerk)
        apply_extension(measure, actor=small.clerk, reason="顺延", new_due_on=date(2024, 9, 30))
        propose_change(measure, actor=small.clerk, reason="调整", values={"goal": f"目标{number}"})
    client = client_of(small.office)
    client.get(INBOX)
    with django_assert_num_queries(QUERIES):
        client.get(INBOX)
