"""The main job: a section reports, the figures follow, the office exports and prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from seeds.sample_files import sample_file
from tests.e2e.acts import build_notice, download, expect_figure, export, figure, report
from tests.e2e.browsing import People
from tests.e2e.finished_files import LedgerSheet, pdf_text, squeezed
from tests.e2e.landmarks import Landmarks, Target

pytestmark = pytest.mark.browser

RESULT = "已对全部窗口的首问登记开展复核，补登记录36条，逐条回访办事群众，回访满意率达到98%。"
FILE = "首问登记复核表.pdf"


@pytest.fixture(scope="module")
def target(landmarks: Landmarks) -> Target:
    """A public measure of demo-a that is basically done."""
    return landmarks.ready[0]


def test_a_section_reports_and_the_leader_sees_every_figure_follow(
    people: People, landmarks: Landmarks, target: Target
) -> None:
    with people.window(target.leader) as leader:
        leader.goto(f"/inspections/{landmarks.a}/")
        expect_figure(leader, "已完成", 82)
        expect_figure(leader, "基本完成", 31)

        with people.window() as clerk:
            people.log_in(clerk, target.clerk)
            clerk.goto(f"/inspections/{landmarks.a}/ledger/?status=basically_done")
            clerk.get_by_role("link", name=target.text, exact=True).click()
            clerk.wait_for_url(f"**/measures/{target.id}/")
            report(clerk, status="已完成", result=RESULT)
            expect(clerk.get_by_text("已保存状态和整改情况。")).to_be_visible()
            clerk.locator("input[type=file]").set_input_files(
                {"name": FILE, "mimeType": "application/pdf", "buffer": sample_file(FILE, "walk")}
            )
            clerk.get_by_role("button", name="上传").click()
            files = clerk.locator("#evidence")
            expect(files.get_by_role("link", name=f"下载 “{FILE}”")).to_be_visible()
            latest = clerk.locator("#history li")
            expect(latest.filter(has_text=FILE)).to_have_count(1)
            expect(
                latest.filter(has_text="“基本完成”").filter(has_text="“已完成”")
            ).not_to_have_count(0)

        leader.reload()
        expect_figure(leader, "已完成", 83)
        expect_figure(leader, "基本完成", 30)
        figure(leader, "已完成", 83)
        leader.wait_for_url("**/ledger/?*")
        expect(leader.locator("table.ledger tbody tr")).to_have_count(83)


def test_the_exported_sheet_has_every_measure_its_merges_and_the_new_status(
    people: People, landmarks: Landmarks, target: Target, tmp_path: Path
) -> None:
    with people.window("office") as office:
        export(office, landmarks.a, 113)
        sheet = LedgerSheet(download(office, tmp_path))
    assert len(sheet.rows) == 113
    for heading, level in (("方面", "area"), ("反馈问题", "issue"), ("问题表现", "task")):
        assert sheet.merges(heading) == landmarks.merges[level], heading
    assert sheet.text(target.id, "完成状态") == "已完成"
    assert sheet.text(target.id, "整改情况") == RESULT
    assert FILE in sheet.text(target.id, "佐证材料")


def test_the_notice_has_the_new_result_the_new_figures_and_nothing_withheld(
    people: People, landmarks: Landmarks, tmp_path: Path
) -> None:
    with people.window("office") as office:
        build_notice(office, landmarks.a)
        text = pdf_text(download(office, tmp_path))
    assert squeezed(RESULT).rstrip("。") in text
    assert "已完成83项，基本完成30项" in text
    assert len(landmarks.listed) == 20
    assert [title for title in landmarks.listed if squeezed(title).rstrip("。") not in text] == []
    assert [hidden for hidden in landmarks.withheld if squeezed(hidden).rstrip("。") in text] == []
