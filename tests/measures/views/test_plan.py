"""The page of the 整改方案, the adjustments, and the forms of a section and of a removal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures.domain.adjustments import propose_addition, propose_change, propose_removal
from measures.domain.applications import decide
from measures.domain.extensions import apply_extension
from measures.domain.measures import edit_measure
from measures.domain.paper import Paper
from measures.enums import ApplicationState, Verdict
from measures.models import Adjustment, Measure, PlanBaseline
from rectify.accounts.models import User
from seeds.sample_files import sample_file
from tests.conflict_page import resubmitted
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import Small

__all__ = ["neighbour", "small"]

SIGNED = Paper(decided_by_name="党组", decided_on=date(2024, 5, 10), meeting="党组会议第5次")
ON_PAPER = {"way": "paper", "decided_by_name": "党组", "decided_on": "2024.5.10",
            "meeting": "党组会议第5次"}  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def plan_url(small: Small) -> str:
    return reverse("plan", kwargs={"inspection": small.inspection.public_id})


def list_url(small: Small) -> str:
    return reverse("adjustments", kwargs={"inspection": small.inspection.public_id})


def url_of(name: str, measure: Measure) -> str:
    return reverse(name, kwargs={"measure": measure.public_id})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def edited(small: Small, measure: Measure, text: str = "改写的措施") -> Measure:
    return edit_measure(measure, actor=small.office, version=measure.version,
                        values={"text": text}, reason="上级要求", paper=SIGNED)  # fmt: skip


def adjusting(measure: Measure, **changed: object) -> dict[str, object]:
    """The section's form as the browser would send it back."""
    return {
        "version": measure.version, "text": measure.text, "goal": measure.goal,
        "nature": measure.nature, "deadline_text": measure.deadline_text,
        "due_on": measure.due_on or "", "owner": "", "reason": "", **changed,
    }  # fmt: skip


def test_the_office_approves_the_plan(small: Small) -> None:
    bare = small.measure(text="没有领导的措施", leader=None)
    client = client_of(small.office)
    before = text_of(client.get(plan_url(small)))
    assert "措施没有责任领导：1" in before and bare.text in before and "尚未审定" in before
    wrong = client.post(plan_url(small), {"meeting": "党组会议", "approved_on": "2024.3.10"})
    assert wrong.status_code == 422
    assert "不能早于反馈日期" in text_of(wrong) and 'value="党组会议"' in text_of(wrong)
    empty = client.post(plan_url(small), {})
    assert "请填写审议会议" in text_of(empty) and "请填写审定日期" in text_of(empty)
    right = {"meeting": "党组会议第3次", "approved_on": "2024年3月20日"}
    after = client.post(plan_url(small), right, follow=True)
    assert "方案1条 → 现1条：与审定的方案一致" in text_of(after)
    assert "2024年3月20日经党组会议第3次审定" in text_of(after)
    again = client.post(plan_url(small), right)
    assert again.status_code == 422 and "已经审定" in text_of(again)
    assert PlanBaseline.objects.filter(inspection=small.inspection).count() == 1


def test_an_empty_plan_says_what_to_do_first(small: Small) -> None:
    html = text_of(client_of(small.office).get(plan_url(small)))
    assert "还没有整改措施" in html and "审定整改方案</button>" not in html


def test_the_difference_is_explained_on_the_page(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edited(small, measure)
    html = text_of(client_of(small.office).get(plan_url(small)))
    for words in ("方案1条 → 现1条：修改1条", "建立台账", "改写的措施", "上级要求", "党组会议第5次",
                  "纸质签批代录", f"{small.office.name}代录"):  # fmt: skip
        assert words in html, words
    assert "没有对应的决定" not in html
    Measure.objects.filter(pk=measure.pk).update(goal="悄悄写入")
    assert "有 1 条措施的改动没有对应的" in text_of(client_of(small.office).get(plan_url(small)))


def test_who_reads_only_summaries_sees_no_reason(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edited(small, measure)
    html = text_of(client_of(small.other_leader).get(plan_url(small)))
    assert "改写的措施" in html and "不在您的查看范围" in html
    assert "上级要求" not in html and "没有对应的决定" not in html


def test_a_section_sees_its_own_part(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    edited(small, measure)
    assert "修改1条" in text_of(client_of(small.clerk).get(plan_url(small)))
    html = text_of(client_of(small.stranger).get(plan_url(small)))
    assert "方案0条 → 现0条" in html and "改写的措施" not in html and "您所在科室" in html
    assert "改写的措施" not in text_of(client_of(small.stranger).get(list_url(small)))


@pytest.mark.parametrize(("who", "answer"), [("clerk", 403), ("leader", 403), ("sysadmin", 404)])
def test_others_do_not_approve(small: Small, who: str, answer: int) -> None:
    small.measure()
    form = {"meeting": "党组会议", "approved_on": "2024.3.20"}
    assert client_of(getattr(small, who)).post(plan_url(small), form).status_code == answer
    assert not PlanBaseline.objects.filter(inspection=small.inspection).exists()


def test_another_bureau_finds_nothing(small: Small, neighbour: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    client = client_of(neighbour.office)
    for url in (plan_url(small), list_url(small), url_of("measure_adjust", measure),
                url_of("measure_remove", measure)):  # fmt: skip
        assert client.get(url).status_code == 404, url
        assert client.post(url, {"reason": "越权", "version": 1}).status_code in {404, 405}
    assert not Adjustment.objects.filter(measure=measure).exists()


def test_the_section_asks_for_an_adjustment(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    client, url = client_of(small.clerk), url_of("measure_adjust", measure)
    assert "建立台账" in text_of(client.get(url))
    bare = client.post(url, adjusting(measure, text="改写"))
    assert bare.status_code == 422 and "请填写调整理由" in text_of(bare)
    same = client.post(url, adjusting(measure, reason="细化"))
    assert same.status_code == 422 and "没有改动任何内容" in text_of(same)
    sent = adjusting(
        measure, text="改写", due_on="", deadline_text="2024年8月31日前", owner="", reason="细化"
    )
    done = client.post(url, sent, follow=True)
    assert "已提交措施调整申请" in text_of(done)
    asked = Adjustment.objects.get(measure=measure)
    assert asked.changes["due_on"] == ["2024-06-30", "2024-08-31"]
    assert set(asked.changes) == {"text", "due_on", "deadline_text"}
    assert Measure.objects.get(pk=measure.pk).text == "建立台账"


def test_a_returned_adjustment_is_filled_in_again(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    asked = propose_change(measure, actor=small.clerk, values={"text": "改写"}, reason="细化")
    decide(asked, actor=small.office, version=asked.version, verdict=Verdict.RETURNED,
           comment="请写明频次")  # fmt: skip
    client, url = client_of(small.clerk), url_of("measure_adjust", measure)
    html = text_of(client.get(url))
    assert "请写明频次" in html and "改写</textarea>" in html and "细化</textarea>" in html
    again = adjusting(measure, text="每季度改写", reason="细化")
    assert client.post(url, again).status_code == 302
    kept = Adjustment.objects.get(measure=measure)
    assert kept.pk == asked.pk and kept.state == ApplicationState.REVIEWING
    assert kept.changes == {"text": ["建立台账", "每季度改写"]}


def test_who_asks_second_sees_both_texts(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    late_form = adjusting(measure, goal="后写的目标", reason="细化")
    edited(small, measure)
    late = client_of(small.clerk).post(url_of("measure_adjust", measure), late_form)
    assert late.status_code == 409
    html = text_of(late)
    assert "后写的目标" in html and "改写的措施" in html and "细化" in html
    again = client_of(small.clerk).post(url_of("measure_adjust", measure), resubmitted(late))
    assert again.status_code == 302
    assert set(Adjustment.objects.filter(measure=measure).latest("pk").changes) == {"goal"}


@pytest.mark.parametrize("name", ["measure_adjust", "measure_remove"])
@pytest.mark.parametrize(
    ("who", "answer"),
    [("helper", 403), ("stranger", 404), ("leader", 403), ("party_member", 403),
     ("discipline", 403), ("auditor", 404)],
)  # fmt: skip
def test_only_the_lead_section_and_the_office_ask(
    small: Small, name: str, who: str, answer: int
) -> None:
    measure = small.measure()
    small.freeze_plan()
    client = client_of(getattr(small, who))
    form = adjusting(measure, text="越权", reason="越权")
    assert client.get(url_of(name, measure)).status_code == answer
    assert client.post(url_of(name, measure), form).status_code == answer
    assert not Adjustment.objects.filter(measure=measure).exists()


def test_before_the_approval_a_section_has_nothing_to_ask(small: Small) -> None:
    measure = small.measure()
    client = client_of(small.clerk)
    for name in ("measure_adjust", "measure_remove"):
        answer = client.post(url_of(name, measure), adjusting(measure, reason="细化"), follow=True)
        assert "整改方案还没有审定" in text_of(answer)
    assert Measure.objects.current().filter(pk=measure.pk).exists()


def test_before_the_approval_the_office_takes_out_with_a_reason_alone(small: Small) -> None:
    measure = small.measure()
    client, url = client_of(small.office), url_of("measure_remove", measure)
    assert "签批人" not in text_of(client.get(url))
    empty = client.post(url, {"version": 1})
    assert empty.status_code == 422 and "请写明取消这条措施的理由" in text_of(empty)
    done = client.post(url, {"version": 1, "reason": "与另一条重复"}, follow=True)
    assert "已取消这条措施" in text_of(done)
    measure.refresh_from_db()
    assert measure.archived_at is not None
    assert not Adjustment.objects.filter(measure=measure).exists()
    late = client.get(url, follow=True)
    assert "已归档，内容只读" in text_of(late)


def test_afterwards_a_removal_is_decided(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    client, url = client_of(small.office), url_of("measure_remove", measure)
    form = {"version": 1, "reason": "与另一条重复"}
    undecided = client.post(url, form)
    assert undecided.status_code == 422 and "须经审定" in text_of(undecided)
    assert "与另一条重复" in text_of(undecided)
    scan = SimpleUploadedFile("签批单.pdf", sample_file("签批单.pdf", "removal"))
    assert client.post(url, {**form, **ON_PAPER, "scan": scan}).status_code == 302
    measure.refresh_from_db()
    assert measure.archived_at is not None
    kept = Adjustment.objects.get(measure=measure)
    assert kept.decisions.get().scan is not None
    html = text_of(client.get(plan_url(small)))
    assert "方案1条 → 现0条：取消1条" in html and "与另一条重复" in html


@pytest.mark.parametrize("who", ["office", "clerk"])
def test_a_removal_may_be_proposed(small: Small, who: str) -> None:
    measure = small.measure()
    small.freeze_plan()
    client = client_of(getattr(small, who))
    form = {"version": 1, "reason": "与另一条重复", "way": "propose"}
    done = client.post(url_of("measure_remove", measure), form, follow=True)
    assert "已提交措施调整申请" in text_of(done)
    asked = Adjustment.objects.get(measure=measure)
    assert (asked.act, asked.state) == ("remove", ApplicationState.REVIEWING)
    assert Measure.objects.current().filter(pk=measure.pk).exists()


def test_a_section_cannot_record_a_paper(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    form = {"version": 1, "reason": "与另一条重复", **ON_PAPER}
    client_of(small.clerk).post(url_of("measure_remove", measure), form)
    asked = Adjustment.objects.get(measure=measure)
    assert asked.state in ApplicationState.pending() and not asked.decisions.exists()


def test_the_list_tells_every_adjustment(small: Small) -> None:
    measure, other = small.measure(), small.measure(text="另一条", owner=small.clerk)
    client = client_of(small.office)
    assert "没有措施调整" in text_of(client.get(list_url(small)))
    small.freeze_plan()
    edited(small, measure)
    propose_change(other, actor=small.clerk, values={"owner": small.helper}, reason="分工变动")
    html = text_of(client.get(list_url(small)))
    for words in ("共 2 件", "建立台账 → 改写的措施", "上级要求", "党组会议第5次", "纸质签批代录",
                  "分工变动", f"{small.clerk.name} → {small.helper.name}",
                  ApplicationState.REVIEWING.label):  # fmt: skip
        assert words in html, words
    party = text_of(client_of(small.party_member).get(list_url(small)))
    assert "分工变动" in party and f"→ {small.helper.name}" not in party


def test_a_proposed_measure_is_told_with_all_that_the_plan_would_say(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    values = {"text": "拟增的措施", "leader": small.leader, "due_on": date(2024, 9, 30),
              "lead_section": small.led, "support_sections": [small.supporting]}  # fmt: skip
    propose_addition(small.task, actor=small.office, values=values, reason="举一反三")
    html = text_of(client_of(small.leader).get(list_url(small)))
    for words in ("拟增的措施", "2024年9月30日", "业务科", "财务科", "举一反三"):
        assert words in html, words


def test_what_waits_on_a_measure_ends_when_it_is_taken_out(small: Small) -> None:
    measure = small.measure()
    small.freeze_plan()
    waiting = apply_extension(measure, actor=small.clerk, reason="系统未上线",
                              new_due_on=date(2024, 9, 30))  # fmt: skip
    asked = propose_removal(measure, actor=small.clerk, reason="与另一条重复")
    for actor in (small.office, small.leader):
        decide(asked, actor=actor, version=asked.version, verdict=Verdict.ACCEPTED)
    waiting.refresh_from_db()
    assert waiting.state == ApplicationState.VOIDED
    asked.refresh_from_db()
    assert asked.state == ApplicationState.ACCEPTED


@pytest.mark.parametrize("name", ["plan", "adjustments"])
def test_the_queries_do_not_grow(small: Small, name: str) -> None:
    first = small.measure()
    small.freeze_plan()
    edited(small, first)
    client = client_of(small.office)
    url = plan_url(small) if name == "plan" else list_url(small)

    def queries() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    one = queries()
    for text in ("乙", "丙"):
        edited(small, Measure.objects.get(pk=first.pk), text)
    assert queries() == one
