"""Chinese numerals from 1 to 999 and back."""

import pytest

from rectify.lib.numerals import (
    LARGEST,
    NumeralError,
    from_chinese,
    from_ordinal_word,
    half_width_digits,
    ordinal_word,
    to_chinese,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (24, "二十四"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (113, "一百一十三"),
        (999, "九百九十九"),
    ],
)
def test_numbers_are_written_as_headings_write_them(number: int, text: str) -> None:
    assert to_chinese(number) == text


def test_every_number_is_read_back_and_has_its_own_spelling() -> None:
    spellings = [to_chinese(number) for number in range(1, LARGEST + 1)]
    assert len(set(spellings)) == LARGEST
    assert [from_chinese(text) for text in spellings] == list(range(1, LARGEST + 1))


@pytest.mark.parametrize(("text", "number"), [("一十", 10), ("一十二", 12), ("三百十五", 315)])
def test_older_spellings_are_read(text: str, number: int) -> None:
    assert from_chinese(text) == number


@pytest.mark.parametrize("text", ["", "零", "二〇", "百", "一百一", "一百零十", "一一", "1"])
def test_what_is_no_numeral_is_refused(text: str) -> None:
    with pytest.raises(NumeralError, match="不是"):
        from_chinese(text)


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_numbers_outside_the_range_are_refused(number: int) -> None:
    with pytest.raises(NumeralError):
        to_chinese(number)


def test_ordinal_words_open_the_points_of_a_notice() -> None:
    assert [ordinal_word(number) for number in (1, 2, 11)] == ["一是", "二是", "十一是"]
    assert from_ordinal_word("十一是") == 11
    for text in ("一", "是", "但是"):
        with pytest.raises(NumeralError):
            from_ordinal_word(text)


def test_full_width_digits_become_half_width_and_nothing_else_changes() -> None:
    assert half_width_digits("第１２条，第３：①") == "第12条，第3：①"
