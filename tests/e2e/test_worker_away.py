"""The database is the truth: what was asked for while no worker ran is done once one runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from rectify.machine.processes import stop_all
from tests.e2e.acts import download, export
from tests.e2e.browsing import People
from tests.e2e.finished_files import LedgerSheet
from tests.e2e.landmarks import Landmarks
from tests.e2e.site import Site

pytestmark = pytest.mark.browser


def test_a_job_whose_every_message_was_lost_is_done_after_the_worker_comes_back(
    people: People, landmarks: Landmarks, site: Site, tmp_path: Path
) -> None:
    with people.window("office-b") as office:
        stop_all([site.worker])
        try:
            export(office, landmarks.b, landmarks.count_b)
            expect(office.locator("main").get_by_text("排队中")).to_be_visible()
            site.empty_broker()
        finally:
            site.worker.start()
        assert len(LedgerSheet(download(office, tmp_path)).rows) == landmarks.count_b
