"""批量修改 in the browser: choose, say what, look at it, save or be told why not; undo it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from measures.domain.bulk import Wanted
from measures.domain.reporting import report
from measures.enums import Status
from measures.models import Adjustment, Measure
from rectify.accounts.models import User
from rectify.audit.models import Operation
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import Small
from tests.measures.domain.test_bulk import closed, edit

__all__ = ["neighbour", "small"]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def bulk(small: Small, name: str = "ledger_bulk") -> str:
    return reverse(name, kwargs={"inspection": small.inspection.public_id})


def text(response: HttpResponseBase) -> str:
    content: bytes = getattr(response, "content", b"")
    return content.decode()


def named(measures: Sequence[Measure]) -> list[str]:
    return [str(one.public_id) for one in measures]


def hidden(html: str) -> dict[str, list[str]]:
    """What the form of the page would send back."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            found.setdefault(name[1], []).append(value[1] if value else "")
    return found


def preview(small: Small, measures: Sequence[Measure], **fields: Any) -> HttpResponseBase:
    data = {"step": "preview", "rows": named(measures), **fields}
    return client_of(small.office).post(bulk(small), data)


def save(small: Small, shown: HttpResponseBase) -> HttpResponseBase:
    return client_of(small.office).post(bulk(small, "ledger_bulk_save"), hidden(text(shown)))


def test_from_the_ledger_to_the_saved_rows_and_back_again(small: Small) -> None:
    rows = [small.measure(text=f"措施{number}") for number in range(3)]
    client = client_of(small.office)
    ledger = reverse("ledger", kwargs={"inspection": small.inspection.public_id})
    page = text(client.get(ledger))
    assert all(f'value="{one}" form="bulk"' in page for one in named(rows))
    form = client.post(bulk(small), {"step": "select", "rows": named(rows[:2]), "next": ledger})
    assert form.status_code == 200
    assert "已选 2 条措施" in text(form) and "措施2" not in text(form)
    shown = client.post(bulk(small), {
        **hidden(text(form)), "status": "in_progress", "leader": small.other_leader.public_id,
    })  # fmt: skip
    assert shown.status_code == 200
    assert "保存这 2 条修改" in text(shown) and "未启动" in text(shown)
    assert not Measure.objects.filter(pk=rows[0].pk, status=Status.IN_PROGRESS).exists()
    saved = client.post(bulk(small, "ledger_bulk_save"), hidden(text(shown)))
    assert saved.status_code == 302
    stored = {one.pk: one for one in Measure.objects.filter(inspection=small.inspection)}
    assert [stored[one.pk].status for one in rows] == ["in_progress", "in_progress", "not_started"]
    assert stored[rows[0].pk].leader == small.other_leader
    back = text(client.get(saved.headers["Location"]))
    assert "已修改 2 条措施" in back
    operation = Operation.objects.get(kind="bulk_edit", organization=small.organization)
    undone = client.post(reverse("operation_undo", kwargs={"operation": operation.public_id}))
    assert undone.status_code == 302
    page = text(client.get(undone.headers["Location"]))
    assert "已撤销，各条措施恢复为修改前的内容" in page
    assert {one.status for one in Measure.objects.filter(inspection=small.inspection)} == {
        Status.NOT_STARTED
    }
    assert "已修改 2 条措施" not in text(client.get(saved.headers["Location"]))


def test_all_that_the_filter_shows_can_be_chosen(small: Small) -> None:
    rows = [small.measure(), small.measure(lead_section=small.other), small.measure()]
    filters = {"step": "select", "every": "1", "section": str(small.led.public_id)}
    form = client_of(small.office).post(bulk(small), filters)
    assert set(hidden(text(form))["rows"]) == {*named([rows[0], rows[2]])}


def test_nothing_chosen_and_too_much_chosen_lead_back_with_a_sentence(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.measure(), small.measure()
    client = client_of(small.office)
    none = client.post(bulk(small), {"step": "select"}, follow=True)
    assert "请先在台账里勾选要修改的措施" in text(none)
    monkeypatch.setattr("measures.domain.bulk.MOST_ROWS", 1)
    many = client.post(bulk(small), {"step": "select", "every": "1"}, follow=True)
    assert "一次最多修改 1 条措施，现在选了 2 条" in text(many)


def test_a_measure_of_another_bureau_among_the_rows_hides_them_all(
    small: Small, neighbour: Small
) -> None:
    """A-3: one foreign id, in any place and at any step, and nothing is shown or written."""
    own, foreign = small.measure(), neighbour.measure()
    client = client_of(small.office)
    for ids in ([own, foreign], [foreign, own]):
        rows = [f"{one.public_id}:{one.version}" for one in ids]
        for step in ("select", "preview", "change", "drop"):
            asked = client.post(bulk(small), {"step": step, "rows": rows, "status": "in_progress"})
            assert asked.status_code == 404
            assert "建立台账" not in text(asked)
        saved = client.post(
            bulk(small, "ledger_bulk_save"), {"rows": rows, "status": "in_progress"}
        )
        assert saved.status_code == 404
    for one in (own, foreign):
        one.refresh_from_db()
        assert one.status == Status.NOT_STARTED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "请至少选择或填写一项要修改的内容"),
        ({"due_on": "2024.7.1"}, "请一并填写整改时限的文字"),
        ({"deadline_text": "长期坚持"}, "从时限文字看不出是哪一天"),
        ({"completed_on": "2024.5.1"}, "完成状态选“已完成”时才填写完成时间"),
        ({"disclosure": "withheld"}, "不向社会公开须写明理由"),
        ({"next_report_on": "2024.7.1", "clear": ["next_report_on"]}, "不能同时填写"),
        ({"next_report_on": "七月"}, "不是日期"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(
    small: Small, fields: dict[str, Any], words: str
) -> None:
    row = small.measure()
    answer = preview(small, [row], reason="统一口径", **fields)
    assert answer.status_code == 422
    assert words in text(answer) and "统一口径" in text(answer)
    assert str(row.public_id) in text(answer)


def test_the_day_is_read_from_the_text_and_emptied_where_asked(small: Small) -> None:
    row = small.measure(next_report_on="2024-06-01")
    shown = preview(small, [row], deadline_text="2024年7月31日前", clear=["next_report_on"])
    assert "2024年7月31日" in text(shown) and "下次报送" in text(shown)
    assert save(small, shown).status_code == 302
    row.refresh_from_db()
    assert str(row.due_on) == "2024-07-31" and row.next_report_on is None


def test_refused_rows_are_named_and_taken_out_with_one_click(small: Small) -> None:
    open_one, shut = small.measure(text="可以改的"), closed(small)
    shown = preview(small, [open_one, shut], next_report_on="2024.7.1")
    assert "已销号，内容只读" in text(shown) and "保存这" not in text(shown)
    refused = save(small, shown)
    assert refused.status_code == 422
    assert "没有保存任何一条" in text(refused)
    open_one.refresh_from_db()
    assert open_one.next_report_on is None
    data = {**hidden(text(shown)), "step": "drop"}
    dropped = client_of(small.office).post(bulk(small), data)
    assert "保存这 1 条修改" in text(dropped) and "已销号" not in text(dropped)
    assert save(small, dropped).status_code == 302
    open_one.refresh_from_db()
    assert str(open_one.next_report_on) == "2024-07-01"


def test_one_goes_back_to_the_form_with_everything_typed(small: Small) -> None:
    rows = [small.measure(), small.measure()]
    shown = preview(small, rows, deadline_text="2024年7月31日前", reason="统一口径",
                    support_sections=[str(small.other.public_id)])  # fmt: skip
    back = client_of(small.office).post(bulk(small), {**hidden(text(shown)), "step": "change"})
    assert back.status_code == 200
    assert 'value="2024年7月31日前"' in text(back) and "统一口径" in text(back)
    assert re.search(rf'value="{small.other.public_id}"[^>]*checked', text(back))


def test_who_saves_after_somebody_else_is_told_who_and_nothing_is_written(small: Small) -> None:
    rows = [small.measure(text="先被改的"), small.measure()]
    shown = preview(small, rows, leader=str(small.other_leader.public_id))
    report(rows[0], actor=small.clerk, version=rows[0].version,
           values={"status": Status.IN_PROGRESS})  # fmt: skip
    late = save(small, shown)
    assert late.status_code == 409
    assert "预览之后有1条措施被他人修改" in text(late)
    assert "clerk（small）于2024年5月15日 12:00" in text(late)
    assert not Measure.objects.filter(inspection=small.inspection,
                                      leader=small.other_leader).exists()  # fmt: skip
    assert save(small, late).status_code == 302
    leaders = Measure.objects.filter(inspection=small.inspection).values_list("leader", flat=True)
    assert set(leaders) == {small.other_leader.pk}


def test_a_frozen_plan_asks_for_reason_and_decision(small: Small) -> None:
    row = small.measure()
    assert "签批人或会议" not in text(preview(small, [row]))
    small.freeze_plan()
    day = {"deadline_text": "2024年9月30日前"}
    asked = preview(small, [row], **day)
    assert asked.status_code == 422
    for words in ("属于措施调整，请写明理由", "请填写同意这次调整的签批人或会议", "请填写签批日期"):
        assert words in text(asked)
    paper = {"reason": "上级要求", "decided_by_name": "党组会议", "decided_on": "2024.4.1"}
    early = save(small, preview(small, [row], **day, **{**paper, "decided_on": "2024.1.1"}))
    assert early.status_code == 422 and "签批日期不能早于" in text(early)
    assert save(small, preview(small, [row], **day, **paper)).status_code == 302
    assert Adjustment.objects.get(measure=row).reason == "上级要求"
    assert preview(small, [row], status="in_progress").status_code == 200


def test_others_see_neither_the_bar_nor_the_pages(small: Small, neighbour: Small) -> None:
    row = small.measure()
    operation = edit(small, [row], Wanted(status=Status.IN_PROGRESS))
    ledger = reverse("ledger", kwargs={"inspection": small.inspection.public_id})
    page = reverse("operation", kwargs={"operation": operation.public_id})
    for person in (small.clerk, small.leader, small.discipline):
        client = client_of(person)
        assert 'id="bulk"' not in text(client.get(f"{ledger}?operation={operation.public_id}"))
        data = {"step": "preview", "rows": named([row]), "status": "completed"}
        assert client.post(bulk(small), data).status_code == 403
        assert client.get(reverse("operations", kwargs={
            "inspection": small.inspection.public_id,
        })).status_code == 403  # fmt: skip
        assert client.get(page).status_code == 404
    outsider = client_of(neighbour.office)
    assert outsider.get(page).status_code == 404
    assert outsider.post(f"{page}undo/").status_code == 404
    assert outsider.post(bulk(small), {"rows": named([row])}).status_code == 404
    row.refresh_from_db()
    assert row.status == Status.IN_PROGRESS


def test_an_archived_inspection_is_not_edited(small: Small) -> None:
    row = small.measure()
    operation = edit(small, [row], Wanted(status=Status.IN_PROGRESS))
    small.inspection.__class__.objects.filter(pk=small.inspection.pk).update(
        archived_at=row.created_at
    )
    answer = preview(small, [row], status="completed")
    assert answer.status_code == 422 and "只读" in text(answer)
    undo = reverse("operation_undo", kwargs={"operation": operation.public_id})
    undone = client_of(small.office).post(undo)
    assert undone.status_code == 422 and "只读" in text(undone)
    row.refresh_from_db()
    assert row.status == Status.IN_PROGRESS


def test_the_list_and_page_of_operations_tell_what_was_done(small: Small) -> None:
    rows = [small.measure(text=f"措施{number}") for number in range(3)]
    client = client_of(small.reviewer)
    listed = reverse("operations", kwargs={"inspection": small.inspection.public_id})
    assert "还没有批量操作" in text(client.get(listed))
    operation = edit(small, rows, Wanted(status=Status.IN_PROGRESS))
    shown = text(client.get(listed))
    assert "office（small）" in shown and "3 条" in shown and "完成状态：正在推进" in shown
    page = reverse("operation", kwargs={"operation": operation.public_id})
    told = text(client.get(page))
    assert told.count("完成状态由“未启动”改为“正在推进”") == 3
    assert "撤销 3 条" in " ".join(told.split())


def test_undo_shows_who_changed_what_since_and_undoes_the_others(small: Small) -> None:
    rows = [small.measure(text=f"措施{number}") for number in range(3)]
    operation = edit(small, rows, Wanted(status=Status.IN_PROGRESS))
    rows[1].refresh_from_db()
    report(rows[1], actor=small.clerk, version=rows[1].version,
           values={"status": Status.BASICALLY_DONE})  # fmt: skip
    client = client_of(small.office)
    page = reverse("operation", kwargs={"operation": operation.public_id})
    blind = client.post(f"{page}undo/")
    assert blind.status_code == 409
    told = text(blind)
    assert "有1条措施在这次修改之后又有变动，没有撤销任何一条" in told
    assert "措施1" in told and "clerk（small）于2024年5月15日 12:00填报" in told
    assert "撤销其余 2 条" in " ".join(told.split())
    done = client.post(f"{page}undo/", hidden(told))
    assert done.status_code == 302
    assert "1条之后又有变动，没有撤销" in text(client.get(done.headers["Location"]))
    statuses = [Measure.objects.get(pk=one.pk).status for one in rows]
    assert statuses == ["not_started", "basically_done", "not_started"]
    again = client.post(f"{page}undo/", hidden(told))
    assert again.status_code == 409
    assert "不能再次撤销" in text(again) and "看恢复了什么" in text(client.get(page))
    assert client.post(f"{page}undo/", {"skip": "x"}).status_code == 404
