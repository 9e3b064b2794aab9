"""Changing one status in the ledger: with and without script, undone, overtaken, refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from measures.enums import Status
from measures.models import Measure
from rectify.audit.models import Event
from tests.conflict_page import resubmitted, sides
from tests.conftest import Demo

LogIn = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


def address(measure: Measure) -> str:
    return reverse("measure_status", kwargs={"measure": measure.public_id})


def fields(measure: Measure, status: str, **more: object) -> dict[str, object]:
    return {"version": measure.version, "status": status, **more}


@pytest.fixture
def running(demo: Demo) -> Measure:
    return demo.measure(demo.b, status=Status.IN_PROGRESS, lead_section__name="劳动保障监察大队")


def test_without_script_the_ledger_comes_back_at_the_row_with_a_way_back(
    running: Measure, as_user: LogIn
) -> None:
    client = as_user("office-b")
    ledger = reverse("ledger", kwargs={"inspection": running.inspection.public_id})
    response = client.post(
        address(running), fields(running, "basically_done", next=f"{ledger}?q=案件")
    )
    assert response.status_code == 302
    assert response["Location"].startswith(ledger)
    assert response["Location"].endswith(f"#m-{running.public_id}")
    running.refresh_from_db()
    assert running.status == Status.BASICALLY_DONE
    page = client.get(response["Location"]).content.decode()
    assert "已由“正在推进”改为“基本完成”" in page and "撤销" in page


def test_with_script_the_cell_comes_back_and_can_be_undone(
    running: Measure, as_user: LogIn
) -> None:
    client = as_user("office-b")
    response = client.post(address(running), fields(running, "basically_done"), headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200 and "<html" not in html
    assert "撤销" in html and "hx-swap-oob" in html
    running.refresh_from_db()
    undone = client.post(address(running), fields(running, "in_progress", undo="1"), headers=HTMX)
    assert "已撤销，恢复为“正在推进”" in undone.content.decode()
    running.refresh_from_db()
    assert running.status == Status.IN_PROGRESS
    assert Event.objects.filter(action="measure.step_back", object_id=str(running.pk)).exists()


def test_a_section_cannot_take_back_what_only_the_office_may(
    running: Measure, as_user: LogIn
) -> None:
    html = (
        as_user("clerk-labor-b")
        .post(address(running), fields(running, "completed"), headers=HTMX)
        .content.decode()
    )
    assert "撤销" not in html and "请联系局办公室" in html
    running.refresh_from_db()
    refused = as_user("clerk-labor-b").post(
        address(running), fields(running, "in_progress", undo="1")
    )
    assert refused.status_code == 403
    running.refresh_from_db()
    assert running.status == Status.COMPLETED


def test_a_step_back_without_a_reason_is_refused_beside_the_row(demo: Demo, as_user: LogIn) -> None:
    measure = demo.measure(demo.b, status=Status.BASICALLY_DONE, closed_at__isnull=True)
    response = as_user("office-b").post(
        address(measure), fields(measure, "in_progress"), headers=HTMX
    )
    assert response.status_code == 422
    assert "须写明理由" in response.content.decode()
    measure.refresh_from_db()
    assert measure.status == Status.BASICALLY_DONE


def test_who_comes_second_sees_both_words_and_may_save_again(
    running: Measure, as_user: LogIn
) -> None:
    first = fields(running, "basically_done")
    as_user("office-b").post(address(running), first)
    second = as_user("clerk-labor-b")
    ledger = reverse("ledger", kwargs={"inspection": running.inspection.public_id})
    wanted = fields(running, "completed", next=f"{ledger}?q=案件")
    late = second.post(address(running), wanted)
    assert late.status_code == 409
    assert sides(late) == {"完成状态": ("已完成", "基本完成")}
    running.refresh_from_db()
    assert running.status == Status.BASICALLY_DONE
    cell = second.post(address(running), {**first, "status": "completed"}, headers=HTMX)
    assert cell.status_code == 409
    assert "您选的“已完成”尚未保存" in cell.content.decode()
    assert '<option value="completed" selected>' in cell.content.decode()
    saved = second.post(address(running), resubmitted(late))
    assert saved.status_code == 302 and saved["Location"].startswith(f"{ledger}?q=")
    running.refresh_from_db()
    assert running.status == Status.COMPLETED


@pytest.mark.parametrize(
    ("reader", "status"),
    [("office", 404), ("clerk-labor-b", 302), ("clerk-training-b", 404), ("leader-labor-b", 403),
     ("party-member-b", 403), ("discipline", 403), ("oversight", 403), ("sysadmin", 404)],
)  # fmt: skip
def test_only_the_lead_section_and_the_office_change_a_status(
    running: Measure, as_user: LogIn, reader: str, status: int
) -> None:
    assert not running.supports.filter(section__name="职业能力建设科").exists()
    response = as_user(reader).post(address(running), fields(running, "basically_done"))
    assert response.status_code == status


def test_undo_takes_back_nothing_but_the_own_last_click(demo: Demo, as_user: LogIn) -> None:
    done = demo.measure(demo.b, status="completed", closed_at__isnull=True)
    answer = as_user("office-b").post(
        address(done), fields(done, "in_progress", undo="1"), headers=HTMX
    )
    assert answer.status_code == 422 and "只能撤销自己刚才的修改" in answer.content.decode()
    before, day = done.status, done.completed_on
    done.refresh_from_db()
    assert (done.status, done.completed_on) == (before, day)


def test_a_closed_measure_and_nonsense_are_refused(demo: Demo, as_user: LogIn) -> None:
    closed = demo.measure(demo.b, closed_at__isnull=False)
    client = as_user("office-b")
    answer = client.post(address(closed), fields(closed, "in_progress", undo="1"), headers=HTMX)
    assert answer.status_code == 422 and "内容只读" in answer.content.decode()
    for data in ({}, {"version": "x", "status": "done"}, {"version": "-1", "status": "completed"}):
        assert client.post(address(closed), data, headers=HTMX).status_code == 422
    assert client.get(address(closed)).status_code == 405


def test_the_way_back_never_leaves_the_site(running: Measure, as_user: LogIn) -> None:
    response = as_user("office-b").post(
        address(running), fields(running, "completed", next="https://example.org/")
    )
    assert response["Location"].startswith("/inspections/")
