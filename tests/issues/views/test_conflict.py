"""Two people save the same record: the second sees both texts and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues.models import Issue
from tests.conflict_page import resubmitted, sides, words
from tests.conftest import Demo

As = Callable[[str], Client]
Shown = Callable[[Client, str], dict[str, Any]]


@pytest.fixture
def issue(demo: Demo) -> Issue:
    return Issue.objects.filter(inspection=demo.a)[0]


@pytest.fixture
def address(issue: Issue) -> str:
    return reverse("issue_edit", kwargs={"issue": issue.public_id})


def test_the_second_gets_both_texts_and_nothing_is_written(
    as_user: As, shown: Shown, issue: Issue, address: str
) -> None:
    first, second = as_user("office"), as_user("office-review")
    loaded = shown(second, address)
    first.post(address, {**loaded, "title": "先保存的标题"})
    response = second.post(address, {**loaded, "title": "后保存的标题"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "这条记录刚刚被他人修改" in text
    assert "整改办联络员" in text, "the page does not say who saved first"
    (difference,) = response.context["differences"]
    assert sides(response) == {"问题": ("后保存的标题", "先保存的标题")}
    assert [piece for piece, only in difference.mine if only] == ["后"]
    assert difference.word == "您和他人都改了这一项"
    assert Issue.objects.get(pk=issue.pk).title == "先保存的标题"


def test_saving_from_that_page_keeps_what_each_of_them_changed(
    as_user: As, shown: Shown, issue: Issue, address: str
) -> None:
    first, second = as_user("office"), as_user("office-review")
    loaded = shown(second, address)
    first.post(address, {**loaded, "title": "先保存的标题", "source": "advice"})
    mine = {**loaded, "source_text": "我补录的原文", "disclosure": "party_only",
            "disclosure_reason": "我写的理由"}  # fmt: skip
    response = second.post(address, mine)
    said = words(response)
    assert said["问题"] == said["来源"] == "只有他人改了这一项"
    assert said["反馈原文"] == "只有您改了这一项"
    assert second.post(address, resubmitted(response)).status_code == 302
    after = Issue.objects.get(pk=issue.pk)
    assert after.title == "先保存的标题"
    assert after.source == "advice"
    assert after.source_text == "我补录的原文"
    assert after.disclosure_reason == "我写的理由"


def test_a_third_save_in_between_is_a_conflict_again(
    as_user: As, shown: Shown, issue: Issue, address: str
) -> None:
    first, second = as_user("office"), as_user("office-review")
    loaded = shown(second, address)
    first.post(address, {**loaded, "title": "先保存的标题"})
    conflict = second.post(address, {**loaded, "title": "后保存的标题"})
    first.post(address, {**shown(first, address), "title": "再次保存的标题"})
    assert second.post(address, resubmitted(conflict)).status_code == 409
    assert Issue.objects.get(pk=issue.pk).title == "再次保存的标题"


def test_typing_what_is_there_already_is_said_to_need_no_saving(
    as_user: As, shown: Shown, address: str
) -> None:
    first, second = as_user("office"), as_user("office-review")
    loaded = shown(second, address)
    first.post(address, {**loaded, "title": "同样的标题"})
    response = second.post(address, {**loaded, "title": "同样的标题"})
    assert response.status_code == 409
    assert "无需再次保存" in response.content.decode()
