"""Every screen: no accessibility violation in any mode, a silent console, nothing from elsewhere,
and no sideways scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.accessibility import MODES, switch, violations
from tests.e2e.browsing import PHONE, WINDOW, People, Watch, overflow
from tests.e2e.landmarks import Landmarks
from tests.e2e.screens import SCREENS, Screen
from tests.e2e.site import Site

pytestmark = pytest.mark.browser


class Contexts:
    """One browser context per account, so that its cache is warm from screen to screen."""

    def __init__(self, people: People, closing: ExitStack) -> None:
        self.people = people
        self.closing = closing
        self._open: dict[str, BrowserContext] = {}

    def of(self, who: str) -> BrowserContext:
        if who not in self._open:
            context = self.people.context(who, reduced_motion="reduce")
            self.closing.callback(context.close)
            self._open[who] = context
        return self._open[who]


@pytest.fixture(scope="module")
def contexts(people: People) -> Iterator[Contexts]:
    with ExitStack() as closing:
        yield Contexts(people, closing)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_screen_is_accessible_silent_at_home_and_fits_its_window(
    screen: Screen, contexts: Contexts, site: Site, landmarks: Landmarks
) -> None:
    page = contexts.of(screen.who).new_page()
    watch = Watch(page, site)
    try:
        status = screen.open(page, landmarks)
        assert status == screen.status
        assert page.locator("h1").count() == 1
        assert watch.errors == []
        assert watch.strangers == []
        assert overflow(page) == 0, f"wider than {WINDOW['width']} px"
        broken = {}
        for mode in MODES:
            switch(page, mode)
            if found := violations(page):
                broken[mode] = found
        assert broken == {}
        if screen.phone:
            switch(page, "normal")
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict of the same keys
            assert overflow(page) == 0, f"wider than {PHONE['width']} px"
    finally:
        page.close()
