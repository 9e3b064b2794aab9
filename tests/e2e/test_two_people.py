"""Two people save the same measure: the second sees both texts and loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.acts import report
from tests.e2e.browsing import People
from tests.e2e.landmarks import Landmarks

pytestmark = pytest.mark.browser

FIRST = "已组织业务骨干逐户走访，解决个性化诉求17件。"
SECOND = "已完成走访并建立回访台账，所涉单位全部签订整改承诺。"


def test_the_second_to_save_gets_both_texts_and_then_saves(
    people: People, landmarks: Landmarks
) -> None:
    target = landmarks.ready_b[0]
    page = f"/measures/{target.id}/"
    with people.window(target.clerk) as clerk, people.window("office-b") as office:
        clerk.goto(page)
        office.goto(page)
        assert report(clerk, result=FIRST) == 302
        assert report(office, result=SECOND) == 409
        expect(office.get_by_role("alert")).to_be_visible()
        sides = office.locator(".compare section")
        expect(sides.filter(has_text=FIRST)).to_have_count(1)
        expect(sides.filter(has_text=SECOND)).to_have_count(1)
        expect(office.get_by_role("textbox", name="整改情况")).to_have_value(SECOND)

        office.locator("main form button.button--primary").click()
        office.wait_for_url(f"**{page}")
        expect(office.get_by_role("textbox", name="整改情况")).to_have_value(SECOND)
        clerk.reload()
        kept = clerk.locator("#history li")
        expect(kept.filter(has_text=FIRST)).not_to_have_count(0)
        expect(kept.filter(has_text=SECOND)).not_to_have_count(0)
