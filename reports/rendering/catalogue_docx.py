"""A catalogue as a text document: a title, lines of facts, and tables whose heads repeat.

    write_catalogue(path, Catalogue(...), created=moment)

The one place that touches python-docx.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from rectify.lib.clean_text import without_control_characters

BODY_FONT, TITLE_FONT, DIGEST_FONT = "宋体", "方正小标宋简体", "Courier New"
_HEADER_FILL, _BAND_FILL = "DCE5EE", "F2F4F7"
_MARGIN = Cm(1.5)
_SMALL, _TINY = Pt(9), Pt(7)
# A heading would be blue without it.
_BLACK = RGBColor(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Band:
    """A line of a table that stands over the rows below it, across all columns."""

    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its title and width in centimetres; `tiny` for checksums."""

    title: str
    width: float
    tiny: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with a table below it, or with `empty` where there is no row."""

    heading: str
    heads: tuple[Head, ...]
    rows: Iterable[Band | Sequence[str]]
    empty: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    title: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...]
    footer: str


def write_catalogue(path: Path, catalogue: Catalogue, *, created: datetime) -> None:
    """Write the document to `path`. `created` (aware) is the only date in its properties.

    Raises OSError where the folder or disk refuses.
    """
    document = Document()
    _prepare(document, catalogue, created)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, catalogue.title, font=TITLE_FONT, size=Pt(18))
    for fact in catalogue.facts:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, fact, size=_SMALL)
    for part in catalogue.parts:
        heading = document.add_heading(level=1)
        _run(heading, part.heading, size=Pt(14), bold=True)
        heading.paragraph_format.space_before = Pt(10)
        heading.paragraph_format.space_after = Pt(4)
        rows = list(part.rows)
        if rows:
            _write_table(document, part.heads, rows)
        else:
            _run(document.add_paragraph(), part.empty, size=Pt(10))
    document.save(str(path))


def _prepare(document: Any, catalogue: Catalogue, created: datetime) -> None:
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21.0)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN
    base = document.styles["Normal"]
    base.font.size = Pt(10)
    base.paragraph_format.space_after = Pt(0)
    _set_fonts(base.element.get_or_add_rPr(), BODY_FONT)
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(footer, f"{catalogue.footer}　第 ", size=_SMALL)
    _add_field(footer, "PAGE")
    _run(footer, " 页，共 ", size=_SMALL)
    _add_field(footer, "NUMPAGES")
    _run(footer, " 页", size=_SMALL)
    moment = created.astimezone(UTC).replace(tzinfo=None)
    about = document.core_properties
    about.title = without_control_characters(catalogue.title)[:255]
    about.author = about.comments = about.last_modified_by = ""
    about.created = about.modified = moment
    about.language = "zh-CN"


def _write_table(
    document: Any, heads: tuple[Head, ...], rows: Sequence[Band | Sequence[str]]
) -> None:
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, head in zip(table.columns, heads, strict=True):
        column.width = Cm(head.width)
    first = table.rows[0]
    _mark_row(first, "w:tblHeader")
    for cell, head in zip(first.cells, heads, strict=True):
        _put(cell, head.title, head, bold=True, centred=True)
        _fill(cell, _HEADER_FILL)
    for row in rows:
        added = table.add_row()
        _mark_row(added, "w:cantSplit")
        cells = added.cells
        if isinstance(row, Band):
            whole = cells[0].merge(cells[-1])
            _run(whole.paragraphs[0], row.text, size=_SMALL, bold=True)
            whole.paragraphs[0].paragraph_format.keep_with_next = True
            _fill(whole, _BAND_FILL)
            continue
        for cell, head, text in zip(cells, heads, row, strict=True):
            _put(cell, text, head, centred=head.centred)


def _put(cell: Any, text: str, head: Head, *, bold: bool = False, centred: bool = False) -> None:
    cell.width = Cm(head.width)
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    tiny = head.tiny and not bold
    _run(paragraph, text, size=_TINY if tiny else _SMALL, bold=bold,
         font=DIGEST_FONT if tiny else BODY_FONT)  # fmt: skip


def _run(
    paragraph: Any, text: str, *, size: Any, font: str = BODY_FONT, bold: bool = False
) -> None:
    """Add text as it is, without characters that no document holds."""
    run = paragraph.add_run(without_control_characters(text))
    run.font.size = size
    run.font.bold = bold
    run.font.italic = False
    run.font.color.rgb = _BLACK
    _set_fonts(run._element.get_or_add_rPr(), font)


def _set_fonts(properties: Any, font: str) -> None:
    """Name the font for every script: without it a heading falls back to the theme's own."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{name}"), font)


def _add_field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _mark_row(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fill(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:color"), "auto")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)
