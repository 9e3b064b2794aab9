"""Everything essential works in a browser without JavaScript."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.acts import LONG_WORK, download, export, report
from tests.e2e.browsing import People
from tests.e2e.finished_files import LedgerSheet
from tests.e2e.landmarks import Landmarks, Target

pytestmark = pytest.mark.browser

RESULT = "已按月核对名册并在服务大厅公示，接受群众监督。"


@pytest.fixture(scope="module")
def target(landmarks: Landmarks) -> Target:
    return landmarks.ready_b[-1]


@pytest.fixture
def clerk(people: People, target: Target) -> Iterator[Page]:
    with people.window(java_script_enabled=False) as page:
        people.log_in(page, target.clerk)
        yield page


def test_a_section_logs_in_and_reports(clerk: Page, target: Target) -> None:
    clerk.goto(f"/measures/{target.id}/")
    assert report(clerk, result=RESULT) == 302
    expect(clerk.get_by_role("textbox", name="整改情况")).to_have_value(RESULT)


def test_the_ledger_is_filtered(clerk: Page, landmarks: Landmarks) -> None:
    clerk.goto(f"/inspections/{landmarks.b}/ledger/")
    rows = clerk.locator("table.ledger tbody tr")
    everything = rows.count()
    clerk.locator("main").get_by_label("完成状态").select_option(label="基本完成")
    clerk.get_by_role("button", name="筛选").click()
    clerk.wait_for_url("**status=basically_done**")
    assert 0 < rows.count() < everything


def test_a_job_is_followed_by_loading_its_page_again_and_its_file_fetched(
    people: People, landmarks: Landmarks, tmp_path: Path
) -> None:
    with people.window("office", java_script_enabled=False) as office:
        export(office, landmarks.a, 113)
        link = office.get_by_role("link", name="下载")
        until = time.monotonic() + LONG_WORK / 1000
        while not link.is_visible() and time.monotonic() < until:
            office.reload()
        assert len(LedgerSheet(download(office, tmp_path)).rows) == 113
