"""Chinese justification for WeasyPrint, which by itself only stretches spaces.

A line of Chinese has no spaces, so the missing width is shared out over the gaps between its
characters as letter-spacing (CLREQ 3.2.1). WeasyPrint has no hook for this; while a document of
ours is rendered, ``weasyprint.layout.inline.justify_line`` is replaced. That is an internal
function, so the replacement refuses any major version but the one it was measured with.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import trunc
from typing import Any

from reports.rendering.engine import Engine, PdfUnavailable

SUPPORTED_MAJOR = "70"
_EXPECTED_PARAMETERS = ["context", "line", "extra_width"]

# Wider gaps than this (in ems) would tear a line apart that holds one long web address:
# such a line stays as it is.
WIDEST_GAP = 0.5
# Below this position no character needs Chinese justification (U+2E80 CJK radicals).
FIRST_CJK = "\u2e80"
# Combining marks and variation selectors, which share the space of the character before them.
_RIDING = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe00-\ufe0f]"
)
_INVISIBLE = "\u200b\u2060\ufeff"


@contextmanager
def chinese_justification(engine: Engine) -> Iterator[None]:
    """Justify Chinese lines in everything rendered inside. The caller holds the render lock.

    Raises ``PdfUnavailable`` where WeasyPrint's internals are not the expected ones.
    """
    check_version(engine)
    original = engine.inline.justify_line

    def justify_line(context: Any, line: Any, extra_width: float) -> None:
        if not _spread(engine.boxes, line, extra_width):
            original(context, line, extra_width)

    engine.inline.justify_line = justify_line
    try:
        yield
    finally:
        engine.inline.justify_line = original


def check_version(engine: Engine) -> None:
    """Raise ``PdfUnavailable`` unless the justification was measured with this WeasyPrint."""
    parameters = list(inspect.signature(engine.inline.justify_line).parameters)
    if engine.version.split(".")[0] != SUPPORTED_MAJOR or parameters != _EXPECTED_PARAMETERS:
        raise PdfUnavailable(
            f"无法生成 PDF：WeasyPrint {engine.version} 未经中文两端对齐验证，"
            f"请安装 {SUPPORTED_MAJOR}.x 版（见 requirements/base.txt）。"
        )


def _spread(boxes: Any, line: Any, missing: float) -> bool:
    """Share ``missing`` (CSS px) out over the gaps of the line; False leaves it to WeasyPrint."""
    texts = list(_text_boxes(boxes, line))
    whole = "".join([box.text for box in texts])
    if not whole or max(whole) < FIRST_CJK:
        return False
    last = [box for box in texts if box.text.strip(_INVISIBLE)][-1]
    missing -= _restore_last_mark(last)
    # WeasyPrint counts one letter-space after the last character, and after invisible ones;
    # both lie behind the last visible character, which is what must touch the margin.
    trailing = len(whole) - len(whole.rstrip(_INVISIBLE))
    missing += (trailing + 1) * _spacing(last.style)
    gaps = _characters(whole) - trailing - 1
    if gaps < 1:
        return True
    added = missing / gaps
    if added > WIDEST_GAP * float(last.style["font_size"]):
        return True
    _widen(boxes, line, added, 0.0, {})
    return True


def _restore_last_mark(last: Any) -> float:
    """A mark that gave up half its square to an opening one, which then went to the next line,
    gets its square back; returns the px it takes, 0 for every other line end."""
    if last.style["font_feature_settings"] == "normal" or len(last.text) != 1:
        return 0.0
    last.style = last.style.copy()
    last.style["font_feature_settings"] = "normal"
    half = float(last.style["font_size"]) / 2
    last.width += half
    return half


def _widen(boxes: Any, box: Any, added: float, shift: float, styles: dict[int, Any]) -> float:
    """Give every text in ``box`` ``added`` px more letter-spacing; returns the new shift."""
    if isinstance(box, boxes.TextBox):
        box.position_x += shift
        # Boxes of one line share their style; the copy is what the drawing step reads.
        style = styles.get(id(box.style))
        if style is None:
            style = styles[id(box.style)] = box.style.copy()
            style["letter_spacing"] = _as_drawn(
                _spacing(box.style) + added, float(style["font_size"])
            )
        box.style = style
        growth = added * _characters(box.text)
        box.width += growth
        return shift + growth
    if not isinstance(box, (boxes.LineBox, boxes.InlineBox)):
        box.translate(shift, 0)
        return shift
    before = shift
    box.position_x += shift
    for child in box.children:
        if child.is_in_normal_flow():
            shift = _widen(boxes, child, added, shift, styles)
    box.width += shift - before
    return shift


def _as_drawn(spacing: float, size: float) -> float:
    """The letter-spacing (px) that WeasyPrint draws as ``spacing``.

    Pango puts half of the spacing before each glyph; WeasyPrint writes that half exactly (times
    1.024: Pango units for thousandths) and the rest cut off to whole thousandths of an em. Left
    alone that adds up to half a point over a line.
    """
    wanted = 1000 * spacing / size
    steps = [trunc(0.488 * wanted) + step for step in (-1, 0, 1)]
    exact = [(wanted - step) / 0.512 for step in steps]
    edges = [(step + edge) / 0.488 for step in steps for edge in (-0.05, 0.05)]
    nearest = min(
        (wanted, *exact, *edges),
        key=lambda value: abs(0.512 * value + trunc(0.488 * value) - wanted),
    )
    return nearest * size / 1000


def _text_boxes(boxes: Any, box: Any) -> Iterator[Any]:
    for child in box.children:
        if isinstance(child, boxes.TextBox):
            yield child
        elif isinstance(child, boxes.InlineBox) and child.is_in_normal_flow():
            yield from _text_boxes(boxes, child)


def _spacing(style: Any) -> float:
    value = style["letter_spacing"]
    return 0.0 if value == "normal" else float(value)


def _characters(text: str) -> int:
    """How many characters take letter-spacing: combining marks ride on the one before."""
    return len(text) if text.isascii() else len(text) - len(_RIDING.findall(text))
