"""What is printed where: the lines of a PDF page by their baselines, read back with pdfminer."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTContainer, LTItem


@dataclass(frozen=True)
class Glyph:
    """One printed character: left and right edge of its square and its baseline, in points
    from the page's bottom left corner."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: str


@dataclass(frozen=True)
class Line:
    """The characters of one baseline, left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def baseline(self) -> float:
        return self.glyphs[0].baseline

    @property
    def left(self) -> float:
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        return self.glyphs[-1].right

    @property
    def size(self) -> float:
        return self.glyphs[0].size


@dataclass(frozen=True)
class Page:
    """One page: size in points, all lines from the top."""

    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def body(self) -> tuple[Line, ...]:
        """The lines in 16 pt; title and page number are of other sizes."""
        return tuple(line for line in self.lines if round(line.size, 1) == 16.0)

    @property
    def number(self) -> Line:
        """The page number's line, the only one in 14 pt."""
        (line,) = (line for line in self.lines if round(line.size, 1) == 14.0)
        return line


def read_pages(pdf: bytes) -> list[Page]:
    """All pages of the file."""
    pages = []
    for layout in extract_pages(io.BytesIO(pdf), laparams=LAParams(boxes_flow=None)):
        rows: dict[float, list[Glyph]] = defaultdict(list)
        for char in _chars(layout):
            # The text matrix holds the baseline itself; boxes depend on the font's metrics.
            glyph = Glyph(
                char.get_text(), char.x0, char.x1, char.matrix[5], char.size, char.fontname
            )
            rows[round(glyph.baseline, 1)].append(glyph)
        lines = [
            Line(tuple(sorted(rows[key], key=lambda glyph: glyph.left)))
            for key in sorted(rows, reverse=True)
        ]
        pages.append(Page(layout.width, layout.height, tuple(lines)))
    return pages


def _chars(item: LTItem) -> Iterator[LTChar]:
    if isinstance(item, LTChar):
        yield item
    elif isinstance(item, LTContainer):
        for child in item:
            yield from _chars(child)
