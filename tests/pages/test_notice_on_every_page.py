"""「本系统为非涉密系统……」 stands on every page, on the screen and on paper."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.authorization.test_matrix import Objects, client_of, objects
from tests.authorization.walk import cells
from tests.pages.conftest import ROOT

__all__ = ["objects"]

NOTICE = "本系统为非涉密系统，严禁存储、处理、传输国家秘密"
TEMPLATES = {
    str(path.relative_to(ROOT / "templates")): path.read_text(encoding="utf-8")
    for path in (ROOT / "templates").rglob("*.html")
}
# The published notice itself: a document of the bureau for the public, not a page of this system.
DOCUMENTS = {"reports/print/notice.html"}


def test_a_whole_page_is_only_made_from_the_skeleton() -> None:
    whole = {name for name, text in TEMPLATES.items() if re.search(r"<html\b", text)}
    assert whole - DOCUMENTS == {"skeleton.html"}


def test_whatever_fills_the_skeleton_ends_in_the_notice() -> None:
    direct = {n: t for n, t in TEMPLATES.items() if '{% extends "skeleton.html" %}' in t}
    assert {"base.html", "plain.html"} <= set(direct)
    for name, text in direct.items():
        assert text.count('{% include "components/foot.html" %}') == 1, name
    assert NOTICE in TEMPLATES["components/foot.html"]


def test_no_page_replaces_the_part_that_holds_the_notice() -> None:
    for name, text in TEMPLATES.items():
        extends = re.search(r'{% extends "([^"]+)" %}', text)
        if extends and extends.group(1) != "skeleton.html":
            assert "{% block page %}" not in text, name


def test_paper_carries_it_too() -> None:
    for path in (ROOT / "static" / "css").rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        for selectors, rules in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            if re.search(r"\.foot\b(?!-)", selectors.replace("__foot", "")):
                assert "display: none" not in rules, path.name


@pytest.mark.parametrize(
    "subject", ["anonymous", "office", "oversight", "sysadmin", "secadmin", "auditor"]
)
def test_every_page_of_every_room_shows_it(subject: str, objects: Objects) -> None:
    client = client_of(subject)
    pages = 0
    for cell in cells():
        if cell.subject != subject or cell.method != "GET" or cell.answer == "redirect":
            continue
        response = client.get(reverse(cell.name, kwargs=objects.arguments(cell.name)))
        body = b"".join(response) if response.streaming else response.content
        if response.status_code == 302 or "text/html" not in response.headers["Content-Type"]:
            continue
        assert NOTICE in body.decode(), cell.name
        pages += 1
    assert pages >= (1 if subject == "anonymous" else 20)
