"""One good file of every kind that may be uploaded, and the parts that hostile ones are made of."""

from __future__ import annotations

import io
import struct
import zipfile
from html import escape

from PIL import Image

from seeds.sample_files import sample_file
from tests.measures.interfaces.compound_files import compound_file

_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN = {
    "docx": ("word/document.xml", f"{_OFFICE}.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{_OFFICE}.spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{_OFFICE}.presentationml.presentation.main+xml"),
}
SHEET = ("xl/worksheets/sheet1.xml", f"{_OFFICE}.spreadsheetml.worksheet+xml")


def type_list(parts: dict[str, str], encoding: str = "utf-8") -> bytes:
    """[Content_Types].xml for part name → content type."""
    listed = "".join(
        f'<Override PartName="/{escape(name)}" ContentType="{escape(kind)}"/>'
        for name, kind in parts.items()
    )
    text = f'<?xml version="1.0" encoding="{encoding}"?><Types xmlns="{TYPES}">{listed}</Types>'
    return text.encode(encoding)


def package(
    kind: str = "docx",
    inside: dict[str, bytes] | None = None,
    types: dict[str, str] | None = None,
    encoding: str = "utf-8",
) -> bytes:
    """A package of the kind with further entries and further content types."""
    name, main = MAIN[kind]
    listed = type_list({name: main, **(types or {})}, encoding)
    return zipped({"[Content_Types].xml": listed, name: b"<x/>", **(inside or {})})


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(body: str) -> bytes:
    """A workbook whose only sheet holds the XML."""
    name, kind = SHEET
    text = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{body}'
    return package("xlsx", {name: f"{text}</worksheet>".encode()}, {name: kind})


def workbook(*records: tuple[int, bytes]) -> bytes:
    """A Workbook stream (BIFF8): its beginning, the records, its end."""
    begin = struct.pack("<HHHHHHLL", 0x809, 16, 0x600, 5, 0, 0, 0, 0)
    middle = b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)
    return begin + middle + struct.pack("<HH", 0x0A, 0)


def bound_sheet(kind: int, name: bytes = b"1") -> tuple[int, bytes]:
    """An entry of the list of sheets: 0 a worksheet, 1 Excel 4 macros."""
    return 0x85, struct.pack("<LBBBB", 0, 0, kind, len(name), 0) + name


def picture(form: str, size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    out = io.BytesIO()
    shade = Image.linear_gradient("L").resize(size)
    Image.merge("RGB", (shade, shade.rotate(180), shade)).save(out, form, **options)
    return out.getvalue()


def scan(pages: int = 2) -> bytes:
    """A black-and-white TIFF of several pages."""
    out = io.BytesIO()
    first, *rest = [Image.new("1", (200, 300 + at), 1) for at in range(pages)]
    first.save(out, "TIFF", save_all=True, append_images=rest, compression="group4")
    return out.getvalue()


WORD = {"WordDocument": struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x804, 0, 0x0200)}
BOOK = {"Workbook": workbook(bound_sheet(0))}
SLIDES = {"PowerPoint Document": struct.pack("<HHL", 0x0F, 0x03E8, 0)}

GOOD: dict[str, bytes] = {
    "pdf": sample_file("材料.pdf", "关于建立台账的说明"),
    "docx": sample_file("材料.docx", "关于建立台账的说明"),
    "xlsx": sample_file("材料.xlsx", "关于建立台账的说明"),
    "pptx": package("pptx"),
    "ofd": zipped({"OFD.xml": b"<x/>", "Doc_0/Document.xml": b"<x/>"}),
    "doc": compound_file(WORD),
    "wps": compound_file(WORD),
    "xls": compound_file(BOOK),
    "et": compound_file(BOOK),
    "ppt": compound_file(SLIDES),
    "dps": compound_file(SLIDES),
    "jpg": picture("JPEG"),
    "jpeg": sample_file("照片.jpg", "现场照片"),
    "png": picture("PNG"),
    "tif": picture("TIFF"),
    "tiff": scan(),
}
