"""The notice page: drafting without script, two people at once, gaps told, PDF unavailable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issues.domain.inspections import create_inspection
from rectify.jobs.models import Job
from reports.domain.documents import current_notice
from reports.jobs import BUILD_NOTICE
from reports.models import Document
from tests.conflict_page import resubmitted, sides
from tests.conftest import Demo

Login = Callable[[str], Client]


def page(demo: Demo) -> str:
    return reverse("documents", kwargs={"inspection": demo.b.public_id})


def build(demo: Demo) -> str:
    return reverse("notice_build", kwargs={"inspection": demo.b.public_id})


def notice(demo: Demo) -> Document:
    found = current_notice(demo.b)
    assert found is not None
    return found


def items(part: str, *pairs: tuple[str, str]) -> dict[str, str]:
    """The fields of one part's items, followed by the empty one of the page."""
    fields = {}
    for number, (title, text) in enumerate([*pairs, ("", "")], 1):
        fields[f"{part}-{number}-title"], fields[f"{part}-{number}-text"] = title, text
    return fields


def typed(document: Document, **changes: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    sections = document.sections
    data: dict[str, Any] = {
        "version": document.version,
        "title": document.title,
        "dated_on": "",
        "as_of": "",
        "intro": sections["intro"],
        "results_lead": sections["results_lead"],
        "contact_note": sections["contact_note"],
    }
    for part in ("organisation", "next_steps"):
        data |= items(part, *[(item["title"], item["text"]) for item in sections[part]])
    return {**data, **changes}


def test_saving_keeps_items_in_order_and_drops_empty_ones(demo: Demo, as_user: Login) -> None:
    document = notice(demo)
    answer = as_user("office-b").post(
        page(demo),
        typed(
            document,
            dated_on="2026.11.20",
            as_of="20261101",
            **items("organisation", ("甲", "甲的正文"), ("", "  "), ("乙", "乙的正文")),
        ),
    )
    assert answer.status_code == 302
    document.refresh_from_db()
    assert document.sections["organisation"] == [
        {"title": "甲", "text": "甲的正文"}, {"title": "乙", "text": "乙的正文"},
    ]  # fmt: skip
    assert str(document.dated_on) == "2026-11-20"
    assert str(document.as_of) == "2026-11-01"


def test_adding_and_dropping_an_item_saves_nothing_and_loses_nothing(
    demo: Demo, as_user: Login
) -> None:
    document = notice(demo)
    client = as_user("office-b")
    before = len(document.sections["organisation"])
    added = client.post(
        page(demo), typed(document, intro="刚刚改的开头", change="add-organisation")
    )
    assert len(added.context["form"].with_blank()["organisation"]) == before + 2
    assert "刚刚改的开头" in added.content.decode()
    dropped = client.post(page(demo), typed(document, change="drop-organisation-1"))
    titles = [item.title for item in dropped.context["form"].with_blank()["organisation"]]
    assert document.sections["organisation"][0]["title"] not in titles
    document.refresh_from_db()
    assert len(document.sections["organisation"]) == before


@pytest.mark.parametrize("change", ["drop-organisation-99", "add-nonsense", "x", "drop--"])
def test_an_unknown_change_does_nothing(demo: Demo, as_user: Login, change: str) -> None:
    answer = as_user("office-b").post(page(demo), typed(notice(demo), change=change))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "标题"),
        ({"intro": ""}, "开头语"),
        ({"as_of": "2199-01-01"}, "晚于今天"),
        ({"as_of": "2021-05-12", "dated_on": "2021-05-01"}, "成文日期不能早于统计截至日"),
        (items("organisation", ("只有小标题", "")), "请填写正文"),
        (items("next_steps", ("", "只有正文")), "请填写小标题"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    demo: Demo, as_user: Login, changes: dict[str, Any], words: str
) -> None:
    document = notice(demo)
    answer = as_user("office-b").post(
        page(demo), typed(document, contact_note="刚刚写的联系方式", **changes)
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "刚刚写的联系方式" in text
    document.refresh_from_db()
    assert document.sections["contact_note"] != "刚刚写的联系方式"


def test_the_second_to_save_sees_both_texts_and_can_save_then(demo: Demo, as_user: Login) -> None:
    old = typed(notice(demo), intro="我写的开头")
    client = as_user("office-b")
    first = as_user("office-review-b").post(page(demo), typed(notice(demo), intro="他人写的开头"))
    assert first.status_code == 302
    second = client.post(page(demo), old)
    assert second.status_code == 409
    assert sides(second) == {"开头语": ("我写的开头", "他人写的开头")}
    assert client.post(page(demo), resubmitted(second)).status_code == 302
    assert notice(demo).sections["intro"] == "我写的开头"


def test_the_second_to_save_keeps_the_paragraphs_that_only_the_first_changed(
    demo: Demo, as_user: Login
) -> None:
    client, loaded = as_user("office-b"), typed(notice(demo))
    others = {name: one for name, one in loaded.items() if not name.startswith("next_steps")}
    theirs = others | items("next_steps", ("他人的小标题", "他人的正文"))
    assert client.post(page(demo), theirs).status_code == 302
    second = client.post(page(demo), {**loaded, "intro": "我写的开头"})
    assert sides(second)["下一步工作安排"][1] == "他人的小标题：他人的正文"
    assert client.post(page(demo), resubmitted(second)).status_code == 302
    after = notice(demo).sections
    assert after["intro"] == "我写的开头"
    assert after["next_steps"] == [{"title": "他人的小标题", "text": "他人的正文"}]


def test_moving_items_about_does_not_hide_that_somebody_else_saved(
    demo: Demo, as_user: Login
) -> None:
    client, loaded = as_user("office-b"), typed(notice(demo))
    assert client.post(page(demo), {**loaded, "intro": "他人写的开头"}).status_code == 302
    moved = client.post(page(demo), {**loaded, "change": "add-organisation"})
    version = moved.context["form"]["version"].value()
    late = client.post(page(demo), {**loaded, "intro": "我写的开头", "version": version})
    assert late.status_code == 409
    assert notice(demo).sections["intro"] == "他人写的开头"


def test_starting_a_draft_where_there_is_none(demo: Demo, as_user: Login) -> None:
    fresh = create_inspection(
        organization=demo.b.organization,
        actor=demo.user("office-b"),
        code="fresh",
        name="新一轮巡察",
    )
    url = reverse("documents", kwargs={"inspection": fresh.public_id})
    client = as_user("office-b")
    assert "开始起草" in client.get(url).content.decode()
    assert "开始起草后" in as_user("secretary-b").get(url).content.decode()
    assert client.post(url).status_code == 302
    assert current_notice(fresh) is not None


@pytest.mark.parametrize("username", ["secretary-b", "discipline"])
def test_readers_see_the_whole_text_and_no_form(demo: Demo, as_user: Login, username: str) -> None:
    inspection = demo.a if username == "discipline" else demo.b
    url = reverse("documents", kwargs={"inspection": inspection.public_id})
    answer = as_user(username).get(url)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "notice-form" not in text
    assert "反馈问题整改落实情况" in text
    assert as_user(username).post(url, {}).status_code == 403


def test_preview_leaves_out_what_is_withheld(demo: Demo, as_user: Login) -> None:
    hidden = demo.b.issues.filter(disclosure="withheld").first()
    assert hidden is not None
    text = as_user("office-b").get(f"{page(demo)}?view=preview").content.decode()
    assert hidden.title not in text
    assert "整改情况：" in text


def test_panel_reconciles_and_each_hidden_number_opens_its_rows(demo: Demo, as_user: Login) -> None:
    client = as_user("office-b")
    panel = client.get(page(demo)).context["panel"]
    for row in panel.levels:
        assert row.claimed == row.listed + row.withheld
        opened = client.get(row.href).context
        rows = opened["total"] if "total" in opened else len(opened["rows"])
        assert rows == row.withheld
    assert "不予公开" in panel.headline


def test_measures_that_are_printed_nowhere_are_named(demo: Demo, as_user: Login) -> None:
    answer = as_user("office-b").get(page(demo))
    gaps = answer.context["panel"].gaps
    assert gaps
    assert all(measure.result_text == "" for measure in gaps)
    assert str(gaps[0].public_id) in answer.content.decode()


def test_building_queues_one_job_and_leads_to_it(demo: Demo, as_user: Login) -> None:
    answer = as_user("office-b").post(build(demo))
    job = Job.objects.get(kind=BUILD_NOTICE, params__inspection=demo.b.pk)
    assert answer["Location"] == reverse("job", kwargs={"job": job.public_id})


def test_missing_fonts_disable_the_button_with_the_remedy(
    demo: Demo, as_user: Login, settings: Any, tmp_path: Path
) -> None:
    settings.FONT_DIR = tmp_path
    client = as_user("office-b")
    text = client.get(page(demo)).content.decode()
    assert "make fonts" in text
    assert 'disabled aria-describedby="pdf-obstacles"' in text
    answer = client.post(build(demo), follow=True)
    assert answer.status_code == 200
    assert not Job.objects.filter(kind=BUILD_NOTICE, params__inspection=demo.b.pk).exists()


@pytest.mark.parametrize(
    ("username", "status"),
    [("clerk-employment-b", 403), ("party-member-b", 403), ("oversight", 403), ("office", 404)],
)
def test_who_may_not_read_documents_is_turned_away(
    demo: Demo, as_user: Login, username: str, status: int
) -> None:
    client = as_user(username)
    assert client.get(page(demo)).status_code == status
    assert client.post(page(demo), {}).status_code == status
    assert client.post(build(demo)).status_code == status
