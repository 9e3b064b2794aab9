"""Chinese punctuation as a compositor sets it: marks that meet share one square (标点挤压).

The text itself is never changed; what is added is a span around a mark that gives up the empty
half of its square, and a zero-width break opportunity where GB/T 15834 lets a line end but the
Unicode line breaking rules (LB19, written for undirected quotes) do not.
"""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

OPENING = frozenset("“‘（《〈【〔「『\N{FULLWIDTH LEFT SQUARE BRACKET}")
CLOSING = frozenset("”’）》〉】〕」』\N{FULLWIDTH RIGHT SQUARE BRACKET}，。、；：")
# GB/T 15834-2011 5.1: these begin no line.
NO_LINE_START = CLOSING | frozenset("？！．·…—～%\N{FULLWIDTH PERCENT SIGN}℃°,.;:?!)]}>/")
# U+200B leaves no trace in the PDF: the text that is copied out of it is the source.
ZERO_WIDTH_BREAK = "\u200b"
_QUOTES_OPEN, _QUOTES_CLOSE = frozenset("“‘"), frozenset("”’")


def squeezed(text: str) -> SafeString:
    """Escaped HTML of ``text`` in which marks that meet are set half a square wide.

    Of two marks that meet the one whose blank half lies between them gives it up: the first
    where it closes (”。 》、 ：“), otherwise the second where both open (（《).
    """
    pieces: list[str] = []
    start = 0
    previous = ""
    for index, mark in enumerate(text):
        following = text[index + 1 : index + 2]
        opportunity = _may_break_between(previous, mark)
        halved = _gives_up_half(previous, mark, following)
        if opportunity or halved:
            pieces.append(escape(text[start:index]))
            start = index
        if opportunity:
            pieces.append(ZERO_WIDTH_BREAK)
        if halved:
            pieces.append(f'<span class="half">{escape(mark)}</span>')
            start = index + 1
        previous = mark
    pieces.append(escape(text[start:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece of the text was escaped above


def _gives_up_half(previous: str, mark: str, following: str) -> bool:
    if mark in CLOSING:
        return following in CLOSING or following in OPENING
    return mark in OPENING and previous in OPENING


def _may_break_between(previous: str, mark: str) -> bool:
    if not previous:
        return False
    if mark in _QUOTES_OPEN:
        return previous not in OPENING and not _latin(previous)
    if previous in _QUOTES_CLOSE:
        return mark not in NO_LINE_START and mark not in OPENING and not _latin(mark)
    return False


def _latin(mark: str) -> bool:
    return mark.isascii()
