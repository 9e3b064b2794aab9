"""Dates as offices write and type them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectify.lib.chinese_dates import ChineseDateError, format_date, parse_date

DAY = date(2021, 5, 12)


def test_a_date_is_printed_without_leading_zeros() -> None:
    assert format_date(DAY) == "2021年5月12日"
    assert format_date(date(2021, 11, 1)) == "2021年11月1日"


def test_a_moment_is_not_printed_as_a_date() -> None:
    with pytest.raises(TypeError):
        format_date(datetime(2021, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-12",
        "2021-5-12",
        "2021.5.12",
        "2021/5/12",
        "20210512",
        "2021年5月12日",
        "2021年05月12日",
        "2021 年5月12日",
        "２０２１年５月１２日",
        "２０２１．５．１２",
        "\u3000 2021-05-12\n",
    ],
)
def test_every_usual_spelling_is_read(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5月12日",
        "2021年5月",
        "2021-5.12",
        "21-05-12",
        "2021051",
        "2019-20201205",
        "二〇二一年五月",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ChineseDateError, match="不是日期"):
        parse_date(text)


@pytest.mark.parametrize("text", ["2021-02-29", "2021-13-01", "20210431", "2021年6月31日"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ChineseDateError, match="没有"):
        parse_date(text)


def test_a_mistyped_century_is_refused() -> None:
    with pytest.raises(ChineseDateError, match="年份"):
        parse_date("0202-05-12")


@settings(deadline=None)
@given(st.dates(min_value=date(1949, 1, 1), max_value=date(2199, 12, 31)))
def test_what_is_printed_is_read_back(day: date) -> None:
    assert parse_date(format_date(day)) == parse_date(day.isoformat()) == day


@settings(deadline=None)
@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse_date(text)
    except ChineseDateError as error:
        assert str(error).endswith(("。", "核对。"))
