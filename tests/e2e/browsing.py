"""People at their browsers: contexts of logged-in accounts, and pages that are watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.e2e.site import Site

WINDOW = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds until a condition must hold on a slow machine


class Watch:
    """What a page did that it must not: errors on its console, requests to other hosts."""

    def __init__(self, page: Page, site: Site) -> None:
        self.site = site
        self.page = page
        self.errors: list[str] = []
        self.strangers: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        # A page that is meant to answer 403, 404, 409 or 422 is itself reported as not loaded.
        own = "status of 4" in message.text and message.location.get("url") == self.page.url
        if message.type in {"error", "warning"} and not own:
            self.errors.append(message.text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob", "about"} and parts.netloc != self.site.host:
            self.strangers.append(request.url)


class People:
    """Logs accounts in through the login page, once each, and opens windows for them."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self._known: dict[str, Any] = {}

    @contextmanager
    def window(self, who: str = "", **options: Any) -> Iterator[Page]:
        """A window of the account, "" for somebody not logged in; closed at the end."""
        context = self.context(who, **options)
        try:
            yield context.new_page()
        finally:
            context.close()

    def context(self, who: str = "", **options: Any) -> BrowserContext:
        options = {"viewport": WINDOW, "locale": "zh-CN", **options}
        if who:
            options["storage_state"] = self._state(who)
        context = self.browser.new_context(base_url=self.site.address, **options)
        context.set_default_timeout(PATIENCE)
        return context

    def log_in(self, page: Page, who: str) -> None:
        """Types name and password into the login page."""
        page.goto("/login/")
        page.get_by_label("登录名").fill(who)
        page.get_by_label("口令").fill(self.site.password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    def _state(self, who: str) -> Any:
        if who not in self._known:
            with self.window() as page:
                self.log_in(page, who)
                self._known[who] = page.context.storage_state()
        return self._known[who]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(width))
