"""Asking about a measure and deciding on its page: every refusal has its sentence and its field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from issues.models import Inspection
from measures.domain.adjustments import propose_addition, propose_change
from measures.domain.applications import decide, withdraw
from measures.domain.closure import apply_closure
from measures.enums import ApplicationState, Medium, Status, Verdict
from measures.models import ClosureApplication, Decision, Evidence, Measure
from rectify.lib.clock import at
from seeds.sample_files import sample_file
from tests.measures.domain.small_bureau import Small, build, noon
from tests.measures.views.acting import client, closed, fresh, of, of_one, post, words


@pytest.fixture
def small(db: None) -> Iterator[Small]:
    with at(noon()):
        yield build()


@pytest.fixture
def neighbour(small: Small) -> Small:
    return build("neighbour")


def scan(name: str = "签批单.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample_file(name, "scan"))


def test_what_is_missing_is_said_before_and_nothing_is_filed(small: Small) -> None:
    measure = small.measure()
    url = of(measure, "measure_closure")
    page = words(client(small.clerk).get(url))
    for missing in ("状态为“已完成”", "填写整改情况", "上传佐证材料"):
        assert missing in page
    assert "还须状态为“已完成”、填写整改情况、上传佐证材料" in words(
        client(small.clerk).get(of(measure))
    )
    answer = post(small.clerk, url, reason="保留这句话")
    assert answer.status_code == 422
    assert "须先状态为" in words(answer) and "保留这句话" in words(answer)
    assert not ClosureApplication.objects.filter(measure=measure).exists()


def test_section_applies_office_reviews_leader_closes_each_on_the_page(small: Small) -> None:
    measure = small.completed()
    assert of(measure, "measure_closure") in words(client(small.clerk).get(of(measure)))
    answer = post(small.clerk, of(measure, "measure_closure"), reason="已全部落实")
    assert answer.status_code == 302
    one = ClosureApplication.objects.get(measure=measure)
    office = words(client(small.office).get(of(measure)))
    assert of_one(one) in office and "已全部落实" in office and "同意</button>" in office
    leader = words(client(small.leader).get(of(measure)))
    assert "由局办公室（整改办）办理" in leader and "同意</button>" not in leader
    done = post(small.office, of_one(one), version=one.version, verdict="accepted",
                comment="材料齐全", next=of(measure))  # fmt: skip
    assert (done.status_code, done["Location"]) == (302, of(measure))
    one = fresh(one)
    assert one.state == ApplicationState.DECIDING
    assert post(small.leader, of_one(one), version=one.version,
                verdict="accepted").status_code == 302  # fmt: skip
    assert fresh(measure).closed_at is not None
    page = words(client(small.party_member).get(of(measure)))
    for step in ("材料齐全", "办公室初审", "分管领导审定", "未抽核"):
        assert step in page


def test_a_return_without_words_stands_beside_the_field(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    answer = post(small.office, of_one(one), version=one.version, verdict="returned")
    assert answer.status_code == 422
    assert "退回须写明意见" in str(answer.context["form"].errors["comment"])
    assert fresh(one).state == ApplicationState.REVIEWING
    assert post(small.office, of_one(one), version=one.version, verdict="returned",
                comment="缺少签收表").status_code == 302  # fmt: skip
    page = words(client(small.clerk).get(of(one.measure)))
    assert "缺少签收表" in page and "已退回" in page


def test_who_decides_second_is_told_who_was_first_and_keeps_the_comment(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    seen = one.version
    assert post(small.office, of_one(one), version=seen, verdict="accepted").status_code == 302
    late = post(small.reviewer, of_one(one), version=seen, verdict="returned",
                comment="我认为<还>不行")  # fmt: skip
    page = words(late)
    assert late.status_code == 409
    assert "office（small）" in page and "您的意见没有保存" in page
    assert "我认为&lt;还&gt;不行" in page
    assert Decision.objects.filter(closure=one).count() == 1


def test_deciding_on_a_withdrawn_application_is_a_conflict_in_words(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    seen = one.version
    withdraw(one, actor=small.clerk, version=seen)
    late = post(small.office, of_one(one), version=seen, verdict="accepted", comment="同意办结")
    assert late.status_code == 409
    assert "该申请已被撤回" in words(late) and "同意办结" in words(late)
    gone = client(small.office).get(of_one(one), follow=True)
    assert "该申请已被撤回" in words(gone)


def test_withdrawing_is_for_the_section_and_the_office(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    url = of_one(one, act="withdraw")
    for who in (small.leader, small.party_member, small.discipline, small.helper):
        assert post(who, url, version=one.version).status_code == 403
    assert post(small.stranger, url, version=one.version).status_code == 404
    assert client(small.clerk).get(url).status_code == 405
    assert post(small.clerk, url).status_code == 422
    assert post(small.clerk, url, version=one.version).status_code == 302
    assert fresh(one).state == ApplicationState.WITHDRAWN
    late = post(small.clerk, url, version=one.version)
    assert late.status_code == 409 and "已被撤回" in words(late)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("clerk", 403), ("helper", 403), ("party_member", 403), ("secretary", 403),
        ("stranger", 404), ("other_leader", 404), ("sysadmin", 404), ("auditor", 404),
    ],
)  # fmt: skip
def test_who_has_no_part_decides_nothing(small: Small, who: str, status: int) -> None:
    one = apply_closure(small.completed(), actor=small.office)
    user = getattr(small, who)
    assert client(user).get(of_one(one)).status_code == status
    answer = post(user, of_one(one), version=one.version, verdict="accepted")
    assert answer.status_code == status
    if status == 403:
        assert "由局办公室（整改办）办理" in words(answer)
    assert fresh(one).state == ApplicationState.REVIEWING


def test_an_outsider_and_an_unknown_route_find_nothing(small: Small, neighbour: Small) -> None:
    measure = small.completed()
    one = apply_closure(measure, actor=small.clerk)
    for user in (neighbour.office, neighbour.clerk, neighbour.leader):
        for url in (of_one(one), *(of(measure, f"measure_{act}")
                                   for act in ("closure", "extension", "reopen"))):  # fmt: skip
            assert client(user).get(url).status_code == 404
            assert post(user, url, version=1, verdict="accepted").status_code == 404
    assert client(small.office).get(of_one(one, route="extension")).status_code == 404
    assert client(small.office).get(of_one(one, route="nothing")).status_code == 404


def test_the_applicant_does_not_decide_and_is_told_why(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.office)
    page = words(client(small.office).get(of(one.measure)))
    assert "申请人不能办理自己的申请" in page and "同意</button>" not in page
    answer = post(small.office, of_one(one), version=one.version, verdict="accepted")
    assert answer.status_code == 422 and "申请人不能办理自己的申请" in words(answer)


def test_a_paper_decision_is_marked_for_ever_with_its_scan(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    decide(one, actor=small.office, version=one.version, verdict=Verdict.ACCEPTED)
    one = fresh(one)
    form = client(small.office).get(of_one(one)).context["form"]
    assert form.only_paper
    people = [person.name for person in form.fields["decided_by"].queryset]
    assert people == [small.leader.name, small.other_leader.name, small.party_member.name,
                      small.secretary.name]  # fmt: skip
    data = {
        "version": one.version, "verdict": "accepted", "paper": "on", "comment": "同意销号",
        "decided_by": str(small.secretary.public_id), "decided_on": "2024.5.14",
        "meeting": "党组会议2024年第4次会议", "scan": scan(),
    }  # fmt: skip
    assert post(small.office, of_one(one), **data).status_code == 302
    decision = Decision.objects.get(closure=one, step="leader")
    assert (decision.medium, decision.decided_by, decision.recorded_by) == (
        Medium.PAPER, small.secretary, small.office,
    )  # fmt: skip
    kept = Evidence.objects.get(decisions=decision)
    assert kept.original_name == "签批单.pdf" and not kept.links.exists()
    page = words(client(small.leader).get(of(one.measure)))
    for shown in (
        "纸质签批代录",
        "office（small）代录",
        "党组会议2024年第4次会议",
        "2024年5月14日",
    ):
        assert shown in page
    download = reverse("evidence", kwargs={"evidence": kept.public_id})
    assert download in page
    taken: Any = client(small.leader).get(download)
    assert (taken.status_code, len(taken.getvalue())) == (200, kept.size)
    party = words(client(small.party_member).get(of(one.measure)))
    assert download not in party and "附扫描件" in party
    for user in (small.party_member, small.other_leader, small.stranger):
        assert client(user).get(download).status_code == 404


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"decided_by_name": ""}, "decided_by_name", "请填写在纸质材料上签批的人或会议"),
        ({"decided_on": ""}, "decided_on", "请填写签批日期"),
        ({"decided_on": "2024.5.16"}, "decided_on", "日期不能晚于今天"),
        ({"decided_on": "2024.3.1"}, "decided_on", "不能早于进驻日期"),
        ({"decided_on": "上周三"}, "decided_on", "不是日期"),
        ({"decided_by_name": "clerk（small）"}, "decided_by", "申请人不能审定自己的申请"),
        ({"paper": ""}, "paper", "请勾选这一项"),
        ({"verdict": ""}, "verdict", "请选择同意或退回"),
        ({"verdict": "maybe"}, "verdict", "已不可用"),
        ({"decided_by": "11111111-1111-4111-8111-111111111111"}, "decided_by", "重新选择"),
    ],
)
def test_a_paper_that_says_too_little_is_refused_beside_the_field(
    small: Small, changed: dict[str, str], field: str, sentence: str
) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    data = {
        "version": one.version, "verdict": "accepted", "paper": "on", "comment": "保留的意见",
        "decided_by_name": "局长", "decided_on": "2024.5.14", **changed,
    }  # fmt: skip
    answer = post(small.office, of_one(one), **data)
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert "保留的意见" in words(answer)
    assert (
        fresh(one).state == ApplicationState.REVIEWING
        and not Decision.objects.filter(closure=one).exists()
    )


def test_a_scan_that_is_no_document_is_refused_and_nothing_is_kept(small: Small) -> None:
    one = apply_closure(small.completed(), actor=small.clerk)
    files = Evidence.objects.count()
    answer = post(
        small.office, of_one(one), version=one.version, verdict="accepted", paper="on",
        decided_by_name="局长", decided_on="2024.5.14", comment="保留的意见",
        scan=SimpleUploadedFile("签批.html", b"<script>"),
    )  # fmt: skip
    assert answer.status_code == 400
    assert "不接受这种文件" in words(answer) and "保留的意见" in words(answer)
    assert Evidence.objects.count() == files and not Decision.objects.filter(closure=one).exists()


def test_the_office_reopens_a_closed_measure_by_a_paper(small: Small) -> None:
    measure = closed(small)
    page = words(client(small.clerk).get(of(measure)))
    assert "由局办公室（整改办）按决定代录" in page and "已销号，内容只读" in page
    url = of(measure, "measure_reopen")
    assert post(small.clerk, url, version=measure.version).status_code == 403
    data = {"version": measure.version, "reason": "问题反弹", "decided_by_name": "党组会议",
            "decided_on": "2024.5.15", "meeting": "党组会议2024年第5次会议"}  # fmt: skip
    for missing, sentence in (("reason", "请填写理由"), ("decided_by_name", "签批的人或会议"),
                              ("decided_on", "请填写签批日期")):  # fmt: skip
        answer = post(small.office, url, **{**data, missing: ""})
        assert answer.status_code == 422
        assert sentence in str(answer.context["form"].errors[missing])
        assert "党组会议2024年第5次会议" in words(answer)
    assert post(small.office, url, **data, scan=scan("重启决定.pdf")).status_code == 302
    again = fresh(measure)
    assert (again.closed_at, again.status) == (None, Status.IN_PROGRESS)
    page = words(client(small.clerk).get(of(measure)))
    assert "问题反弹（党组会议2024年第5次会议，党组会议，2024年5月15日，纸质签批代录）" in page
    assert "重启决定.pdf" in page
    office = client(small.office)
    refused = office.get(url)
    assert refused.status_code == 302
    assert "没有销号，不需要重新启动" in words(office.get(refused["Location"]))


def test_a_closed_measure_of_an_archived_inspection_is_not_reopened(small: Small) -> None:
    measure = closed(small)
    small.inspection.__class__.objects.filter(pk=small.inspection.pk).update(archived_at=noon())
    answer = post(small.office, of(measure, "measure_reopen"), version=measure.version,
                  reason="问题反弹", decided_by_name="局长", decided_on="2024.5.15")  # fmt: skip
    assert answer.status_code == 422 and "问题反弹" in words(answer)
    assert fresh(measure).closed_at is not None


def test_nothing_is_asked_about_a_closed_measure(small: Small) -> None:
    measure = closed(small)
    for act in ("closure", "extension"):
        url = of(measure, f"measure_{act}")
        assert "已销号，内容只读" in words(client(small.clerk).get(url, follow=True))
        post(small.clerk, url, reason="再来", new_due_on="2024.9.30")
    assert measure.closures.count() == 1 and not measure.extensions.exists()


def test_every_action_states_its_reason_to_whoever_may_not(small: Small) -> None:
    measure = small.measure()
    helper = words(client(small.helper).get(of(measure)))
    assert "由业务科或局办公室（整改办）提出" in helper
    assert "整改方案审定前由整改办直接修改" in words(client(small.clerk).get(of(measure)))
    assert "可以办理" not in words(client(small.party_member).get(of(measure)))
    one = apply_closure(small.completed(), actor=small.clerk)
    leader = client(small.leader).get(of(one.measure))
    action = next(row for row in leader.context["actions"] if row.word.startswith("办理销号申请"))
    assert (action.url, action.why) == ("", "由局办公室（整改办）办理")


def test_an_adjustment_shows_its_columns_and_who_decided(small: Small) -> None:
    measure = small.measure(text="建立台账", due_on=date(2024, 6, 30))
    small.freeze_plan()
    one = propose_change(
        measure, actor=small.clerk, reason="原措施不够具体",
        values={"text": "建立并按月核对台账", "due_on": date(2024, 7, 31),
                "support_sections": [small.other]},
    )  # fmt: skip
    page = words(client(small.office).get(of(measure)))
    for shown in (
        "措施调整申请（修改措施）", "原措施不够具体", "建立并按月核对台账", "2024年7月31日",
        "财务科", "综合科", "分管领导审定",
    ):  # fmt: skip
        assert shown in page
    for user in (small.office, small.leader):
        answer = post(user, of_one(one, "adjustment"), version=fresh(one).version,
                      verdict="accepted")  # fmt: skip
        assert answer.status_code == 302
    assert fresh(measure).text == "建立并按月核对台账"


def test_the_party_group_decides_in_a_meeting_that_the_office_records(small: Small) -> None:
    Inspection.objects.filter(pk=small.inspection.pk).update(closure_gate="party_group")
    one = apply_closure(small.completed(), actor=small.clerk)
    for user in (small.office, small.leader):
        one = decide(fresh(one), actor=user, version=fresh(one).version, verdict=Verdict.ACCEPTED)
    assert one.state == ApplicationState.PARTY_GROUP
    page = words(client(small.office).get(of(one.measure)))
    assert "同意</button>" not in page and "代录销号申请的签批" in page
    data = {"version": one.version, "verdict": "accepted", "decided_by_name": "党组会议",
            "decided_on": "2024.5.15"}  # fmt: skip
    without = post(small.office, of_one(one), **data)
    assert "请填写作出决定的党组会议" in str(without.context["form"].errors["meeting"])
    met = post(small.office, of_one(one), **data, meeting="党组会议2024年第6次会议")
    assert met.status_code == 302
    assert fresh(one.measure).closed_at is not None


def test_the_second_decider_may_go_on_where_something_is_left_to_decide(small: Small) -> None:
    """The application came back and was filed again while the page lay open."""
    one = apply_closure(small.completed(), actor=small.clerk)
    seen = one.version
    decide(one, actor=small.office, version=seen, verdict=Verdict.RETURNED, comment="缺签收表")
    again = apply_closure(one.measure, actor=small.clerk, reason="已补")
    late = post(small.reviewer, of_one(again), version=seen, verdict="accepted", comment="同意")
    assert late.status_code == 409 and "缺签收表" in words(late)
    form = late.context["form"]
    assert (form["version"].value(), form["comment"].value()) == (again.version, "同意")
    done = post(small.reviewer, of_one(again), version=again.version, verdict="accepted")
    assert done.status_code == 302


def test_a_measure_that_is_only_proposed_is_decided_by_its_leader(small: Small) -> None:
    small.measure()
    small.freeze_plan()
    one = propose_addition(
        small.task, actor=small.office, reason="反馈后新发现",
        values={"text": "清理历史台账", "leader": small.other_leader, "lead_section": small.led},
    )  # fmt: skip
    url = of_one(one, "adjustment")
    assert client(small.clerk).get(url).status_code == 404
    assert "清理历史台账" in words(client(small.reviewer).get(url))
    assert post(small.reviewer, url, version=one.version, verdict="accepted").status_code == 302
    assert client(small.leader).get(url).status_code == 404
    answer = post(small.other_leader, url, version=fresh(one).version, verdict="accepted")
    assert answer.status_code == 302
    assert Measure.objects.filter(text="清理历史台账", leader=small.other_leader).exists()
