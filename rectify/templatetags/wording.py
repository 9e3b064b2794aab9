"""How values are worded on every screen: dates, weeks, money, rates, states, empty cells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rectify.lib import chinese_dates, money, percent, weeks
from rectify.lib.shanghai import SHANGHAI, day_of
from rectify.marks import LAMPS, Mark, Part, mark_of

register = template.Library()

EMPTY = "—"
BAR_UNITS = 1000


@register.filter
def dash(value: Any) -> Any:
    """The value, or — for None and empty text. Zero stays 0."""
    return EMPTY if value is None or value == "" else value


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """2021年5月12日, the calendar day in Shanghai; — for None."""
    if value is None or value == "":
        return EMPTY
    return chinese_dates.format_date(day_of(value) if isinstance(value, datetime) else value)


@register.filter
def cn_moment(value: datetime | None) -> str:
    """2021年5月12日 9:05, Shanghai time; — for None."""
    if value is None or value == "":
        return EMPTY
    local = value.astimezone(SHANGHAI)
    return f"{chinese_dates.format_date(local.date())} {local.hour}:{local.minute:02d}"


@register.filter
def week_label(monday: date | None) -> str:
    """第19周（5.10—5.16）; — for None."""
    return EMPTY if monday is None else weeks.week_label(monday)


@register.filter
def yuan(fen: int | None) -> str:
    """Integer fen as 157,704.00 元; — for None."""
    return EMPTY if fen is None else f"{money.format_separated(fen)} 元"


@register.filter
def thousands(count: int | None) -> str:
    """A whole number with separators, 1,368,000; — for None."""
    return EMPTY if count is None else f"{count:,}"


@register.simple_tag
def rate(part: int, whole: int, decimals: int = 2) -> str:
    """72.57%; never 100% while one item is open (counting rule 2)."""
    return percent.rate(part, whole, decimals)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A decorative symbol of static/img/icons.svg; the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(value: str, word: str = "", kind: str = "") -> SafeString:
    """Word + shape + colour of a state; `word` replaces the standing word."""
    if value is None or value == "":
        return format_html('<span class="quiet">{}</span>', EMPTY)
    return _marked("badge", mark_of(value, kind), word)


@register.simple_tag
def lamp(value: str, word: str = "") -> SafeString:
    """The lamp of a measure with its word; `word` says why, such as 超期3天."""
    return _marked("lamp", LAMPS.get(value, LAMPS["none"]), word)


@register.inclusion_tag("components/stacked_bar.html")
def stacked_bar(parts: Iterable[Part], thick: bool = False, keys: bool = True) -> dict[str, Any]:
    """A bar of the parts in their order with their words and numbers below it.

    `keys=False` leaves the words out where the table around it has them; a reader of the page
    by voice still hears them.
    """
    rows = [part for part in parts if part.count > 0]
    total = sum(part.count for part in rows)
    stretches, start = [], 0
    for part in rows:
        end = start + part.count
        left, right = start * BAR_UNITS // total, end * BAR_UNITS // total
        # A white gap between stretches keeps them apart in black and white.
        gap = 4 if end < total and right - left > 8 else 0
        stretches.append({"tone": part.tone, "x": left, "width": max(right - left - gap, 1)})
        start = end
    listed = list(parts) if isinstance(parts, (list, tuple)) else rows
    spoken = "，".join(f"{part.label} {part.count}" for part in listed) or "没有数据"
    return {
        "stretches": stretches,
        "parts": listed,
        "thick": thick,
        "keys": keys,
        "spoken": spoken,
    }


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: Any) -> str:
    """The page's query string with changes: {% qs status="completed" after=None %} → ?…

    None or an empty text removes a parameter. Returns "?" when nothing is left, so that a link
    still leads to the bare page.
    """
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, (list, tuple)):
            query.setlist(name, [str(one) for one in value])
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _marked(block: str, mark: Mark, word: str) -> SafeString:
    return format_html(
        '<span class="{} {}--{}">{}{}</span>', block, block, mark.tone, icon(mark.icon),
        word or mark.word,
    )  # fmt: skip
