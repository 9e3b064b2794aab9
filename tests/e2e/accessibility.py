"""Axe on a page as it stands: WCAG 2.1 A and AA."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
# The ways in which a person may ask for pages to look; attributes of the page's root element.
MODES: dict[str, dict[str, str]] = {
    "normal": {},
    "large": {"size": "largest"},
    "high contrast": {"contrast": "high"},
}


def violations(page: Page) -> list[str]:
    """One line per place where a rule is broken."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "resultTypes": ["violations"],
        "preload": False,  # style sheets are all of this host
    }
    found: dict[str, Any] = page.evaluate("options => axe.run(options)", options)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} — {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def switch(page: Page, mode: str) -> None:
    """Shows the page in one of MODES, as the server would with that choice."""
    page.evaluate(
        """choices => Object.assign(document.documentElement.dataset,
                                    {size: 'middle', contrast: 'normal', ...choices})""",
        MODES[mode],
    )
