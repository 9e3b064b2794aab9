"""Drawings in SVG, made on the server: the same one on screen, on paper and in a PDF.

Classes carry the colours of the screen; the presentation attributes beside them stand in where
no style sheet is at hand. No style attributes, because the content policy forbids them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from measures.domain.burn_up import WeekPoint
from measures.enums import Status
from rectify.lib.weeks import week_label
from rectify.marks import Part

# Drawn from done to not begun, so that the bar fills from the left.
STATUS_TONES = (
    (Status.COMPLETED, "done"),
    (Status.BASICALLY_DONE, "near"),
    (Status.IN_PROGRESS, "run"),
    (Status.NOT_STARTED, "none"),
)

WIDTH, HEIGHT = 600, 260
LEFT, RIGHT, TOP, BOTTOM = 36, 116, 14, 32
LABEL_GAP = 18
MOST_LABELLED_WEEKS = 8
GRID_STEPS = 4


@dataclass(frozen=True)
class Line:
    """One line of the chart: its word, CSS class, stand-in colour and value at each point."""

    word: str
    css: str
    colour: str
    values: tuple[int, ...]


def status_parts(counts: Mapping[str, int], link: Callable[[str], str] | None = None) -> list[Part]:
    """The stretches of a status bar; `link` gives the address of a status' rows."""
    return [
        Part(status.label, counts[status.value], tone, link(status.value) if link else "")
        for status, tone in STATUS_TONES
    ]


def burn_up_svg(points: Sequence[WeekPoint], *, all_word: str = "全部措施") -> SafeString:
    """All, inclusive and completed measures at the end of each week, labelled at their ends.

    Returns an empty text for fewer than two weeks: one point is no line.
    """
    if len(points) < 2:
        return SafeString("")
    lines = _lines(points, all_word)
    top = _round_up(max(max(line.values) for line in lines))
    xs = [_x(number, len(points)) for number in range(len(points))]
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        WIDTH, HEIGHT, _spoken(points, lines), _grid(top), _weeks(points, xs),
        format_html_join("", "{}", ((_drawn(line, xs, top),) for line in lines)),
        _ends(lines, xs[-1], top),
    )  # fmt: skip


def _lines(points: Sequence[WeekPoint], all_word: str) -> tuple[Line, ...]:
    done = tuple(point.by_status[Status.COMPLETED] for point in points)
    near = tuple(
        point.by_status[Status.COMPLETED] + point.by_status[Status.BASICALLY_DONE]
        for point in points
    )
    total = tuple(point.total for point in points)
    return (
        Line(all_word, "line-all", "#8b96a6", total),
        Line("含基本完成", "line-near", "#1d97a0", near),
        Line("已完成", "line-done", "#2c8a57", done),
    )


def _round_up(most: int) -> int:
    """The next number whose quarters are whole and round: the top of the scale."""
    step = 1
    while step * GRID_STEPS < most:
        step = _next_step(step)
    return step * GRID_STEPS


def _next_step(step: int) -> int:
    """1, 2, 5, 10, 15, 20, 25, 30, 40, 50, then the same times ten."""
    ladder = (1, 2, 5, 10, 15, 20, 25, 30, 40, 50)
    scale = 1
    while step >= 50 * scale:
        scale *= 10
    return next((rung * scale for rung in ladder if rung * scale > step), 100 * scale)


def _x(number: int, count: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * number / (count - 1), 1)


def _y(value: int, top: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)


def _grid(top: int) -> SafeString:
    rows = []
    for number in range(GRID_STEPS + 1):
        value = top * number // GRID_STEPS
        y = _y(value, top)
        rows.append((LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, value))
    return format_html_join(
        "",
        '<line class="axis" stroke="#d8dee7" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text text-anchor="end" font-size="12" fill="#3d4757" x="{}" y="{}">{}</text>',
        rows,
    )


def _weeks(points: Sequence[WeekPoint], xs: Sequence[float]) -> SafeString:
    """The Mondays below the axis, thinned from the newest backwards so that none overlap."""
    every = -(-len(points) // MOST_LABELLED_WEEKS)
    last = len(points) - 1
    shown = [number for number in range(len(points)) if (last - number) % every == 0]
    return format_html_join(
        "",
        '<text text-anchor="middle" font-size="12" fill="#3d4757" x="{}" y="{}">{}</text>',
        (
            (xs[number], HEIGHT - 12, f"{points[number].week.month}.{points[number].week.day}")
            for number in shown
        ),
    )


def _drawn(line: Line, xs: Sequence[float], top: int) -> SafeString:
    places = " ".join(f"{x},{_y(value, top)}" for x, value in zip(xs, line.values, strict=True))
    return format_html(
        '<polyline class="{}" fill="none" stroke="{}" stroke-width="2" points="{}"/>',
        line.css, line.colour, places,
    )  # fmt: skip


def _ends(lines: Sequence[Line], x: float, top: int) -> SafeString:
    """A dot and the words at the end of each line, pushed apart where lines meet."""
    wanted = [(_y(line.values[-1], top), line) for line in lines]
    places: list[float] = []
    for y, _ in wanted:
        places.append(max(y, places[-1] + LABEL_GAP) if places else y)
    over = places[-1] - (HEIGHT - BOTTOM)
    if over > 0:
        places = [place - over for place in places]
    return format_html_join(
        "",
        '<circle class="dot {}" fill="{}" cx="{}" cy="{}" r="3.5"/>'
        '<text class="end" font-size="12" fill="#1b2430" x="{}" y="{}">{} {}</text>',
        (
            (f"dot-{line.css.removeprefix('line-')}", line.colour, x, y, x + 10,
             round(place + 4, 1), line.word, line.values[-1])
            for (y, line), place in zip(wanted, places, strict=True)
        ),
    )  # fmt: skip


def _spoken(points: Sequence[WeekPoint], lines: Sequence[Line]) -> str:
    ends = "，".join(f"{line.word}从{line.values[0]}项到{line.values[-1]}项" for line in lines)
    return f"{week_label(points[0].week)}至{week_label(points[-1].week)}：{ends}"
