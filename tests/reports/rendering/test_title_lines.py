"""Titles are broken by meaning (GB/T 9704-2012 7.3.1)."""

import pytest

from reports.rendering.title_lines import LINE_CELLS, cells, title_lines

TITLES = [
    "关于整改情况的通报",
    "中共示例区政务服务数据管理局党组关于巡察整改进展情况的通报",
    "中共示例市示例区政务服务数据管理局党组关于十二届区委第二轮巡察整改进展情况的通报",
    "示例区政务服务数据管理局关于2020年度《优化营商环境条例》执行情况专项审计查出问题整改结果的公告",
    "关于“放管服”改革专项督查（第一轮）反馈意见整改情况的通报",
]


@pytest.mark.parametrize("title", TITLES)
def test_lines_make_up_the_title_and_fit_the_type_area(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(2 <= cells(line) <= LINE_CELLS for line in lines)


@pytest.mark.parametrize("title", TITLES)
def test_no_line_ends_inside_brackets_or_quotes(title: str) -> None:
    for line in title_lines(title):
        for opening, closing in ("《》", "“”", "（）"):
            assert line.count(opening) == line.count(closing)


def test_a_short_title_stays_whole_and_a_long_one_turns_before_guanyu() -> None:
    assert title_lines(TITLES[0]) == (TITLES[0],)
    assert title_lines(TITLES[1]) == (
        "中共示例区政务服务数据管理局党组",
        "关于巡察整改进展情况的通报",
    )


def test_lines_are_balanced() -> None:
    widths = [cells(line) for line in title_lines("通报" * 15)]
    assert max(widths) - min(widths) <= 2


def test_an_absurdly_long_title_is_left_to_the_renderer() -> None:
    assert title_lines("示" * 200) == ("示" * 200,)
    assert title_lines("") == ("",)
