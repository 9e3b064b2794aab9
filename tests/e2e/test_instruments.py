"""The instruments of the other tests see what they look for: a page made bad is found bad."""

from __future__ import annotations

import pytest

from tests.e2e.accessibility import MODES, switch, violations
from tests.e2e.browsing import People, Watch, overflow
from tests.e2e.site import Site

pytestmark = pytest.mark.browser

FOREIGN = "http://127.0.0.1:9/elsewhere.js"


def test_a_bad_page_is_found_bad_in_every_way(people: People, site: Site) -> None:
    with people.window() as page:
        watch = Watch(page, site)
        page.goto("/login/")
        assert (watch.errors, watch.strangers, overflow(page)) == ([], [], 0)
        for mode in MODES:
            switch(page, mode)
            assert violations(page) == []

        page.evaluate(
            """foreign => {
                const wide = document.createElement('p');
                wide.textContent = '宽'.repeat(500);
                wide.style.whiteSpace = 'nowrap';
                wide.style.color = '#eee';
                document.querySelector('main').append(wide, document.createElement('input'));
                const inline = document.createElement('script');
                inline.textContent = 'document.title = "run"';
                document.head.append(inline);
                return fetch(foreign, {mode: 'no-cors'}).catch(() => null);
            }""",
            FOREIGN,
        )
        assert page.title() != "run"
        assert overflow(page) > 0
        assert any("script-src" in error or "default-src" in error for error in watch.errors)
        for mode in MODES:
            switch(page, mode)
            broken = {line.partition(":")[0] for line in violations(page)}
            assert broken >= {"color-contrast", "label"}, mode

        page.goto("about:blank")  # without the policy, which stops such a request by itself
        page.evaluate("foreign => fetch(foreign, {mode: 'no-cors'}).catch(() => null)", FOREIGN)
        assert FOREIGN in watch.strangers
