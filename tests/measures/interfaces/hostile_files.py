"""The corpus: files that must be refused, each with the rule that refuses it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from PIL import Image, PngImagePlugin

from tests.measures.interfaces.compound_files import compound_file
from tests.measures.interfaces.good_files import (
    BOOK,
    GOOD,
    SLIDES,
    WORD,
    bound_sheet,
    package,
    picture,
    scan,
    sheet,
    workbook,
    zipped,
)

UPLOADS = "measures.interfaces.uploads"
PAGE = b"<html><script>alert(1)</script></html>"
MIB = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """`code` is the reason that must be given; without the rules in `off` it is not given."""

    name: str
    build: Callable[[], bytes]
    code: str
    off: tuple[str, ...]
    also_set: dict[str, object] = field(default_factory=dict)


def off(*names: str) -> tuple[str, ...]:
    return tuple(f"{UPLOADS}.{name}" for name in names)


def crowded() -> bytes:
    return package(inside={f"word/{number}.xml": b"" for number in range(2001)})


def steep() -> bytes:
    return package(inside={"word/media/zeros.bin": bytes(150 * MIB)})


def many_moderate() -> bytes:
    zeros = bytes(10 * MIB)
    return package(inside={f"word/media/{number}.bin": zeros for number in range(21)})


def lying() -> bytes:
    """An entry that declares a hundred bytes and unfolds to sixty million."""
    whole = package(inside={"word/media/zeros.bin": bytes(60_000_000)})
    return whole.replace(struct.pack("<L", 60_000_000), struct.pack("<L", 100))


def nested(depth: int, content: bytes = b"1") -> bytes:
    inner = content
    for level in range(depth):
        inner = zipped({f"{level}.zip": inner})
    return package(inside={"word/embeddings/1.bin": inner})


def overlapping() -> bytes:
    """Two lines of the directory that point at the same entry."""
    whole = package(inside={"word/media/1.bin": bytes(1000)})
    end = whole.rindex(b"PK\x05\x06")
    last = whole.rindex(b"PK\x01\x02")
    line = whole[last:end]
    count, size, start = struct.unpack_from("<10xHLL", whole, end)
    record = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count + 1, count + 1,
                         size + len(line), start, 0)  # fmt: skip
    return whole[:end] + line + record


def far_entry() -> bytes:
    """A line of the directory that says, in 64 bits, that its entry lies beyond any file."""
    whole = package(inside={"word/media/1.bin": b"1"})
    end, last = whole.rindex(b"PK\x05\x06"), whole.rindex(b"PK\x01\x02")
    wide = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    line = bytearray(whole[last:end] + wide)
    struct.pack_into("<H", line, 30, len(wide))
    struct.pack_into("<L", line, 42, 0xFFFFFFFF)
    record = bytearray(whole[end:])
    struct.pack_into("<L", record, 12, struct.unpack_from("<L", record, 12)[0] + len(wide))
    return whole[:last] + bytes(line) + bytes(record)


def large_object() -> bytes:
    """The beginning of an old Office object, then more than may be uploaded."""
    noise = b"".join(sha256(bytes([n % 256, n // 256])).digest() for n in range(8192))
    return compound_file({}) + noise + bytes(20 * MIB)


def late_object() -> bytes:
    """A macro in an old Office object whose first 400 kilobytes unfold to nothing."""
    content = compound_file(VBA)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"\x00\x00\x00\xff\xff" * 80_000 + squeeze.compress(content) + squeeze.flush()
    plain = package(inside={"word/x.bin": content})
    with zipfile.ZipFile(io.BytesIO(plain)) as source:
        entry = source.getinfo("word/x.bin")
    start = entry.header_offset + 30 + len(entry.filename)
    grown = len(packed) - entry.compress_size
    whole = bytearray(plain)
    whole[start : start + entry.compress_size] = packed
    struct.pack_into("<L", whole, entry.header_offset + 18, len(packed))
    struct.pack_into("<L", whole, whole.rindex(b"PK\x01\x02") + 20, len(packed))
    end = whole.rindex(b"PK\x05\x06")
    struct.pack_into("<L", whole, end + 16, struct.unpack_from("<L", whole, end + 16)[0] + grown)
    return bytes(whole)


def bottomless(depth: int = 1999) -> bytes:
    """An old Office file of storages inside storages, deeper than a program can follow."""
    nothing, tables = 0xFFFFFFFF, 4
    entry, head = "<64sHBBLLL36xLQ", "<8s16xHHHHH6xLLLLLLLLL109L"
    names = ["Root Entry", *(f"s{number}" for number in range(1, depth)), "WordDocument"]
    directory = b"".join(
        struct.pack(entry, name.encode("utf-16-le"), 2 * len(name) + 2, 5 if number == 0 else 1, 1,
                    nothing, nothing, number + 1 if number < depth else nothing, 0xFFFFFFFE, 0)
        for number, name in enumerate(names)
    )  # fmt: skip
    sectors = len(directory) // 512  # depth + 1 is a multiple of four
    table = [0xFFFFFFFD] * tables + [*range(tables + 1, tables + sectors), 0xFFFFFFFE]
    table += [nothing] * (tables * 128 - len(table))
    start = struct.pack(head, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables,
                        tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, *range(tables),
                        *[nothing] * (109 - tables))  # fmt: skip
    return start + struct.pack(f"<{len(table)}L", *table) + directory


def lying_upon_one_another() -> bytes:
    """Two streams in the same bytes: with ten thousand the server would read for days."""
    whole = bytearray(compound_file({"Workbook": bytes(40_000), "Book": b""}))
    first, second = (
        whole.index(name.encode("utf-16-le").ljust(64, b"\0")) + 116
        for name in ("Workbook", "Book")
    )
    whole[second : second + 12] = whole[first : first + 12]
    return bytes(whole)


def hidden_between() -> bytes:
    """A page between two entries, which the directory does not name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD["docx"])) as source, zipfile.ZipFile(out, "w") as made:
        made.writestr("page.html", PAGE)
        hidden = made.infolist()[0]
        for name in source.namelist():
            made.writestr(name, source.read(name))
        made.filelist.remove(hidden)
    return out.getvalue()


def commented(text: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(out, "JPEG", comment=text)
    return out.getvalue()


def annotated_png(text: str) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", text)
    return picture("PNG", pnginfo=notes)


def huge_png(width: int = 20_000, height: int = 15_000, colour: int = 0) -> bytes:
    """Black, in a few kilobytes; `colour` 0 is one bit a pixel, 6 four bytes."""
    row = bytes(1 + (width * 4 if colour else -(-width // 8)))
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = squeeze.compress(row) + squeeze.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(height):
        check = zlib.adler32(row, check)
    data = b"\x78\xda" + packed * height + squeeze.flush() + struct.pack(">L", check)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(f">L4s{len(body)}sL", len(body), kind, body, zlib.crc32(kind + body))

    head = struct.pack(">LLBBBBB", width, height, 8 if colour else 1, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def tiff(*entries: tuple[int, int, int, int], after: int = 0) -> bytes:
    body = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<LH", 8, len(entries)) + body + struct.pack("<L", after)


def crumbled_png() -> bytes:
    """A picture with a hundred thousand empty chunks of nobody's before its first row."""
    head, crumb = 8 + 25, struct.pack(">L4sL", 0, b"crMb", zlib.crc32(b"crMb"))
    return GOOD["png"][:head] + crumb * 100_000 + GOOD["png"][head:]


def crumbled_jpg() -> bytes:
    return GOOD["jpg"][:2] + b"\xff\xfe\x00\x02" * 100_000 + GOOD["jpg"][2:]


def long_page() -> bytes:
    """A page of a thousand tags of nobody's."""
    more = ((273, 4, 1, 8), (279, 4, 1, 20), *((40_000 + n, 3, 1, 1) for n in range(1000)))
    return tiff(*EDGES, *more)


EDGES = ((256, 3, 1, 10), (257, 3, 1, 10))


def circling() -> bytes:
    """A scan whose last page is followed by its first."""
    whole = bytearray(scan())
    (first,) = struct.unpack_from("<L", whole, 4)
    place = first
    while place:
        (count,) = struct.unpack_from("<H", whole, place)
        link = place + 2 + 12 * count
        (place,) = struct.unpack_from("<L", whole, link)
    struct.pack_into("<L", whole, link, first)
    return bytes(whole)


def with_zip(content: bytes, before: bytes = b"") -> bytes:
    at = content.rindex(before) if before else len(content)
    return content[:at] + zipped({"page.html": PAGE}) + content[at:]


def vba_atom(has: int) -> bytes:
    return struct.pack("<HHLLLL", 0x02, 0x0400, 12, 1, has, 2)


VBA = {"Macros/VBA/dir": b"1", "Macros/VBA/_VBA_PROJECT": b"1"}
BOOK_VBA = {"_VBA_PROJECT_CUR/VBA/dir": b"1"}
FILE_PASS = (0x2F, b"\x01\x00" + bytes(50))
FAR = '<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
MERGED = '<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
XLM_TYPE = "application/vnd.ms-excel.macrosheet+xml"

CROWD, GAPS = off("packages.refuse_crowd"), off("packages.refuse_gaps")
MARKED, STORAGE = off("pictures.refuse_markup"), off("compound.refuse_macro_storage")
REACH = off("sheets.refuse_far_reach")
ZIPPED_PICTURE = off("pictures.refuse_archive")

CORPUS = (
    Hostile("比例炸弹.docx", steep, "unfolded", CROWD),
    Hostile("总量炸弹.docx", many_moderate, "unfolded", CROWD),
    Hostile("条目炸弹.docx", crowded, "unfolded", CROWD),
    Hostile("谎报大小.docx", lying, "unfolded", off("packages.refuse_excess")),
    Hostile("层层嵌套.docx", lambda: nested(4), "unfolded", off("packages.refuse_depth")),
    Hostile("套中炸弹.docx", lambda: nested(1, bytes(150 * MIB)), "unfolded", CROWD),
    Hostile("重叠条目.docx", overlapping, "unfolded", GAPS),
    Hostile("远处的条目.docx", far_entry, "content", off("CHECKS.docx")),
    Hostile("无底.doc", bottomless, "content", off("CHECKS.doc")),
    Hostile("套中无底.docx", lambda: package(inside={"word/x.bin": bottomless()}), "content",
            off("CHECKS.docx")),
    Hostile("满是记录.xls", lambda: compound_file({"Workbook": bytes(500_000)}), "unfolded",
            off("compound._records")),
    Hostile("重叠的流.xls", lying_upon_one_another, "unfolded",
            off("compound.refuse_shared_bytes")),
    Hostile("满是表格.doc",
            lambda: compound_file({**WORD, **{f"{n}/Workbook": b"" for n in range(256)}}),
            "unfolded", off("compound.refuse_crowd")),
    Hostile("长目录.doc", lambda: compound_file(WORD, spare=10_000), "unfolded",
            off("compound.refuse_long_directory")),
    Hostile("套中大对象.docx", lambda: package(inside={"word/x.bin": large_object()}), "unfolded",
            off("packages.refuse_large_object")),
    Hostile("长清单.docx",
            lambda: package(types={f"word/{n}.xml": "text/plain" for n in range(9000)}),
            "unfolded", off("packages.refuse_long_list")),
    Hostile("远单元格.xlsx", lambda: sheet(FAR), "extent", REACH),
    Hostile("远范围.xlsx", lambda: sheet('<dimension ref="A1:XFD1048576"/>'), "extent", REACH),
    Hostile("大合并.xlsx", lambda: sheet(MERGED), "extent", REACH),
    Hostile("套中远表.docx",
            lambda: package(inside={"word/embeddings/1.xlsx": sheet(FAR)}), "extent", REACH),
    Hostile("照片压缩包.jpg", lambda: with_zip(GOOD["jpg"]), "disguise", ZIPPED_PICTURE),
    Hostile("图压缩包.png", lambda: with_zip(GOOD["png"]), "disguise", ZIPPED_PICTURE),
    Hostile("深藏压缩包.jpg", lambda: with_zip(GOOD["jpg"]) + bytes(70_000), "disguise",
            ZIPPED_PICTURE),
    Hostile("文档压缩包.pdf", lambda: with_zip(GOOD["pdf"], b"xref"), "disguise",
            off("portable.refuse_archive")),
    Hostile("尾随网页.pdf", lambda: GOOD["pdf"] + bytes(1024) + PAGE, "disguise",
            off("portable.refuse_appended")),
    Hostile("头藏网页.pdf", lambda: b"%PDF-1.7 " + PAGE + GOOD["pdf"], "disguise",
            off("portable.refuse_markup")),
    Hostile("网页在前.pdf", lambda: PAGE + GOOD["pdf"], "content", off("CHECKS.pdf")),
    Hostile("尾随网页.docx", lambda: GOOD["docx"] + PAGE, "disguise", off("CHECKS.docx")),
    Hostile("两个压缩包.docx", lambda: zipped({"1": b"1"}) + GOOD["docx"], "disguise",
            off("packages.refuse_trailing", "packages.refuse_gaps")),
    Hostile("夹层网页.docx", hidden_between, "disguise", GAPS),
    Hostile("程序在前.docx", lambda: b"MZ" + GOOD["docx"], "content", off("CHECKS.docx")),
    Hostile("文档压缩包.doc", lambda: with_zip(GOOD["doc"]), "disguise",
            off("compound.refuse_archive_behind")),
    Hostile("网页照片.jpg", lambda: commented(PAGE), "disguise", MARKED),
    Hostile("网页尾.jpg", lambda: GOOD["jpg"] + b"<!DOCTYPE HTML><body>", "disguise", MARKED),
    Hostile("脚本.png", lambda: annotated_png("<?PHP echo 1;"), "disguise", MARKED),
    Hostile("脚本.tif", lambda: GOOD["tif"] + b"<SCRIPT>1</SCRIPT>", "disguise", MARKED),
    Hostile("矢量图.png", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "disguise", MARKED),
    Hostile("带前缀的矢量图.png", lambda: b'<?xml version="1.0"?><s:svg/>', "content",
            off("CHECKS.png")),
    Hostile("像素炸弹.png", huge_png, "pixels", off("pictures.refuse_many_pixels"),
            {"PIL.Image.MAX_IMAGE_PIXELS": None}),
    Hostile("像素炸弹.tif", lambda: tiff((256, 4, 1, 90_000), (257, 4, 1, 90_000)), "pixels",
            off("pictures.refuse_many_pixels")),
    Hostile("循环页.tif", circling, "content",
            off("pictures._tiff_sizes")),
    Hostile("零碎.png", crumbled_png, "pieces", off("pictures.refuse_many_pieces")),
    Hostile("零碎.jpg", crumbled_jpg, "pieces", off("pictures.refuse_many_pieces")),
    Hostile("长页.tif", long_page, "pieces", off("pictures.refuse_long_page")),
    Hostile("改名.jpg", lambda: GOOD["png"], "content", off("CHECKS.jpg")),
    Hostile("半张.png", lambda: GOOD["png"][:400], "content", off("CHECKS.png")),
    Hostile("宏.docx", lambda: package(inside={"word/vbaProject.bin": b"1"}), "macro",
            off("packages.refuse_macro_names")),
    Hostile("别处的宏.pptx", lambda: package("pptx", {"docs/x/VBAProject.bin": b"1"}), "macro",
            off("packages.refuse_macro_names")),
    Hostile("宏表.xlsx", lambda: package("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}), "macro",
            off("packages.refuse_macro_names")),
    Hostile("改名的宏表.xlsx",
            lambda: package("xlsx", {"xl/a.xml": b"<x/>"}, {"xl/a.xml": XLM_TYPE}), "macro",
            off("packages.refuse_macro_types")),
    Hostile("声明启用宏.docx", lambda: package(types={"word/a.xml": MACRO_TYPE}), "macro",
            off("packages.refuse_macro_types")),
    Hostile("另一编码的声明.docx",
            lambda: package(types={"word/a.xml": MACRO_TYPE}, encoding="utf-16"), "macro",
            off("packages.refuse_macro_types")),
    Hostile("改名的宏.docx", lambda: package(inside={"word/x.bin": compound_file(VBA)}), "macro",
            STORAGE),
    Hostile("迟来的宏.docx", late_object, "macro", STORAGE),
    Hostile("套中的宏.docx",
            lambda: package(inside={"word/embeddings/1.xlsx": zipped({"vbaProject.bin": b"1"})}),
            "macro", off("packages.refuse_macro_names")),
    Hostile("宏.doc", lambda: compound_file({**WORD, **VBA}), "macro", STORAGE),
    Hostile("宏.wps", lambda: compound_file({**WORD, **VBA}), "macro", STORAGE),
    Hostile("宏.xls", lambda: compound_file({**BOOK, **BOOK_VBA}), "macro", STORAGE),
    Hostile("宏.et", lambda: compound_file({**BOOK, **BOOK_VBA}), "macro", STORAGE),
    Hostile("旧式宏表.xls",
            lambda: compound_file({"Workbook": workbook(bound_sheet(0), bound_sheet(1))}), "macro",
            off("compound.refuse_macro_sheet")),
    Hostile("宏.ppt",
            lambda: compound_file({"PowerPoint Document": vba_atom(0) + vba_atom(1)}), "macro",
            off("compound.refuse_macro_atom")),
    Hostile("宏.dps",
            lambda: compound_file({"PowerPoint Document": vba_atom(1)}), "macro",
            off("compound.refuse_macro_atom")),
    Hostile("加密.xls", lambda: compound_file({"Workbook": workbook(FILE_PASS)}), "password",
            off("compound.refuse_password")),
    Hostile("加密.docx", lambda: compound_file({"EncryptedPackage": b"1"}), "password",
            off("CHECKS.docx")),
    Hostile("演示改名.doc", lambda: compound_file(SLIDES), "content", off("CHECKS.doc")),
    Hostile("表格改名.docx", lambda: GOOD["xlsx"], "content", off("CHECKS.docx")),
    Hostile("网页.html", lambda: PAGE, "extension", off("CHECKS.html")),
    Hostile("图.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "extension",
            off("CHECKS.svg")),
    Hostile("启用宏.docm", lambda: GOOD["docx"], "extension", off("CHECKS.docm")),
    Hostile("../../etc/passwd", lambda: GOOD["pdf"], "extension", off("CHECKS.")),
    Hostile("照片\u202egpj.exe", lambda: GOOD["jpg"], "extension", off("CHECKS.exe")),
    Hostile("长" * 300 + ".exe", lambda: GOOD["pdf"], "extension", off("CHECKS.exe")),
    Hostile("空.pdf", lambda: b"", "empty", ()),
)  # fmt: skip
