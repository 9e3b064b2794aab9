"""Stored text holds nothing that a database or a spreadsheet would refuse, and loses nothing."""

import unicodedata
from xml.sax.saxutils import escape

import defusedxml.ElementTree as ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from rectify.lib.clean_text import clean_text, has_control_characters, without_control_characters


def test_control_characters_are_removed_and_line_ends_are_one() -> None:
    assert clean_text(" 一\x0b是\x00：\r\n完成\r二是\x85三\u2028四\x7f\ufffe ") == (
        "一是：\n完成\n二是\n三\n四"
    )


def test_everything_else_stays_as_it_was_typed() -> None:
    text = "“‘一岗双责’”\u00a0（试行）\t<a>１２①\u200b\U0002053b𠮷"
    assert clean_text(text) == text


def test_only_the_ends_are_stripped() -> None:
    assert (
        clean_text("\u3000\u3000第一段\n\u3000\u3000第二段\u3000\n") == "第一段\n\u3000\u3000第二段"
    )
    assert without_control_characters(" a\x00 ") == " a "


def test_control_characters_are_reported_and_line_ends_are_not() -> None:
    assert has_control_characters("a\x0bb")
    assert has_control_characters("\ud800")
    assert not has_control_characters("a\r\nb\tc")


@settings(deadline=None)
@given(st.text())
def test_cleaned_text_is_clean_and_survives_xml(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert not has_control_characters(cleaned)
    assert ElementTree.fromstring(f"<t>{escape(cleaned)}</t>").text in (cleaned, cleaned or None)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"])))
def test_text_without_controls_is_only_stripped(text: str) -> None:
    assert clean_text(text) == text.strip()
    assert all(unicodedata.category(character) != "Cc" for character in clean_text(text))
