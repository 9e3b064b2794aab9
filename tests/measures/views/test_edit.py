"""The office adds measures and changes what the plan says of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from issues.models import Task
from measures.domain.applications import decide
from measures.enums import ApplicationState, Verdict
from measures.models import Adjustment, Measure, PlanBaseline
from rectify.accounts.models import User
from rectify.lib.clock import today
from seeds.sample_files import sample_file
from tests.conflict_page import resubmitted, sides
from tests.conftest import Demo

LogIn = Callable[[str], Client]
# A decision of the party group, recorded by the office.
PAPER = {
    "reason": "上级要求", "way": "paper", "decided_by_name": "党组",
    "decided_on": today().isoformat(), "meeting": "党组会议第5次",
}  # fmt: skip


def edit_url(measure: Measure) -> str:
    return reverse("measure_edit", kwargs={"measure": measure.public_id})


def new_url(task: Task) -> str:
    return reverse("measure_new", kwargs={"task": task.public_id})


@pytest.fixture
def open_one(demo: Demo) -> Measure:
    return demo.measure(
        demo.b, closed_at=None, leader__isnull=False, lead_section__isnull=False,
        owner__isnull=False,
    )  # fmt: skip


def filled(measure: Measure, **changed: object) -> dict[str, object]:
    """The edit form as the browser would send it back."""
    names = (
        "text", "goal", "root_cause", "nature", "deadline_text", "stage_goal", "recurrence",
        "remark", "disclosure", "disclosure_basis", "disclosure_reason", "version",
    )  # fmt: skip
    data: dict[str, object] = {name: getattr(measure, name) for name in names}
    for name in ("due_on", "next_review_on", "next_report_on"):
        data[name] = getattr(measure, name) or ""
    for name in ("leader", "owner", "lead_section", "disclosure_approver"):
        row = getattr(measure, name)
        data[name] = row.public_id if row else ""
    data["co_leaders"] = [row.user.public_id for row in measure.co_leads.all()]
    data["support_sections"] = [row.section.public_id for row in measure.supports.all()]
    return {**data, "reason": "", **changed}


def test_after_the_plan_is_approved_a_change_needs_its_reason(
    open_one: Measure, as_user: LogIn
) -> None:
    assert PlanBaseline.objects.filter(inspection=open_one.inspection).exists()
    client = as_user("office-b")
    changed = filled(open_one, text="换一个做法", due_on="２０２７.5.12")
    refused = client.post(edit_url(open_one), changed)
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode() and "换一个做法" in refused.content.decode()
    undecided = client.post(edit_url(open_one), {**changed, "reason": "上级要求"})
    assert undecided.status_code == 422 and "须经审定" in undecided.content.decode()
    before = Adjustment.objects.count()
    saved = client.post(edit_url(open_one), {**changed, **PAPER})
    assert saved.status_code == 302
    open_one.refresh_from_db()
    assert open_one.text == "换一个做法"
    assert open_one.due_on and open_one.due_on.isoformat() == "2027-05-12"
    assert Adjustment.objects.count() == before + 1
    decision = Adjustment.objects.filter(measure=open_one).latest("pk").decisions.get()
    assert (decision.decided_by_name, decision.meeting) == ("党组", "党组会议第5次")
    assert (decision.medium, decision.recorded_by) == (
        "paper",
        User.objects.get(username="office-b"),
    )


def test_a_paper_states_who_signed_it_and_when(open_one: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    changed = filled(open_one, text="换一个做法", reason="上级要求", way="paper")
    refused = client.post(edit_url(open_one), changed)
    html = refused.content.decode()
    assert refused.status_code == 422 and "请填写签批日期" in html and "换一个做法" in html
    nobody = client.post(edit_url(open_one), {**changed, "decided_on": PAPER["decided_on"]})
    assert nobody.status_code == 422
    assert "请填写在纸质材料上签批的人或会议" in nobody.content.decode()
    unasked = client.post(edit_url(open_one), {**changed, "way": "propose", "meeting": "党组会议"})
    assert unasked.status_code == 422 and "填写了签批信息" in unasked.content.decode()


def test_the_scan_of_the_paper_is_kept_with_the_decision(open_one: Measure, as_user: LogIn) -> None:
    scan = SimpleUploadedFile("签批单.pdf", sample_file("签批单.pdf", "scan"))
    changed = filled(open_one, text="换一个做法", **PAPER, scan=scan)
    assert as_user("office-b").post(edit_url(open_one), changed).status_code == 302
    decision = Adjustment.objects.filter(measure=open_one).latest("pk").decisions.get()
    assert decision.scan is not None and decision.scan.original_name == "签批单.pdf"
    assert decision.scan.inspection == open_one.inspection


def test_a_scan_that_is_no_document_is_refused_beside_its_field(
    open_one: Measure, as_user: LogIn
) -> None:
    scan = SimpleUploadedFile("签批单.exe", b"MZ")
    changed = filled(open_one, text="换一个做法", **PAPER, scan=scan)
    refused = as_user("office-b").post(edit_url(open_one), changed)
    assert refused.status_code == 422 and "不接受这种文件" in refused.content.decode()
    assert not Adjustment.objects.filter(measure=open_one, reason="上级要求").exists()


def test_the_leader_may_be_asked_and_the_rest_is_saved_at_once(
    open_one: Measure, as_user: LogIn
) -> None:
    text = open_one.text
    changed = filled(open_one, text="换一个做法", remark="记一笔", reason="上级要求", way="propose")
    saved = as_user("office-b").post(edit_url(open_one), changed, follow=True)
    assert "已提交措施调整申请" in saved.content.decode()
    open_one.refresh_from_db()
    assert (open_one.text, open_one.remark) == (text, "记一笔")
    proposal = Adjustment.objects.filter(measure=open_one).latest("pk")
    assert proposal.state in ApplicationState.pending()
    assert proposal.changes == {"text": [text, "换一个做法"]}


def test_a_proposal_about_a_measure_that_others_changed_meets_the_conflict_page(
    open_one: Measure, as_user: LogIn
) -> None:
    client = as_user("office-b")
    asked = filled(open_one, text="换一个做法", reason="上级要求", way="propose")
    assert client.post(edit_url(open_one), filled(open_one, remark="先写的")).status_code == 302
    late = client.post(edit_url(open_one), asked)
    assert late.status_code == 409
    html = late.content.decode()
    assert "换一个做法" in html and "上级要求" in html
    assert not Adjustment.objects.filter(measure=open_one, reason="上级要求").exists()


def test_a_remark_needs_no_reason(open_one: Measure, as_user: LogIn) -> None:
    answer = as_user("office-b").post(edit_url(open_one), filled(open_one, remark="记一笔"))
    assert answer.status_code == 302
    open_one.refresh_from_db()
    assert open_one.remark == "记一笔"


def test_people_and_sections_are_those_of_the_bureau_in_their_order(
    open_one: Measure, as_user: LogIn
) -> None:
    html = as_user("office-b").get(edit_url(open_one)).content.decode()
    own = User.objects.of_organization(open_one.organization).order_by("sort_order", "pk")
    places = [html.index(f'value="{user.public_id}"') for user in own]
    assert places == sorted(places)
    stranger = User.objects.get(username="leader-service")
    assert str(stranger.public_id) not in html


@pytest.mark.parametrize("field", ["leader", "owner", "lead_section", "co_leaders"])
def test_a_key_of_another_bureau_is_refused(
    demo: Demo, open_one: Measure, as_user: LogIn, field: str
) -> None:
    foreign: object = (
        demo.a.organization.sections.all()[0].public_id
        if field == "lead_section"
        else User.objects.get(username="leader-service").public_id
    )
    response = as_user("office-b").post(
        edit_url(open_one), filled(open_one, reason="分工", **{field: foreign})
    )
    assert response.status_code == 422
    assert "不属于本单位" in response.content.decode()


def test_what_is_kept_from_the_public_states_why(open_one: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    refused = client.post(edit_url(open_one), filled(open_one, disclosure="withheld"))
    assert refused.status_code == 422 and "不向社会公开须写明理由" in refused.content.decode()
    kept = filled(open_one, disclosure="withheld", disclosure_reason="涉及个人信息")
    assert client.post(edit_url(open_one), kept).status_code == 302
    open_one.refresh_from_db()
    assert open_one.disclosure == "withheld"


def test_who_saves_second_sees_both_texts(open_one: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    first, second = (filled(open_one, remark=remark) for remark in ("先写的备注", "后写的备注"))
    assert client.post(edit_url(open_one), first).status_code == 302
    late = as_user("office-review-b").post(edit_url(open_one), second)
    assert late.status_code == 409
    assert sides(late) == {"备注": ("后写的备注", "先写的备注")}
    assert client.post(edit_url(open_one), resubmitted(late)).status_code == 302
    assert Measure.objects.get(pk=open_one.pk).remark == "后写的备注"


def test_who_saves_second_does_not_undo_what_only_the_first_changed(
    open_one: Measure, as_user: LogIn
) -> None:
    client = as_user("office-b")
    leader, *others = User.objects.of_organization(open_one.organization).order_by("sort_order")
    added = next(one for one in others if one != open_one.leader and one != leader)
    loaded = filled(open_one)
    first = {**loaded, "co_leaders": [added.public_id], "goal": "先写的目标", **PAPER}
    assert client.post(edit_url(open_one), first).status_code == 302
    late = client.post(edit_url(open_one), {**loaded, "remark": "后写的备注"})
    assert late.status_code == 409
    assert sides(late)["共同责任领导"][1] == added.name
    again = resubmitted(late)
    assert again["co_leaders"] == [str(added.public_id)]
    assert client.post(edit_url(open_one), again).status_code == 302
    after = Measure.objects.get(pk=open_one.pk)
    assert [row.user for row in after.co_leads.all()] == [added]
    assert (after.goal, after.remark) == ("先写的目标", "后写的备注")


def test_a_new_measure_stands_last_in_its_task(open_one: Measure, as_user: LogIn) -> None:
    task, client = open_one.task, as_user("office-b")
    assert client.get(new_url(task)).status_code == 200
    section = open_one.lead_section
    assert section is not None
    data = {"text": "新增的措施", "nature": "immediate", "deadline_text": "2027年3月1日前",
            "lead_section": section.public_id}  # fmt: skip
    refused = client.post(new_url(task), data)
    assert refused.status_code == 422 and "请写明理由" in refused.content.decode()
    assert client.post(new_url(task), {**data, **PAPER}).status_code == 302
    last = Measure.objects.filter(task=task).in_order().last()
    assert last is not None and last.text == "新增的措施"
    assert last.due_on and last.due_on.isoformat() == "2027-03-01"
    assert last.lead_section_name == section.name


def test_a_new_measure_may_be_proposed_to_its_leader(open_one: Measure, as_user: LogIn) -> None:
    task, client = open_one.task, as_user("office-b")
    count = Measure.objects.filter(task=task).count()
    data = {"text": "拟增的措施", "nature": "immediate", "deadline_text": "2027年3月1日前",
            "next_review_on": "2027.4.1", "reason": "举一反三", "way": "propose"}  # fmt: skip
    refused = client.post(new_url(task), data)
    assert refused.status_code == 422 and "请选定责任领导" in refused.content.decode()
    leader, approver = open_one.leader, open_one.leader
    assert leader is not None and approver is not None
    kept = {"disclosure": "withheld", "disclosure_reason": "涉及个人信息",
            "disclosure_approver": approver.public_id}  # fmt: skip
    saved = client.post(new_url(task), {**data, **kept, "leader": leader.public_id})
    assert saved.status_code == 302 and saved.headers["Location"].endswith("/adjustments/")
    assert Measure.objects.filter(task=task).count() == count
    proposal = Adjustment.objects.filter(task=task).latest("pk")
    assert (proposal.leader, proposal.act) == (leader, "add")
    decide(proposal, actor=User.objects.get(username="office-review-b"), version=proposal.version,
           verdict=Verdict.ACCEPTED)  # fmt: skip
    decide(proposal, actor=leader, version=proposal.version, verdict=Verdict.ACCEPTED)
    new = Measure.objects.filter(task=task).in_order().last()
    assert new is not None and new.text == "拟增的措施"
    assert new.disclosure_approver == approver
    assert new.next_review_on and new.next_review_on.isoformat() == "2027-04-01"


def test_an_empty_form_says_what_is_missing(open_one: Measure, as_user: LogIn) -> None:
    client = as_user("office-b")
    for url in (new_url(open_one.task), edit_url(open_one)):
        response = client.post(url, {})
        assert response.status_code == 422
        assert "请填写整改措施" in response.content.decode()


def test_a_closed_measure_cannot_be_edited(demo: Demo, as_user: LogIn) -> None:
    closed = demo.measure(demo.b, closed_at__isnull=False)
    response = as_user("office-b").get(edit_url(closed), follow=True)
    assert "内容只读" in response.content.decode()
    as_user("office-b").post(edit_url(closed), filled(closed, remark="改"))
    assert Measure.objects.get(pk=closed.pk).remark == closed.remark


@pytest.mark.parametrize(
    ("reader", "edit", "new"),
    [("office", 404, 404), ("party-member-b", 403, 403), ("secretary-b", 403, 403),
     ("oversight", 403, 403), ("clerk-service", 404, 404), ("sysadmin-b", 404, 404)],
)  # fmt: skip
def test_only_the_office_opens_the_forms(
    open_one: Measure, as_user: LogIn, reader: str, edit: int, new: int
) -> None:
    client = as_user(reader)
    for method in (client.get, client.post):
        assert method(edit_url(open_one)).status_code == edit
        assert method(new_url(open_one.task)).status_code == new
