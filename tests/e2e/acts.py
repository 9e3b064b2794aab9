"""What people do on several screens, by the words that they read there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

LONG_WORK = 60_000  # milliseconds within which a worker must finish an export or a notice


def figure(page: Page, word: str, value: int) -> None:
    """Opens one of the large figures of the dashboard, which must have this value."""
    page.get_by_role("link", name=f"{word} {value}", exact=True).click()


def expect_figure(page: Page, word: str, value: int) -> None:
    expect(page.get_by_role("link", name=f"{word} {value}", exact=True)).to_be_visible()


def report(page: Page, *, status: str | None = None, result: str) -> int | None:
    """Fills in the form of the measure page and saves; returns the HTTP status of the answer."""
    if status is not None:
        page.get_by_label("完成状态").select_option(label=status)
    page.get_by_role("textbox", name="整改情况").fill(result)
    with page.expect_response(lambda answer: answer.request.method == "POST") as found:
        page.get_by_role("button", name="保存整改情况").click()
    page.wait_for_load_state()
    return found.value.status


def export(page: Page, inspection: str, count: int) -> None:
    """Presses the button of the ledger; ends on the page of the job."""
    page.goto(f"/inspections/{inspection}/ledger/")
    page.get_by_role("button", name=f"导出一览表（{count} 项）").click()
    page.wait_for_url("**/jobs/*/")


def build_notice(page: Page, inspection: str) -> None:
    """Presses the button of the notice; ends on the page of the job."""
    page.goto(f"/inspections/{inspection}/notice/")
    page.get_by_role("button", name="生成 PDF").click()
    page.wait_for_url("**/jobs/*/")


def download(page: Page, folder: Path) -> Path:
    """Waits on the page of a job until its file is there, and fetches it."""
    link = page.get_by_role("link", name="下载")
    expect(link).to_be_visible(timeout=LONG_WORK)
    with page.expect_download() as found:
        link.click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path
