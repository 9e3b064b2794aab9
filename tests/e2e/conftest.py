"""One running product and one browser for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from rectify.machine.packages import chromium
from tests.e2e.browsing import People
from tests.e2e.landmarks import Landmarks, read
from tests.e2e.site import Site, running_site


# Of the package, not of the session: the browser's event loop must be gone before the worker goes
# on to tests that use the database, which Django refuses beside a running loop.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product, running on the demo."""
    with running_site(tmp_path_factory.mktemp("site"), Path(settings.FONT_DIR)) as running:
        yield running


@pytest.fixture(scope="package")
def landmarks(site: Site) -> Landmarks:
    return read(site.run("-m", "tests.e2e.landmarks"))


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("NOT RUN: chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def people(chrome: Browser, site: Site) -> People:
    return People(chrome, site)
