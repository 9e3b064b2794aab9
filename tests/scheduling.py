"""Which worker runs which test: all browser tests on one, so that one product is started.

pytest-xdist's own groups (`--dist loadgroup`) have no effect with this version of pytest, which no
longer lets a plugin rename a test.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = "tests/e2e/"


class BrowserTogether(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Every test by itself to whoever is free, but the browser tests as one piece of work."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BrowserTogether:
    return BrowserTogether(config, log)
