"""What a reader gets out of the three forms of a notice is what the composer put in."""

import hashlib
import io
import logging
import re

import pikepdf
import pytest
from pdfminer.high_level import extract_text

from reports.rendering.notice_text import (
    Heading1,
    Heading2,
    NoticeText,
    Paragraph,
    to_html,
    to_pdf,
    to_text,
)
from reports.rendering.pdf import MissingGlyphs
from tests.reports.rendering.sample_notice import TITLE, sample_notice


def bare(text: str) -> str:
    """Without white space and line breaks."""
    return "".join(text.split())


def words_of(pdf: bytes) -> str:
    return re.sub(r"—\d+—", "", bare(extract_text(io.BytesIO(pdf))))


def test_the_text_copied_out_of_the_pdf_is_the_source(sample_pdf: bytes) -> None:
    assert words_of(sample_pdf) == bare(to_text(sample_notice()))


@pytest.mark.parametrize(
    "text",
    [
        "<b>&amp;\"'</b><script>alert(1)</script>{{ settings.SECRET_KEY }}{% now %}",
        "半角,标点;也:原样(保留)!和全角，标点；一样：",
        "赟堃喆珺翀昇玥彧婳旻祎镕甪浬𠮷",
        "网址https://www.example.org/a/very/long/path/that/does/not/fit/on/one/line?x=1&y=2。",
        "“‘嵌套’”、《〈书〉》：（〔号〕）；……——1.5万元、98.6%、℃、①、Ⅲ、㎡",
    ],
)
def test_hard_text_is_printed_as_it_stands(text: str) -> None:
    notice = NoticeText(
        "通报", (Paragraph(text * 3, lead="整改情况："),), "示例局", "2021年5月12日"
    )
    assert words_of(to_pdf(notice)) == bare(to_text(notice))


def test_plain_text_has_one_line_for_each_block() -> None:
    notice = NoticeText(
        "通报",
        (Heading1("一、", "情况"), Heading2("（一）", "方面"), Paragraph("已办结。", "整改情况：")),
        "示例局",
        "2021年5月12日",
    )
    assert to_text(notice) == (
        "通报\n一、情况\n（一）方面\n整改情况：已办结。\n示例局\n2021年5月12日\n"
    )


def test_the_html_is_whole_escaped_and_needs_no_other_file() -> None:
    notice = NoticeText(
        "<通报>", (Heading1("一、", "甲&乙"), Paragraph("“<i>”、《乙》")), "局", "2021年5月12日"
    )
    html = to_html(notice)
    assert "<h2" in html
    assert "一、甲&amp;乙</h2>" in html
    assert "“&lt;i&gt;”、《乙》</p>" in html
    assert "<i>" not in html
    assert "\u200b" not in html
    assert not re.search(r"src=|href=|url\(", html)
    assert '<html lang="zh-CN">' in html


def test_two_renderings_are_the_same_bytes(sample_pdf: bytes) -> None:
    again = to_pdf(sample_notice())
    assert hashlib.sha256(again).digest() == hashlib.sha256(sample_pdf).digest()


def test_all_fonts_are_embedded_and_subset(sample_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(sample_pdf)) as pdf:
        fonts = [obj for obj in pdf.objects if _is(obj, "/FontDescriptor")]
        assert len(fonts) == 5
        for font in fonts:
            assert re.match(r"/[A-Z]{6}\+", str(font.FontName))
            assert "/FontFile3" in font
            assert len(font.FontFile3.read_raw_bytes()) < 300_000


def test_the_file_is_a_tagged_archive_file_with_a_title_and_nothing_else(
    sample_pdf: bytes,
) -> None:
    with pikepdf.open(io.BytesIO(sample_pdf)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert {key: str(value) for key, value in pdf.docinfo.items()} == {"/Title": TITLE}
        xmp = pdf.Root.Metadata.read_bytes().decode()
        assert 'pdfaid:part="2"' in xmp
        assert 'pdfaid:conformance="A"' in xmp
        assert "WeasyPrint" not in xmp
        assert not re.search(r"Date|creator", xmp)
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "zh-CN"
        assert "/OutputIntents" in pdf.Root


def test_headings_are_bookmarks_of_three_levels(sample_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(sample_pdf)) as pdf, pdf.open_outline() as outline:
        first, second, third = outline.root
        assert first.title == "一、整改工作组织情况"
        assert third.title == "三、下一步工作打算"
        assert [area.title[:3] for area in second.children[:2]] == ["（一）", "（二）"]
        assert second.children[0].children[0].title == "1.针对“理论学习‘照本宣科’”的问题"


def test_no_glyph_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        to_pdf(sample_notice(areas=1))
    assert not [record for record in caplog.records if ".notdef" in record.getMessage()]


def test_a_character_without_a_font_is_named_instead_of_printed_as_a_box() -> None:
    notice = NoticeText(
        "通报", (Paragraph("甲\U0010fffd乙\U000ffffd\U0010fffd"),), "局", "2021年5月12日"
    )
    with pytest.raises(MissingGlyphs, match=r"U\+10FFFD.*U\+FFFFD") as caught:
        to_pdf(notice)
    assert caught.value.characters == ("\U0010fffd", "\U000ffffd")


def _is(obj: object, kind: str) -> bool:
    return isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == kind
