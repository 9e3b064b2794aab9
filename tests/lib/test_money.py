"""Money is whole fen inside and never passes through floating point."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectify.lib.money import (
    LARGEST_FEN,
    MoneyError,
    format_grouped,
    format_separated,
    format_wan,
    format_yuan,
    parse_yuan,
)

FEN = st.integers(min_value=0, max_value=LARGEST_FEN)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (15_770_400, "157704元"),
        (157_704, "1577.04元"),
        (157_750, "1577.5元"),
        (7, "0.07元"),
        (0, "0元"),
        (-157_704, "-1577.04元"),
    ],
)
def test_running_text_shows_yuan_without_trailing_zeros(fen: int, text: str) -> None:
    assert format_yuan(fen) == text


@pytest.mark.parametrize(
    ("fen", "text"),
    [(157_704, "1,577.04"), (15_770_400, "157,704.00"), (5, "0.05"), (-157_704, "-1,577.04")],
)
def test_screens_show_separators_and_two_decimals(fen: int, text: str) -> None:
    assert format_separated(fen) == text


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (15_770_400, "15.77万元"),
        (15_775_000, "15.78万元"),
        (15_774_999, "15.77万元"),
        (5_000_000, "5万元"),
        (0, "0万元"),
        (-15_775_000, "-15.78万元"),
    ],
)
def test_wan_yuan_are_rounded_half_up(fen: int, text: str) -> None:
    assert format_wan(fen) == text


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1577.04", 157_704),
        ("1,577.04元", 157_704),
        ("15.77万元", 15_770_000),
        ("１，５７７．０４元", 157_704),
        ("￥2000", 200_000),
        (" 157704 元 ", 15_770_400),
        ("1.2亿元", 12_000_000_000),
        ("0.000001万元", 1),
        ("1.2万", 1_200_000),
        ("１．２ 万元", 1_200_000),
        ("3亿", 30_000_000_000),
    ],
)
def test_an_amount_is_read_as_it_is_typed(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "万",
        "1,57.04元",
        "1577.04.1元",
        "12a",
        "五-3",
        "约3万元",
        "三万元",
        "1577美元",
        "1e5",
        "叁元",
    ],
)
def test_a_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError, match="不是金额"):
        parse_yuan(text)


@pytest.mark.parametrize("text", ["-5元", "－5", "−1.2万元", "负3万元", "￥-20"])  # noqa: RUF001
def test_a_negative_amount_is_called_negative(text: str) -> None:
    with pytest.raises(MoneyError, match="是负数"):
        parse_yuan(text)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1_200_000, "12,000元"), (157_704, "1,577.04元"), (5, "0.05元"), (0, "0元"), (-50, "-0.5元")],
)
def test_an_amount_is_read_back_with_separators(fen: int, text: str) -> None:
    assert format_grouped(fen) == text


def test_parts_of_a_fen_are_refused_and_never_rounded() -> None:
    with pytest.raises(MoneyError, match="分以下"):
        parse_yuan("1.005元")


def test_more_than_the_database_holds_is_refused() -> None:
    with pytest.raises(MoneyError, match="过大"):
        parse_yuan("9999999999999999亿元")


@settings(deadline=None)
@given(FEN)
def test_what_is_printed_exactly_is_read_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen
    assert parse_yuan(format_separated(fen)) == fen
    assert parse_yuan(format_grouped(fen)) == fen
