"""A week is its Monday in Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectify.lib.weeks import (
    WeekError,
    monday_of,
    parse_week,
    rectification_week,
    week_label,
    week_start,
)

DAYS = st.dates(min_value=date(1950, 1, 9), max_value=date(2190, 1, 1))


@settings(deadline=None)
@given(DAYS)
def test_the_start_of_a_week_is_the_monday_on_or_before_the_day(day: date) -> None:
    monday = week_start(day)
    assert monday.weekday() == 0
    assert timedelta(0) <= day - monday < timedelta(days=7)
    assert week_start(monday) == monday


def test_a_datetime_is_no_calendar_day() -> None:
    with pytest.raises(TypeError):
        week_start(datetime(2021, 5, 12, tzinfo=UTC))


def test_sunday_midnight_in_shanghai_opens_the_next_week_although_utc_is_still_sunday() -> None:
    last = datetime(2021, 5, 9, 15, 59, 59, tzinfo=UTC)
    assert monday_of(last) == date(2021, 5, 3)
    assert monday_of(last + timedelta(seconds=1)) == date(2021, 5, 10)


def test_the_turn_of_the_year_lies_inside_one_week() -> None:
    assert week_start(date(2026, 12, 31)) == week_start(date(2027, 1, 1)) == date(2026, 12, 28)


def test_a_naive_datetime_has_no_week() -> None:
    with pytest.raises(ValueError, match="aware"):
        monday_of(datetime(2021, 5, 12))  # noqa: DTZ001 (the naive value is what is tested)


def test_a_week_is_read_from_its_monday() -> None:
    assert parse_week("2021-05-10") == date(2021, 5, 10)
    assert parse_week(" 2021年5月10日 ") == date(2021, 5, 10)


def test_another_day_is_refused_with_the_monday_that_was_meant() -> None:
    with pytest.raises(WeekError, match=r"2021-05-11 不是星期一.*2021-05-10"):
        parse_week("2021-05-11")


@pytest.mark.parametrize("text", ["", "week 19", "2021-W19", "2021-02-30"])
def test_a_text_that_is_no_date_is_no_week(text: str) -> None:
    with pytest.raises(WeekError, match="无法识别周次"):
        parse_week(text)


@pytest.mark.parametrize(
    ("monday", "label"),
    [
        (date(2021, 5, 10), "第19周（5.10—5.16）"),
        (date(2021, 5, 31), "第22周（5.31—6.6）"),
        (date(2020, 12, 28), "第53周（12.28—1.3）"),
    ],
)
def test_the_label_names_the_iso_week_and_its_days(monday: date, label: str) -> None:
    assert week_label(monday) == label


def test_only_a_monday_has_a_label() -> None:
    with pytest.raises(WeekError):
        week_label(date(2021, 5, 11))


def test_the_week_of_the_feedback_is_week_one() -> None:
    feedback_on = date(2021, 1, 21)
    assert rectification_week(feedback_on, date(2021, 1, 18)) == 1
    assert rectification_week(feedback_on, date(2021, 1, 25)) == 2
    assert rectification_week(feedback_on, date(2021, 5, 10)) == 17


def test_a_week_before_the_feedback_has_no_number() -> None:
    with pytest.raises(WeekError, match="早于反馈"):
        rectification_week(date(2021, 1, 21), date(2021, 1, 11))
