"""GB/T 9704-2012 measured from the finished file: baselines and glyphs, not boxes."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from reports.rendering.engine import load_engine
from reports.rendering.notice_text import (
    PRINT_STYLES,
    Heading1,
    Heading2,
    NoticeText,
    Paragraph,
    print_html,
    to_pdf,
)
from reports.rendering.pdf import print_setup
from reports.rendering.punctuation import NO_LINE_START, OPENING
from tests.reports.rendering.pdf_lines import Page, read_pages
from tests.reports.rendering.sample_notice import pure_chinese_paragraph

MM = 72 / 25.4  # points
LEFT, RIGHT = 28 * MM, (210 - 26) * MM
TOP, BOTTOM = (297 - 37) * MM, 35 * MM
PITCH = 28.99
SQUARE = 15.79
FLUSH = 0.6  # points


def notice(*paragraphs: str, signature: str = "示例局", date: str = "2021年5月12日") -> NoticeText:
    return NoticeText("关于整改情况的通报", tuple(map(Paragraph, paragraphs)), signature, date)


def full_pages(pages: list[Page]) -> list[Page]:
    """Pages that the text runs on from; before a heading a page may end a line or two early."""
    heading = re.compile(r"[一二三]、|（[一二三四五六七八]）|\d\.针对")
    return [page for page, after in pairwise(pages) if not heading.match(after.body[0].text)]


def raggedness(pages: list[Page]) -> list[float]:
    """For every full line how far its last glyph ends from the right margin, in points."""
    lines = [line for page in pages for line in page.body]
    full = [line for line, following in pairwise(lines) if abs(following.left - LEFT) < 1]
    return [abs(line.right - RIGHT) for line in full]


def test_every_page_is_a4_upright(sample_pages: list[Page]) -> None:
    for page in sample_pages:
        assert page.width == pytest.approx(210 * MM, abs=0.1)
        assert page.height == pytest.approx(297 * MM, abs=0.1)


def test_all_text_keeps_to_the_type_area(sample_pages: list[Page]) -> None:
    for page in sample_pages:
        for line in page.lines:
            if line is page.number:
                continue
            assert line.left > LEFT - FLUSH
            assert line.right < RIGHT + FLUSH
            # 0.88 em above and 0.12 em below the baseline: where the square of a glyph lies.
            assert line.baseline + 0.88 * line.size < TOP
            assert line.baseline - 0.12 * line.size > BOTTOM


def test_a_full_page_holds_22_lines_of_28_99_points(sample_pages: list[Page]) -> None:
    assert len(sample_pages) >= 15
    full = full_pages(sample_pages)
    assert len(full) >= 10
    for page in full:
        assert len(page.body) == (17 if page is sample_pages[0] else 22)
    for page in sample_pages[:-1]:
        for above, below in pairwise(page.body):
            assert above.baseline - below.baseline == pytest.approx(PITCH, abs=0.02)


def test_all_full_pages_begin_and_end_on_the_same_baseline(sample_pages: list[Page]) -> None:
    assert len({round(page.body[0].baseline, 1) for page in sample_pages[1:]}) == 1
    ends = [page.body[-1].baseline for page in full_pages(sample_pages)]
    assert max(ends) - min(ends) < 0.1


def test_a_pure_chinese_line_holds_28_characters() -> None:
    pages = read_pages(to_pdf(notice(pure_chinese_paragraph(28 * 60))))
    lines = [line for page in pages for line in page.body]
    assert len(pages[1].body) == 22
    assert len(lines[0].text) == 26  # two squares of indent
    assert lines[0].left == pytest.approx(LEFT + 2 * SQUARE, abs=FLUSH)
    assert {len(line.text) for line in lines[1:59]} == {28}
    assert len(lines) == 61 + 2  # 1680 + 2 squares on 61 lines, 署名, date


def test_every_full_line_is_flush_right(sample_pages: list[Page]) -> None:
    off = raggedness(sample_pages)
    assert len(off) > 200
    assert max(off) < FLUSH


def test_without_our_justification_the_same_measure_finds_ragged_lines(sample_pdf: bytes) -> None:
    """The control: WeasyPrint alone, same HTML and styles, must fail the test above."""
    html = print_html(
        notice(
            "推进“放管服”改革，修订《综合窗口管理办法》，建立“一事一档”制度，做到有据可查。" * 20
        )
    )
    setup = print_setup()
    sheets = [setup.fonts_sheet, *map(setup.sheet, PRINT_STYLES)]
    bare = (
        load_engine().html(string=html).write_pdf(stylesheets=sheets, font_config=setup.font_config)
    )
    assert max(raggedness(read_pages(bare))) > 5


def test_no_line_begins_or_ends_with_a_forbidden_mark(sample_pages: list[Page]) -> None:
    for page in sample_pages:
        for line in page.body:
            assert line.text[0] not in NO_LINE_START, line.text
            assert line.text[-1] not in OPENING, line.text


def test_marks_that_meet_share_one_square() -> None:
    (page,) = read_pages(to_pdf(notice("修订《办法》、《规则》。")))
    glyphs = {glyph.text: glyph for glyph in page.body[0].glyphs}
    (close, comma) = (glyphs["》"], glyphs["、"])
    marks = [g for g in page.body[0].glyphs if g.text in "》、《"]
    assert comma.left - marks[1].left == pytest.approx(SQUARE - 8, abs=0.3)
    assert close.text == "》"


def test_a_squeezed_mark_at_a_line_end_gets_its_square_back() -> None:
    """The comma gave half its square to the quote, which then opened the next line."""
    text = pure_chinese_paragraph(25) + "，“" + pure_chinese_paragraph(40)
    first, second = read_pages(to_pdf(notice(text)))[0].body[:2]
    assert (first.text[-1], second.text[0]) == ("，", "“")
    assert first.right == pytest.approx(RIGHT, abs=FLUSH)


def test_a_line_may_end_before_an_opening_and_after_a_closing_quote() -> None:
    """Unicode's rule LB19 forbids both and would leave lines three characters short."""
    pages = read_pages(to_pdf(notice("落实“放管服”" * 200)))
    assert {len(line.text) for line in pages[1].body} <= {27, 28, 29}


def test_page_numbers_stand_at_the_outer_side(sample_pages: list[Page]) -> None:
    for number, page in enumerate(sample_pages, start=1):
        line = page.number
        assert line.text.replace("\xa0", "") == f"—{number}—"
        if number % 2:
            assert line.right == pytest.approx(RIGHT - 16, abs=FLUSH)
        else:
            assert line.left == pytest.approx(LEFT + 16, abs=FLUSH)
        # The dash runs a third of an em above the baseline: 7 mm below the type area.
        assert BOTTOM - (line.baseline + line.size / 3) == pytest.approx(7 * MM, abs=1.5)
        assert all("Songti" in glyph.font for glyph in line.glyphs)


def test_title_and_headings_use_their_typefaces(sample_pages: list[Page]) -> None:
    first = sample_pages[0]
    title = [line for line in first.lines if round(line.size) == 22]
    assert len(title) == 2
    for line in title:
        assert all("Xiaobiaosong" in glyph.font for glyph in line.glyphs)
        assert (line.left + line.right) / 2 == pytest.approx((LEFT + RIGHT) / 2, abs=1)
    faces = {
        line.text[:2]: Counter(glyph.font.split("-")[-1] for glyph in line.glyphs)
        for page in sample_pages
        for line in page.body
    }
    assert set(faces["一、"]) == {"Heiti"}
    assert set(faces["（一"]) == {"Kaiti"}
    assert set(faces["1."]) == {"Fangsong"}


@pytest.mark.parametrize("title", ["关于整改情况的通报", "关于推进整改工作的通报" * 3])
def test_the_first_page_ends_on_the_same_line_as_all_others(title: str) -> None:
    text = NoticeText(title, (Paragraph(pure_chinese_paragraph(1600)),), "示例局", "2021年5月12日")
    pages = read_pages(to_pdf(text))
    assert pages[0].body[-1].baseline == pytest.approx(pages[1].body[-1].baseline, abs=0.1)


def test_rare_characters_keep_the_grid() -> None:
    """Their second face has other metrics; a taller line would cost the page its 22nd."""
    text = NoticeText(
        "关于甪直镇整改情况的通报",
        (
            Heading1("一、", "甪直镇情况"),
            Heading2("（一）", "镕基堃"),
            *[Paragraph("赟珺翀昇" * 300)],
        ),
        "示例局",
        "2021年5月12日",
    )
    pages = read_pages(to_pdf(text))
    assert len(pages[1].body) == 22
    assert any("Rare-Serif" in glyph.font for glyph in pages[0].body[3].glyphs)


def test_signature_and_date_stand_as_the_standard_says() -> None:
    page = read_pages(to_pdf(notice("此文。", signature="示例区政务服务数据管理局")))[-1]
    text, signature, date = page.body
    assert text.baseline - signature.baseline == pytest.approx(2 * PITCH, abs=0.1)
    assert signature.baseline - date.baseline == pytest.approx(PITCH, abs=0.1)
    assert signature.right == pytest.approx(RIGHT - 2 * SQUARE, abs=FLUSH)
    assert date.left == pytest.approx(signature.left + 2 * SQUARE, abs=FLUSH)


def test_a_date_longer_than_the_signature_stands_two_squares_from_the_right() -> None:
    page = read_pages(to_pdf(notice("此文。", signature="示例局")))[-1]
    _, signature, date = page.body
    assert date.right == pytest.approx(RIGHT - 2 * SQUARE, abs=FLUSH)
    assert date.left == pytest.approx(signature.left + 2 * SQUARE, abs=FLUSH)


@pytest.mark.parametrize("lines", [15, 16, 17, 18, 19])
def test_the_date_is_never_alone_on_a_page(lines: int) -> None:
    pages = read_pages(to_pdf(notice(pure_chinese_paragraph(28 * lines - 2))))
    assert [line.text[:2] for line in pages[-1].body[-2:]] == ["示例", "20"]
    assert len(pages[-1].body) >= 3  # some of the text is with them
