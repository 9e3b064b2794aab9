"""批示 in the browser: giving, recording, the list that traces them, answering."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from measures.domain.instructions import Addressed, give_instruction, reply_instruction
from measures.models import Instruction, Measure
from rectify.lib.clock import at
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import TODAY, Small, noon
from tests.measures.views.acting import client, closed, fresh, of, post, words

__all__ = ["neighbour", "small"]


def place(small: Small, name: str = "instructions", measure: Measure | None = None) -> str:
    url = reverse(name, kwargs={"inspection": small.inspection.public_id})
    return f"{url}?measure={measure.public_id}" if measure else url


def one(row: Instruction) -> str:
    return reverse("instruction", kwargs={"instruction": row.public_id})


def given(small: Small, measure: Measure | None = None, **more: Any) -> Instruction:
    to = Addressed(measure) if measure else Addressed(sections=[small.led])
    return give_instruction(
        small.inspection, actor=small.secretary, to=to, text="抓紧办理欠款", **more
    )[0]


def test_the_secretary_starts_from_the_measure_and_it_stands_there(small: Small) -> None:
    measure = small.measure()
    page = words(client(small.secretary).get(of(measure)))
    url = place(small, "instruction_new", measure)
    assert url in page
    answer = post(small.secretary, url, text="尽快收回", due_on="2024年6月1日")
    assert answer.status_code == 302
    row = Instruction.objects.get(measure=measure)
    assert row.due_on == TODAY.replace(month=6, day=1)
    shown = words(client(small.clerk).get(of(measure)))
    assert "尽快收回" in shown and "待答复" in shown and one(row) in shown


def test_a_refused_form_keeps_what_was_typed(small: Small) -> None:
    answer = post(small.secretary, place(small, "instruction_new"), text="请核对数字")
    assert answer.status_code == 422
    assert "请至少选择一个科室。" in words(answer) and "请核对数字" in words(answer)
    late = post(
        small.secretary, place(small, "instruction_new"), text="请核对数字",
        sections=[str(small.led.public_id)], due_on="2024-05-01",
    )  # fmt: skip
    assert late.status_code == 422
    assert "办理时限不能早于批示日期" in words(late) and "请核对数字" in words(late)


def test_the_office_records_a_resolution_for_two_sections(small: Small) -> None:
    data = {
        "kind": "resolution", "given_by_name": "党组会议", "given_on": "2024.5.14",
        "occasion": "第4次会议", "text": "月底前办结",
        "sections": [str(small.led.public_id), str(small.supporting.public_id)],
    }  # fmt: skip
    url = place(small, "instruction_record")
    assert post(small.office, url, **data).status_code == 302
    page = words(client(small.office).get(place(small)))
    assert page.count("月底前办结") == 2 and "议定事项" in page
    assert f"{small.office.name}代录" in page
    both = post(small.office, url, **data, given_by=str(small.leader.public_id))
    assert both.status_code == 422 and "请清空这一栏" in words(both)
    early = post(small.office, url, **{**data, "given_on": "2024-01-01"})
    assert early.status_code == 422 and "不能早于进驻日期" in words(early)
    assert "月底前办结" in words(early)


def test_the_list_marks_what_is_overdue_and_filters(small: Small) -> None:
    measure = small.measure()
    open_, answered = given(small, measure, due_on=TODAY), given(small)
    reply_instruction(answered, actor=small.clerk, version=1, reply="欠款已经收回")
    with at(noon(TODAY + timedelta(days=1))):
        page = words(client(small.office).get(place(small)))
        assert "超期" in page and "其中超期未答复 1 项" in page and "欠款已经收回" in page
        assert page.index(one(open_)) < page.index(one(answered))
        only = words(client(small.office).get(place(small) + "?show=answered"))
    assert one(answered) in only and one(open_) not in only
    assert one(open_) in words(client(small.office).get(place(small) + "?show=nonsense"))


def test_nobody_reads_what_is_not_for_them(small: Small, neighbour: Small) -> None:
    row = given(small, small.measure())
    assert one(row) not in words(client(small.other_leader).get(place(small)))
    assert one(row) not in words(client(small.stranger).get(place(small)))
    for who in (small.stranger, small.other_leader, small.sysadmin, neighbour.office):
        assert client(who).get(one(row)).status_code == 404
        assert post(who, one(row), version=1, reply="越界").status_code == 404
    assert client(neighbour.office).get(place(small)).status_code == 404
    assert fresh(row).reply == ""


@pytest.mark.parametrize("who", ["secretary", "leader", "party_member", "discipline"])
def test_who_only_reads_is_refused(small: Small, who: str) -> None:
    row = given(small, small.measure())
    user = getattr(small, who)
    assert 'name="reply"' not in words(client(user).get(one(row)))
    assert post(user, one(row), version=1, reply="代答").status_code == 403
    assert fresh(row).reply == ""


def test_the_section_answers_from_its_inbox(small: Small) -> None:
    row = given(small, small.measure())
    assert one(row) in words(client(small.clerk).get(reverse("inbox")))
    assert post(small.clerk, one(row), version=1, reply="").status_code == 422
    assert post(small.clerk, one(row), version=1, reply="收回3万元").status_code == 302
    page = words(client(small.leader).get(one(row)))
    assert "收回3万元" in page and small.clerk.name in page
    assert one(row) not in words(client(small.clerk).get(reverse("inbox")))


def test_a_second_answer_sees_the_first_and_keeps_its_own(small: Small) -> None:
    row = given(small, small.measure())
    assert post(small.clerk, one(row), version=1, reply="已经收回").status_code == 302
    conflict = post(small.office, one(row), version=1, reply="尚在核实")
    assert conflict.status_code == 409
    assert "已经收回" in words(conflict) and "尚在核实" in words(conflict)
    assert fresh(row).reply == "已经收回"


def test_a_closed_or_unknown_measure_takes_none(small: Small, neighbour: Small) -> None:
    measure = closed(small)
    answer = client(small.secretary).get(place(small, "instruction_new", measure))
    assert answer.status_code == 302
    for named in (str(neighbour.measure().public_id), "nonsense"):
        url = f"{place(small, 'instruction_new')}?measure={named}"
        assert client(small.secretary).get(url).status_code == 404


def test_without_any_the_list_says_so(small: Small) -> None:
    assert "没有待答复的批示和议定事项。" in words(client(small.office).get(place(small)))
