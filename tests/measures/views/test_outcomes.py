"""Forms of outcomes: what they take, what they say beside the field, and what stays typed."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from measures.domain.outcomes import MODELS, add_outcome
from measures.enums import MoneyKind, PersonForm
from measures.models import Measure, MoneyOutcome, PersonOutcome
from rectify.accounts.models import User
from rectify.audit.models import Event
from seeds.sample_files import sample_file
from tests.conflict_page import resubmitted, sides
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import ENTERED, TODAY, Small

__all__ = ["neighbour", "small"]

VALID: dict[str, dict[str, str]] = {
    "rule": {
        "title": "《台账管理办法（试行）》", "action": "create", "stage": "issued",
        "happened_on": "2024.5.10", "number": "某局〔2024〕5号",
    },
    "money": {
        "kind": "refund", "due_fen": "１．２万元", "paid_fen": "2,000", "payer": "张某",
        "account": "财政专户", "voucher": "第1号", "happened_on": "2024年5月10日",
    },
    "person": {"form": "summons", "persons": "２", "occasions": "3", "happened_on": "20240510"},
    "meeting": {"kind": "special", "title": "研究整改", "presided_by": "李某"},
    "count": {"label": "签订责任书", "value": "1,183", "unit": "份"},
}  # fmt: skip


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def new_url(small: Small, kind: str, measure: Measure | None = None) -> str:
    address = reverse(f"outcome_{kind}_new", kwargs={"inspection": small.inspection.public_id})
    return f"{address}?measure={measure.public_id}" if measure is not None else address


def edit_url(kind: str, row: Any, name: str = "outcome_edit") -> str:
    return reverse(name, kwargs={"kind": kind, "outcome": row.public_id})


def post(small: Small, kind: str, user: User | None = None, /, **changed: Any) -> Any:
    """The form with these changes; None takes a field out."""
    data = {name: value for name, value in {**VALID[kind], **changed}.items() if value is not None}
    return client_of(user or small.office).post(new_url(small, kind), data)


def stored(small: Small, kind: str) -> Any:
    """The outcomes of the inspection: the demo has others."""
    return MODELS[kind]._default_manager.filter(inspection=small.inspection)


def words(response: Any) -> str:
    return unescape(response.content.decode())


def beside(response: Any) -> dict[str, str]:
    """By field: what is said beside it."""
    return {name: " ".join(errors) for name, errors in response.context["form"].errors.items()}


def money(small: Small, *measures: Measure, **more: Any) -> MoneyOutcome:
    values = {"kind": MoneyKind.REFUND, "due_fen": 100, "happened_on": TODAY, **more}
    outcome = MoneyOutcome(inspection=small.inspection, **values)
    return add_outcome(outcome, actor=small.office, measures=measures)


def people(small: Small, *measures: Measure, **more: Any) -> PersonOutcome:
    values = {"form": PersonForm.SUMMONS, "persons": 1, "occasions": 1, **more}
    outcome = PersonOutcome(inspection=small.inspection, **values)
    return add_outcome(outcome, actor=small.office, measures=measures)


@pytest.mark.parametrize("kind", VALID)
def test_each_kind_is_entered_once_for_several_measures(small: Small, kind: str) -> None:
    measures = [small.measure() for _ in range(3)]
    chosen = [str(one.public_id) for one in measures]
    answer = post(small, kind, measures=chosen)
    assert answer.status_code == 302, beside(answer)
    row = stored(small, kind).get()
    assert set(row.measures.all()) == set(measures)
    listed = words(client_of(small.office).get(answer.headers["Location"]))
    assert f'id="outcome-{row.public_id}"' in listed
    for measure in measures:
        page = client_of(small.clerk).get(reverse("measure", kwargs={"measure": measure.public_id}))
        assert page.context["has_outcomes"]


def test_a_title_and_amounts_are_kept_in_one_spelling(small: Small) -> None:
    post(small, "rule")
    assert stored(small, "rule").get().title == "台账管理办法（试行）"
    client = client_of(small.office)
    answer = client.post(new_url(small, "money"), VALID["money"], follow=True)
    row = stored(small, "money").get()
    assert (row.due_fen, row.paid_fen) == (1_200_000, 200_000)
    assert "应缴：１．２万元 = 12,000元" in words(answer)
    assert "实缴：" not in words(answer)
    assert 'value="12,000元"' in words(client.get(edit_url("money", row)))


@pytest.mark.parametrize(
    ("kind", "changed", "field", "sentence"),
    [
        ("rule", {"title": "《》"}, "title", "请填写名称"),
        ("rule", {"title": ""}, "title", "请填写名称"),
        ("rule", {"title": "长" * 201}, "title", "最多 200 个字"),
        ("rule", {"action": "burn"}, "action", "请重新选择"),
        ("rule", {"stage": ""}, "stage", "请选择阶段"),
        ("rule", {"happened_on": ""}, "happened_on", "须填印发日期"),
        ("rule", {"happened_on": "2024.5.16"}, "happened_on", "不能晚于今天"),
        ("rule", {"happened_on": "去年"}, "happened_on", "日期"),
        ("rule", {"happened_on": str(ENTERED - timedelta(1))}, "happened_on", "不能早于巡察组进驻"),
        ("rule", {"disclosure": "withheld"}, "disclosure_reason", "须写明理由"),
        ("money", {"due_fen": ""}, "due_fen", "请填写应缴"),
        ("money", {"due_fen": "1.005"}, "due_fen", "分以下"),
        ("money", {"due_fen": "-5"}, "due_fen", "负数"),
        ("money", {"due_fen": "12a"}, "due_fen", "不是金额"),
        ("money", {"due_fen": "1,20元"}, "due_fen", "不是金额"),
        ("money", {"due_fen": "99999999999亿"}, "due_fen", "过大"),
        ("money", {"voucher": ""}, "voucher", "已缴的资金须填凭证"),
        ("money", {"paid_fen": "1.3万"}, "paid_fen", "实缴不能多于应缴"),
        ("money", {"kind": ""}, "kind", "请选择类别"),
        ("person", {"persons": "两"}, "persons", "请填写整数"),
        ("person", {"persons": "0"}, "persons", "不能小于 1"),
        ("person", {"occasions": "1"}, "occasions", "人次不能少于人数"),
        ("person", {"names": "张三"}, "names", "没有勾选“登记姓名”"),
        ("person", {"with_names": "on"}, "names", "请填写姓名"),
        ("meeting", {"title": " "}, "title", "请填写议题"),
        ("count", {"value": "-1"}, "value", "不能小于 0"),
        ("count", {"value": "1.5"}, "value", "请填写整数"),
        ("count", {"unit": ""}, "unit", "请填写单位"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_the_rest_stays(
    small: Small, kind: str, changed: dict[str, str], field: str, sentence: str
) -> None:
    measure = small.measure()
    events = small.events()
    answer = post(small, kind, remark="留着的备注", measures=str(measure.public_id), **changed)
    assert answer.status_code == 422
    assert sentence in beside(answer)[field]
    page = words(answer)
    assert "留着的备注" in page and f'value="{measure.public_id}" checked' in page
    for name, value in changed.items():
        assert name == "action" or value.strip() in page, name
    assert small.events() == events
    assert not stored(small, kind).exists()


def test_what_was_not_paid_needs_no_voucher(small: Small) -> None:
    assert post(small, "money", paid_fen=None, voucher=None).status_code == 302
    assert stored(small, "money").get().paid_fen == 0


def test_a_likely_duplicate_is_saved_after_one_tick(small: Small) -> None:
    measure = small.measure()
    row = money(small, measure, due_fen=1_200_000, payer="张某")
    asked = post(small, "money")
    assert asked.status_code == 422
    page = words(asked)
    assert "可能重复：" in page and f"#outcome-{row.public_id}" in page
    assert "退回资金应缴12,000元、实缴0元（2024年5月15日）" in page
    assert 'value="１．２万元"' in page and "仍要登记" in page
    assert stored(small, "money").count() == 1
    assert post(small, "money", confirmed="on").status_code == 302
    assert stored(small, "money").count() == 2


def test_the_tick_is_not_asked_for_without_reason(small: Small) -> None:
    assert "仍要登记" not in words(client_of(small.office).get(new_url(small, "money")))
    refused = post(small, "money", due_fen="x", confirmed="on")
    assert 'name="confirmed" id="id_confirmed" checked' in words(refused)


def test_the_same_rule_is_refused_even_with_the_tick(small: Small) -> None:
    post(small, "rule")
    again = post(small, "rule", title="台账管理办法（试行）", confirmed="on")
    assert again.status_code == 422 and "该制度已登记" in beside(again)["title"]


def test_measures_of_another_inspection_are_refused_beside_the_list(
    small: Small, neighbour: Small
) -> None:
    foreign = neighbour.measure()
    answer = post(small, "count", measures=[str(small.measure().public_id), str(foreign.public_id)])
    assert answer.status_code == 422
    assert "只能关联本次巡察" in beside(answer)["measures"]
    assert foreign.text not in [pick.text for pick in answer.context["form"].picks()[0][1:]]


def test_the_measure_that_led_here_is_chosen_and_one_comes_back_to_it(small: Small) -> None:
    measure, other = small.measure(text="甲措施"), small.measure(text="乙措施")
    client = client_of(small.office)
    page = client.get(reverse("measure", kwargs={"measure": measure.public_id}))
    address = new_url(small, "rule", measure)
    assert address in words(page) and "还没有登记成果" in words(page)
    chosen, others = client.get(address).context["form"].picks()
    assert [pick.text for pick in chosen] == ["甲措施"]
    assert [pick.text for pick in others] == ["乙措施"]
    saved = client.post(address, {**VALID["rule"], "measures": str(measure.public_id)})
    assert saved.headers["Location"] == measure_url(measure)
    assert not other.ruleoutcomes.exists()


@pytest.mark.parametrize("asked", ["x", "11111111-1111-4111-8111-111111111111", ""])
def test_a_measure_that_is_not_there_is_not_chosen(small: Small, asked: str) -> None:
    page = client_of(small.office).get(f"{new_url(small, 'rule')}?measure={asked}")
    assert page.status_code == 200 and page.context["form"].picks()[0] == []


def test_a_voucher_is_uploaded_with_the_money(small: Small) -> None:
    measure = small.measure()
    file = SimpleUploadedFile("收据.pdf", sample_file("收据.pdf", "outcome"))
    answer = post(small, "money", upload=file, measures=str(measure.public_id))
    assert answer.status_code == 302, beside(answer)
    row = stored(small, "money").get()
    assert row.voucher_file is not None and row.voucher_file.kind == "voucher"
    page = words(client_of(small.leader).get(measure_url(measure)))
    assert reverse("evidence_preview", kwargs={"evidence": row.voucher_file.public_id}) in page
    chosen = post(small, "money", voucher_file=str(row.voucher_file.public_id), payer="李某")
    assert chosen.status_code == 302 and small.inspection.evidence.count() == 1


def measure_url(measure: Measure) -> str:
    return reverse("measure", kwargs={"measure": measure.public_id})


def test_a_file_that_is_not_let_in_is_recorded_and_the_rest_stays(small: Small) -> None:
    measure = small.measure()
    file = SimpleUploadedFile("收据.exe", b"MZ")
    answer = post(small, "money", upload=file, measures=str(measure.public_id))
    assert answer.status_code == 422 and "不接受这种文件" in beside(answer)["upload"]
    assert 'value="张某"' in words(answer)
    assert (
        Event.objects.filter(
            action="evidence.refuse", object_id=str(measure.pk), success=False
        ).count()
        == 1
    )
    both = SimpleUploadedFile("收据.pdf", sample_file("收据.pdf", "outcome"))
    alone = post(small, "money", upload=both)
    assert "请先勾选" in beside(alone)["upload"]


def test_an_edit_changes_links_and_columns(small: Small) -> None:
    first, second = small.measure(), small.measure()
    row = money(small, first)
    client = client_of(small.office)
    data = {**VALID["money"], "version": "1", "measures": str(second.public_id)}
    assert client.post(edit_url("money", row), data).status_code == 302
    row.refresh_from_db()
    assert (row.due_fen, list(row.measures.all())) == (1_200_000, [second])


def test_two_who_change_one_outcome_both_see_both_texts(small: Small) -> None:
    first, second = small.measure(text="甲措施"), small.measure(text="乙措施")
    row = money(small, first, voucher="旧号")
    data = {**VALID["money"], "version": "1", "measures": str(first.public_id)}
    others = {**data, "due_fen": "5万", "payer": "", "measures": str(second.public_id)}
    assert client_of(small.reviewer).post(edit_url("money", row), others).status_code == 302
    client = client_of(small.office)
    conflict = client.post(edit_url("money", row), {**data, "voucher": "第1号"})
    assert conflict.status_code == 409
    told = sides(conflict)
    assert told["应缴"] == ("12,000元", "50,000元")
    assert told["缴款方"] == ("张某", "（空）")
    assert told["对应措施"] == ("甲措施", "乙措施")
    again = client.post(edit_url("money", row), resubmitted(conflict))
    assert again.status_code == 302, beside(again)
    row.refresh_from_db()
    # The links, which only the others changed, stay theirs.
    assert (row.due_fen, row.payer, list(row.measures.all())) == (1_200_000, "张某", [second])


def test_an_outcome_is_archived_with_its_reason(small: Small) -> None:
    row = money(small)
    client = client_of(small.office)
    address = edit_url("money", row, "outcome_archive")
    assert address in words(client.get(edit_url("money", row)))
    empty = client.post(address, {"version": "1", "reason": " "})
    assert empty.status_code == 422 and "请填写作废理由" in beside(empty)["reason"]
    assert client.post(address, {"version": "9", "reason": "重复"}).status_code == 409
    assert client.post(address, {"version": "1", "reason": "重复"}).status_code == 302
    back = client.get(edit_url("money", row))
    assert back.status_code == 302
    assert "已作废" in words(client.get(back.headers["Location"]))


def test_a_section_sees_what_it_leads_and_no_more(small: Small) -> None:
    led = small.measure(text="本科室的")
    others = small.measure(text="别科室的", lead_section=small.other)
    client = client_of(small.clerk)
    chosen, rest = client.get(new_url(small, "rule", led)).context["form"].picks()
    assert [pick.text for pick in [*chosen, *rest]] == ["本科室的"]
    alone = post(small, "rule", small.clerk)
    assert "请选择本科室牵头的措施" in beside(alone)["measures"]
    refused = post(small, "rule", small.clerk, measures=str(others.public_id))
    assert "只能关联本次巡察中您可以登记的措施" in beside(refused)["measures"]
    assert post(small, "rule", small.clerk, measures=str(led.public_id)).status_code == 302
    shared = money(small, led, others)
    assert client.get(edit_url("money", shared)).status_code == 403
    own = money(small, led)
    assert client.get(edit_url("money", own)).status_code == 200


@pytest.mark.parametrize("who", ["leader", "secretary", "discipline", "party_member", "helper"])
def test_readers_are_offered_no_form(small: Small, who: str) -> None:
    measure = small.measure()
    row = money(small, measure)
    client = client_of(getattr(small, who))
    assert client.get(new_url(small, "money")).status_code == 403
    assert client.get(edit_url("money", row)).status_code == 403
    for page in (measure_url(measure), listed_url(small, "money")):
        told = words(client.get(page))
        assert edit_url("money", row) not in told and "登记：" not in told


def test_an_outsider_finds_nothing(small: Small, neighbour: Small) -> None:
    row = money(small)
    client = client_of(neighbour.office)
    for address in (new_url(small, "money"), edit_url("money", row), edit_url("rule", row)):
        assert client.get(address).status_code == 404
    unknown = edit_url("money", row).replace("/money/", "/gold/")
    assert client_of(small.office).get(unknown).status_code == 404


def listed_url(small: Small, kind: str) -> str:
    page = reverse("outcomes", kwargs={"inspection": small.inspection.public_id})
    return f"{page}?kind={kind}"


def test_names_are_read_by_those_alone_who_read_the_measure_in_full(small: Small) -> None:
    measure = small.measure()
    row = people(small, measure, names="王五六")
    readers = {
        who
        for who, user in small.people.items()
        if "王五六" in words(client_of(user).get(measure_url(measure)))
    }
    assert readers == {"office", "reviewer", "clerk", "helper", "leader", "secretary", "discipline"}
    for user in small.people.values():
        assert "王五六" not in words(client_of(user).get(listed_url(small, "person")))
    assert "王五六" in words(client_of(small.clerk).get(edit_url("person", row)))


def test_anothers_voucher_is_neither_named_nor_lost(small: Small) -> None:
    led = small.measure()
    others = small.measure(lead_section=small.other, support_sections=[])
    file = SimpleUploadedFile("别科室的收据.pdf", sample_file("收据.pdf", "outcome"))
    post(small, "money", upload=file, measures=str(others.public_id))
    row = stored(small, "money").get()
    row.measures.set([led])
    client = client_of(small.clerk)
    address = edit_url("money", row)
    assert "别科室的收据" not in words(client.get(address))
    data = {**VALID["money"], "version": "1", "measures": str(led.public_id), "payer": "改"}
    assert client.post(address, data).status_code == 302
    row.refresh_from_db()
    assert row.payer == "改" and row.voucher_file is not None
