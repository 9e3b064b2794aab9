"""Small, valid files that stand for evidence in the demo: each says what it stands for."""

import hashlib
import io
import zipfile
from html import escape

from PIL import Image, ImageDraw


def sample_file(name: str, about: str) -> bytes:
    """The bytes of a file whose content fits the extension of `name`.

    Raises ValueError for an extension other than pdf, docx, xlsx and jpg.
    """
    extension = name.rsplit(".", 1)[-1].lower()
    if extension == "pdf":
        return _pdf(about)
    if extension == "docx":
        return _zip(_DOCX_PARTS, "word/document.xml", _DOCX_BODY.format(escape(about)))
    if extension == "xlsx":
        return _zip(_XLSX_PARTS, "xl/worksheets/sheet1.xml", _XLSX_BODY.format(escape(about)))
    if extension == "jpg":
        return _photograph(about)
    raise ValueError(f"no sample for .{extension}")


def _pdf(about: str) -> bytes:
    lines = [line.encode("utf-16-be").hex().upper() for line in about.split(" · ")]
    text = "".join(f"<{line}> Tj 0 -28 Td " for line in lines)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        _stream(f"BT /F1 16 Tf 72 760 Td {text}ET".encode()),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
        b"/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor 7 0 R>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
        b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start))
    return out.getvalue()


def _photograph(about: str) -> bytes:
    """A wall with a notice board, drawn: no two notices about different things look alike."""
    seed = hashlib.sha256(about.encode()).digest()
    scene = Image.new("RGB", (960, 640), (214, 219, 224))
    pen = ImageDraw.Draw(scene)
    pen.rectangle((0, 500, 960, 640), fill=(150, 144, 136))
    pen.rectangle((120, 80, 840, 440), fill=(120, 84, 52))
    pen.rectangle((140, 100, 820, 420), fill=(58, 92, 74))
    for place, byte in enumerate(seed[:12]):
        left, top = 165 + place % 4 * 162, 118 + place // 4 * 98
        right = left + 90 + byte % 48
        pen.rectangle((left, top, right, top + 84), fill=(244, 241, 230))
        for line in range(top + 14, top + 78, 12):
            pen.line((left + 10, line, right - 10 - (line * byte) % 40, line), (96, 96, 96), 3)
    out = io.BytesIO()
    scene.save(out, "JPEG", quality=80, comment=about.encode()[:60000])
    return out.getvalue()


def _stream(data: bytes) -> bytes:
    return b"<</Length %d>>stream\n%b\nendstream" % (len(data), data)


def _zip(parts: dict[str, str], body_name: str, body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, body_name: body}.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MIME = "application/vnd.openxmlformats-officedocument"

_DOCX_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_TYPES}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
    f'PartName="/word/document.xml" ContentType="{_MIME}.wordprocessingml.document.main+xml"/>'
    "</Types>",
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_RELS}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
}
_DOCX_BODY = (
    f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>{{}}</w:t></w:r></w:p>'
    "</w:body></w:document>"
)
_XLSX_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_TYPES}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
    f'PartName="/xl/workbook.xml" ContentType="{_MIME}.spreadsheetml.sheet.main+xml"/><Override '
    f'PartName="/xl/worksheets/sheet1.xml" ContentType="{_MIME}.spreadsheetml.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_RELS}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_RELS}"><Relationship '
    f'Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_XLSX_BODY = (
    f'{_HEAD}<worksheet xmlns="{_SHEET}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is>'
    "<t>{}</t></is></c></row></sheetData></worksheet>"
)
