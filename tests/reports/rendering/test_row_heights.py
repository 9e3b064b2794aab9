"""Row heights err upwards, grow only where they must, and stay inside the file format."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.rendering.row_heights import (
    BODY_LINE,
    FONT_SIZES,
    PADDING,
    TALLEST_ROW,
    count_lines,
    fit,
    half_widths,
    line_capacity,
    pixels,
    stretch,
    surely_within,
)

TEXTS = st.text(st.sampled_from("整改，“”a1 \n"), max_size=400)
WIDTHS = st.sampled_from([4.0, 10.0, 22.0, 46.0])


def test_a_chinese_character_counts_two_half_widths() -> None:
    assert half_widths("abc") == 3
    assert half_widths("整改，“好”1") == 13


def test_lines_are_counted_with_their_breaks() -> None:
    assert count_lines("整" * 10, 20) == 1
    assert count_lines("整" * 11, 20) == 2
    assert count_lines("一\n二\n", 20) == 3


@settings(deadline=None)
@given(TEXTS, WIDTHS, st.integers(1, 30))
def test_the_cheap_bound_never_accepts_what_the_measurement_refuses(
    text: str, width: float, lines: int
) -> None:
    height = lines * BODY_LINE + PADDING
    if surely_within(text, line_capacity(width, FONT_SIZES[0]), height):
        assert count_lines(text, line_capacity(width, FONT_SIZES[0])) <= lines


@settings(deadline=None)
@given(TEXTS, WIDTHS)
def test_more_text_never_needs_less_height(text: str, width: float) -> None:
    size, height = fit(text, width)
    if size == FONT_SIZES[0]:
        assert (
            count_lines(text + "整改", line_capacity(width, size)) * BODY_LINE + PADDING >= height
        )


def test_a_text_too_tall_for_a_row_is_set_smaller() -> None:
    size, height = fit("整" * 900, 46)
    assert size < FONT_SIZES[0]
    assert height <= TALLEST_ROW
    assert fit("整" * 900, 46, room=2 * TALLEST_ROW)[0] == FONT_SIZES[0]


def test_what_fits_at_no_size_takes_the_whole_row_in_the_smallest() -> None:
    assert fit("整" * 30_000, 46) == (FONT_SIZES[-1], TALLEST_ROW)


@pytest.mark.parametrize(
    ("needed", "expected"), [(30.0, [10, 20]), (50.0, [20, 30]), (10, [10, 20])]
)
def test_missing_height_is_shared_and_rows_never_shrink(needed: float, expected: list[int]) -> None:
    heights = array("d", [99, 10, 20, 99])
    stretch(heights, 1, 2, needed)
    assert list(heights) == [99, *expected, 99]


def test_a_full_row_passes_its_share_on() -> None:
    heights = array("d", [TALLEST_ROW - 1, 10])
    stretch(heights, 0, 1, TALLEST_ROW + 100)
    assert heights[0] == TALLEST_ROW
    assert sum(heights) == pytest.approx(TALLEST_ROW + 100)
    stretch(heights, 0, 1, 5000)
    assert list(heights) == [TALLEST_ROW, TALLEST_ROW]


def test_heights_are_whole_pixels_rounded_up() -> None:
    assert pixels(18.1) * 0.75 == 18.75
    assert pixels(5000) * 0.75 == TALLEST_ROW
