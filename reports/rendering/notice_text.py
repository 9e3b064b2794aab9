"""A public notice as its composer hands it over, and the three forms it is given out in.

The words are printed as they stand: nothing here repairs, trims or normalises them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from reports.rendering.pdf import render_pdf
from reports.rendering.punctuation import squeezed
from reports.rendering.title_lines import cells, title_lines

TEMPLATE = "reports/print/notice.html"
PRINT_STYLES = ("notice.css",)
SCREEN_STYLE = "notice_screen.css"
# 28 squares less the two on its right: a longer 署名 is broken, a shorter one never.
LINE_CELLS_OF_SIGNATURE = 26.0


@dataclass(frozen=True, slots=True)
class Heading1:
    """``number`` with its mark: 一、 — printed in 黑体 directly before ``text``."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading2:
    """``number`` with its brackets: （一） — printed in 楷体 directly before ``text``."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading3:
    """``number`` with its point: 1. — printed in 仿宋 directly before ``text``."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``lead`` is a run-in lead-in such as 整改情况： before the text."""

    text: str
    lead: str = ""


Block = Heading1 | Heading2 | Heading3 | Paragraph

_LEVELS: dict[type[Block], int] = {Heading1: 1, Heading2: 2, Heading3: 3}


@dataclass(frozen=True, slots=True)
class NoticeText:
    """One notice, ready to print. ``date`` is printed as given (2021年5月12日)."""

    title: str
    blocks: tuple[Block, ...]
    signature: str
    date: str
    lang: str = "zh-CN"


def to_text(notice: NoticeText) -> str:
    """Plain text: title, every block, signature and date, each on a line of its own."""
    lines = [notice.title, *map(_plain, notice.blocks), notice.signature, notice.date]
    return "".join(f"{line}\n" for line in lines if line)


def to_html(notice: NoticeText) -> str:
    """A whole HTML page for the screen, style sheet inside; the text is only escaped."""
    css = Path(settings.BASE_DIR) / "static" / "css" / "print" / SCREEN_STYLE
    style = mark_safe(css.read_text(encoding="utf-8"))  # noqa: S308 - our own file
    blocks = [_block(block, str) for block in notice.blocks]
    return render_to_string(
        TEMPLATE,
        {"notice": notice, "title_lines": (notice.title,), "blocks": blocks, "style": style},
    )


def to_pdf(notice: NoticeText) -> bytes:
    """The notice as an official document on A4 (GB/T 9704-2012), PDF/A-2a.

    Raises what ``render_pdf`` raises: ``PdfUnavailable``, ``MissingGlyphs``.
    """
    return render_pdf(print_html(notice), stylesheets=PRINT_STYLES)


def print_html(notice: NoticeText) -> str:
    """The HTML that ``to_pdf`` prints: title broken by meaning, punctuation squeezed."""
    lines = title_lines(notice.title)
    return render_to_string(
        TEMPLATE,
        {
            "notice": notice,
            "title_lines": [squeezed(line) for line in lines],
            "title_shape": f"title-{min(len(lines), 5)}",
            "blocks": [_block(block, squeezed) for block in notice.blocks],
            "signature_fits": cells(notice.signature) <= LINE_CELLS_OF_SIGNATURE,
            "date_is_longer": cells(notice.date) > cells(notice.signature),
        },
    )


def _plain(block: Block) -> str:
    before = block.lead if isinstance(block, Paragraph) else block.number
    return before + block.text


def _block(block: Block, setting: Callable[[str], str]) -> dict[str, str | int]:
    if isinstance(block, Paragraph):
        return {"level": 0, "lead": setting(block.lead), "html": setting(block.text)}
    plain = _plain(block)
    return {"level": _LEVELS[type(block)], "html": setting(plain), "label": plain}
