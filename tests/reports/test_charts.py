"""The drawings: what they say, that their words do not overlap, that no style attribute is used."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from measures.domain.burn_up import WeekPoint
from measures.enums import Status
from reports.charts import LABEL_GAP, burn_up_svg, status_parts

MONDAY = date(2021, 3, 1)


def points(*rows: tuple[int, int, int, int]) -> list[WeekPoint]:
    """Rows of (completed, basically done, in progress, not started), one week each."""
    order = (Status.COMPLETED, Status.BASICALLY_DONE, Status.IN_PROGRESS, Status.NOT_STARTED)
    return [
        WeekPoint(
            MONDAY + timedelta(weeks=number),
            MONDAY + timedelta(weeks=number, days=6),
            {status.value: value for status, value in zip(order, row, strict=True)},
        )
        for number, row in enumerate(rows)
    ]


def end_labels(svg: str) -> list[tuple[float, str]]:
    found = re.findall(r'<text class="end"[^>]* y="([\d.]+)">([^<]+)</text>', svg)
    return [(float(y), words) for y, words in found]


def test_one_week_is_no_line() -> None:
    assert burn_up_svg(points((0, 0, 0, 5))) == ""


def test_each_line_carries_its_word_and_last_number() -> None:
    svg = burn_up_svg(points((0, 0, 3, 7), (2, 1, 5, 2), (5, 3, 2, 0)))
    assert [words for _, words in end_labels(svg)] == ["全部措施 10", "含基本完成 8", "已完成 5"]


@pytest.mark.parametrize("last", [(0, 0, 0, 113), (113, 0, 0, 0), (82, 31, 0, 0), (0, 1, 1, 111)])
def test_labels_never_overlap_and_stay_inside(last: tuple[int, int, int, int]) -> None:
    svg = burn_up_svg(points((0, 0, 0, 113), last))
    places = [y for y, _ in end_labels(svg)]
    gaps = [below - above for above, below in pairwise(places)]
    assert all(gap >= LABEL_GAP - 0.1 for gap in gaps)
    assert all(0 < y < 260 for y in places)


def test_drawing_has_a_spoken_text_and_no_style_attribute() -> None:
    svg = burn_up_svg(points((0, 0, 3, 7), (2, 1, 5, 2)), all_word="全部<措施>")
    assert 'role="img"' in svg
    assert "已完成从0项到2项" in svg
    assert "style=" not in svg
    assert "<措施>" not in svg


def test_many_weeks_do_not_crowd_the_axis() -> None:
    svg = burn_up_svg(points(*[(n, 0, 0, 40 - n) for n in range(16)]))
    assert len(re.findall(r'text-anchor="middle"', svg)) <= 8


def test_status_parts_keep_their_order_zeros_included() -> None:
    counts = {"completed": 3, "basically_done": 0, "in_progress": 2, "not_started": 1}
    parts = status_parts(counts, lambda key: f"/{key}")
    assert [(part.label, part.count) for part in parts] == [
        ("已完成", 3), ("基本完成", 0), ("正在推进", 2), ("未启动", 1),
    ]  # fmt: skip
    assert parts[0].href == "/completed"
