"""One measure through its whole life: applied for, returned, mended, closed, denied, reopened."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from rectify.lib.clock import today
from seeds.sample_files import sample_file
from tests.e2e.acts import report
from tests.e2e.browsing import People
from tests.e2e.landmarks import Landmarks, Target

pytestmark = pytest.mark.browser

RESULT = "已与相关单位逐项核对并完成移交，回访办事群众42人，均表示满意。"
MEETING = "局党组会议第12次会议"
DENIED = "现场核对移交单，缺3份签字，与填报不符。"


@dataclass(frozen=True)
class Figures:
    """What the dashboard says."""

    completed: int
    closed: int
    waiting: int


def figures(page: Page, inspection: str) -> Figures:
    """已完成, 其中已销号 and 待销号, as the leader reads them."""
    page.goto(f"/inspections/{inspection}/")
    behind = page.get_by_role("list", name="已完成的其中")
    return Figures(
        completed=_number(page.get_by_role("link", name=re.compile(r"^已完成 \d+$"))),
        closed=_number(behind.get_by_role("link", name=re.compile("已销号"))),
        waiting=_number(behind.get_by_role("link", name=re.compile("待销号"))),
    )


def _number(link: Locator) -> int:
    found = re.search(r"\d+", link.inner_text())
    assert found is not None
    return int(found.group())


def waiting(page: Page, target: Target) -> Locator:
    """The row of the measure in the person's inbox."""
    page.goto("/inbox/")
    return page.locator("li.wait").filter(has_text=target.text)


def decide(page: Page, target: Target, button: str, comment: str = "") -> None:
    row = waiting(page, target)
    if comment:
        row.get_by_label(re.compile("^意见")).fill(comment)
    row.get_by_role("button", name=re.compile(button)).first.click()
    page.wait_for_url("**/inbox/")


def apply(page: Page, target: Target, reason: str) -> None:
    page.goto(f"/measures/{target.id}/")
    page.get_by_role("link", name="申请销号").click()
    page.get_by_role("textbox", name=re.compile("说明|理由")).fill(reason)
    page.get_by_role("button", name="申请销号").click()
    page.wait_for_url(f"**/measures/{target.id}/*")


def attach(page: Page, target: Target, name: str) -> None:
    page.goto(f"/measures/{target.id}/")
    page.locator("#evidence input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": sample_file(name, target.id)}
    )
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#evidence").get_by_text(name).first).to_be_visible()


def test_a_measure_is_closed_by_everybody_in_turn_and_reopened_by_a_look_back(
    people: People, landmarks: Landmarks
) -> None:
    target = landmarks.ready_b[1]
    with (
        people.window("office-b") as office,
        people.window(target.clerk) as clerk,
        people.window(target.leader) as leader,
        people.window("discipline") as group,
    ):
        office.goto(f"/inspections/{landmarks.b}/edit/")
        office.get_by_label("销号程序").select_option(label="再经党组会议审议")
        office.get_by_role("button", name="保存").click()
        before = figures(leader, landmarks.b)

        attach(clerk, target, "移交单.pdf")
        report(clerk, status="已完成", result=RESULT)
        apply(clerk, target, "已移交，材料齐全")
        now = figures(leader, landmarks.b)
        assert now == Figures(before.completed + 1, before.closed, before.waiting + 1)

        decide(office, target, "^退回", comment="缺少签收表")
        expect(waiting(clerk, target)).to_contain_text("缺少签收表")
        attach(clerk, target, "签收表.pdf")
        apply(clerk, target, "已补签收表")

        decide(office, target, "^同意", comment="材料齐全")
        decide(leader, target, "^同意", comment="同意销号")
        assert figures(leader, landmarks.b) == now, "the party group has not decided yet"

        office.goto(f"/inspections/{landmarks.b}/resolution/")
        office.get_by_role("checkbox", name=target.text).check()
        office.get_by_role("textbox", name="党组会议").fill(MEETING)
        office.get_by_role("textbox", name="会议日期").fill(today().isoformat())
        office.get_by_role("button", name="登记决定").click()
        office.wait_for_load_state()
        assert figures(leader, landmarks.b) == Figures(
            now.completed, now.closed + 1, now.waiting - 1
        )
        clerk.goto(f"/measures/{target.id}/")
        expect(clerk.get_by_text("未抽核").first).to_be_visible()
        expect(clerk.get_by_role("button", name="保存整改情况")).to_have_count(0)

        # All that are closed are drawn, so that this one is among them.
        group.goto(f"/inspections/{landmarks.b}/look-backs/draw/")
        group.get_by_label("抽取数").fill(str(now.closed + 1))
        group.get_by_role("button", name="抽样").click()
        group.wait_for_load_state()
        waiting(group, target).get_by_role("link", name=target.text).click()
        group.get_by_label("核查方式").select_option(label="实地")
        group.get_by_label("核查日期").fill(today().isoformat())
        group.get_by_role("textbox", name="核查情况").fill(DENIED)
        group.get_by_role("button", name="保存").click()
        group.wait_for_load_state()
        clerk.reload()
        expect(clerk.get_by_text(DENIED)).to_have_count(0)
        group.get_by_role("link", name="出具结论").click()
        group.get_by_label("不属实").check()
        group.get_by_role("button", name="出具结论").click()
        expect(group.get_by_role("button", name="出具结论")).to_have_count(0)
        assert figures(leader, landmarks.b) == before

        clerk.goto(f"/measures/{target.id}/")
        expect(clerk.get_by_role("button", name="保存整改情况")).to_be_visible()
        expect(clerk.locator("#decisions")).to_contain_text(DENIED)
        told = clerk.locator("#history").inner_text()
        for step in (
            "申请销号",
            "办公室初审销号申请",
            "缺少签收表",
            "重新申请销号",
            "分管领导审定销号申请",
            "审议销号申请",
            "销号",
            "不属实",
            "重新启动",
        ):
            assert step in told or step in clerk.locator("#decisions").inner_text(), step
