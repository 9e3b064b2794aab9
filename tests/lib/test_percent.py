"""Percentages are exact, and never 100 % while one item is open."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rectify.lib.percent import rate


@pytest.mark.parametrize(
    ("part", "whole", "decimals", "text"),
    [
        (82, 113, 2, "72.57%"),
        (82, 113, 1, "72.6%"),
        (82, 113, 0, "73%"),
        (113, 113, 2, "100%"),
        (113, 113, 0, "100%"),
        (0, 113, 2, "0%"),
        (1, 2, 2, "50.00%"),
        (1, 8, 1, "12.5%"),
        (1, 8, 0, "13%"),
        (1, 100, 2, "1.00%"),
        (99999, 100000, 2, "99.99%"),
        (99999, 100000, 1, "99.9%"),
        (999, 1000, 0, "99%"),
        (0, 0, 2, "—"),
    ],
)
def test_rates_are_printed_as_the_rules_of_counting_say(
    part: int, whole: int, decimals: int, text: str
) -> None:
    assert rate(part, whole, decimals) == text


@pytest.mark.parametrize(
    ("part", "whole", "decimals"), [(-1, 3, 2), (4, 3, 2), (1, 3, 3), (0, -1, 0)]
)
def test_what_is_no_part_of_a_whole_has_no_rate(part: int, whole: int, decimals: int) -> None:
    with pytest.raises(ValueError, match=r"part|decimals"):
        rate(part, whole, decimals)


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 2))
def test_an_open_item_keeps_the_rate_below_one_hundred(
    part: int, extra: int, decimals: int
) -> None:
    printed = Decimal(rate(part, part + extra, decimals).removesuffix("%"))
    assert printed < 100
    step = Decimal(1).scaleb(-decimals)
    exact = (Decimal(100 * part) / (part + extra)).quantize(step, ROUND_HALF_UP)
    assume(exact < 100)
    assert printed == exact
