"""The typefaces of an official document: which file plays which part, and what stands in for it.

GB/T 9704-2012 asks for 小标宋 (title), 仿宋 (body), 黑体 and 楷体 (headings) and 宋体 (page
numbers). The free Fandol faces play these parts; a bureau that owns licensed fonts puts their
files into ``settings.BUREAU_FONT_DIR`` and they go first. Behind every face stands a Noto face
with some 30,000 characters, because Fandol lacks many characters of people's and places' names.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FONT_MAGIC = (b"OTTO", b"\x00\x01\x00\x00", b"true", b"ttcf")
SMALLEST_FONT = 1_000_000  # bytes; every Chinese face is far larger, an error page far smaller

# One set of vertical metrics for every face, in thousandths of an em. Faces of different
# metrics on one line make the line taller than 28.99 pt, and the page loses its 22nd line.
ASCENT, DESCENT = 880, 120


@dataclass(frozen=True, slots=True)
class Face:
    """One part in the document. ``licensed`` lists a bureau's possible file names, best first."""

    role: str
    family: str
    file_name: str
    fallback: str
    licensed: tuple[str, ...] = ()


RARE_SERIF, RARE_SANS = "rare-serif", "rare-sans"

FACES = (
    Face(
        "fangsong",
        "Rectify Fangsong",
        "FandolFang-Regular.otf",
        RARE_SERIF,
        ("仿宋_GB2312.ttf", "FangSong_GB2312.ttf", "SIMFANG_GB2312.TTF", "simfang.ttf", "仿宋.ttf"),
    ),
    Face(
        "title",
        "Rectify Xiaobiaosong",
        "FandolSong-Bold.otf",
        RARE_SERIF,
        ("方正小标宋简体.ttf", "方正小标宋_GBK.ttf", "FZXBSJW.TTF", "FZXBSK.TTF", "小标宋体.ttf"),
    ),
    Face(
        "heiti",
        "Rectify Heiti",
        "FandolHei-Regular.otf",
        RARE_SANS,
        ("黑体.ttf", "simhei.ttf", "方正黑体_GBK.ttf", "FZHTK.TTF"),
    ),
    Face(
        "kaiti",
        "Rectify Kaiti",
        "FandolKai-Regular.otf",
        RARE_SERIF,
        ("楷体_GB2312.ttf", "KaiTi_GB2312.ttf", "simkai.ttf", "楷体.ttf", "方正楷体_GBK.ttf"),
    ),
    Face(
        "songti",
        "Rectify Songti",
        "FandolSong-Regular.otf",
        RARE_SERIF,
        ("宋体.ttf", "simsun.ttf", "simsun.ttc", "方正书宋_GBK.ttf"),
    ),
    Face(RARE_SERIF, "Rectify Rare Serif", "NotoSerifSC-Regular.otf", ""),
    Face(RARE_SANS, "Rectify Rare Sans", "NotoSansSC-Regular.otf", ""),
)


def font_dir() -> Path:
    """The folder that ``make fonts`` fills (``settings.FONT_DIR``, default ``var/fonts``)."""
    configured = getattr(settings, "FONT_DIR", None)
    return Path(configured) if configured else Path(settings.BASE_DIR) / "var" / "fonts"


def looks_like_font(path: Path) -> bool:
    """Whether the file is there, has an OpenType or TrueType signature and a plausible size."""
    try:
        if path.stat().st_size < SMALLEST_FONT:
            return False
        with path.open("rb") as file:
            return file.read(4) in FONT_MAGIC
    except OSError:
        return False


def missing_fonts() -> tuple[str, ...]:
    """File names of the faces that are not (soundly) in the font folder. Only stats files."""
    folder = font_dir()
    return tuple(face.file_name for face in FACES if not looks_like_font(folder / face.file_name))


def licensed_font(face: Face) -> Path | None:
    """The bureau's own file for this part, compared without regard to case, or None."""
    folder = getattr(settings, "BUREAU_FONT_DIR", None)
    if not folder or not face.licensed or not Path(folder).is_dir():
        return None
    present = {path.name.casefold(): path for path in sorted(Path(folder).iterdir())}
    for name in face.licensed:
        path = present.get(name.casefold())
        if path is not None and looks_like_font(path):
            return path
    return None


def font_sources() -> dict[str, Path]:
    """Every font the renderer may read, by the key that stands in its ``rectify-font:`` address."""
    sources = {face.role: font_dir() / face.file_name for face in FACES}
    for face in FACES:
        own = licensed_font(face)
        if own is not None:
            sources[f"{face.role}-licensed"] = own
    return sources


def font_face_css(sources: dict[str, Path]) -> str:
    """The @font-face rules and one custom property per role (``var(--fangsong)``).

    Every face gets a family name of its own and a declared normal weight: fontconfig mixes up
    the weights of the Fandol family and would otherwise embolden by itself.
    """
    families = {face.role: face.family for face in FACES}
    rules = [_font_face(families[role.removesuffix("-licensed")], role) for role in sources]
    stacks = []
    for face in FACES:
        if not face.fallback:
            continue
        names = [face.family, families[face.fallback]]
        if f"{face.role}-licensed" in sources:
            names.insert(0, f"{face.family} Licensed")
        stacks.append(f"--{face.role}:" + ",".join(f'"{name}"' for name in names))
    return "\n".join([*rules, ":root{" + ";".join(stacks) + "}"])


def _font_face(family: str, key: str) -> str:
    name = f"{family} Licensed" if key.endswith("-licensed") else family
    return (
        f'@font-face{{font-family:"{name}";font-weight:normal;font-style:normal;'
        f'src:url("rectify-font:{key}")}}'
    )


def with_common_metrics(font: bytes) -> bytes:
    """The font with ascent 880 and descent 120 thousandths in ``hhea`` and ``OS/2``.

    The ``BASE`` table is hidden under another name that keeps the directory sorted: Pango moves
    the line's height, though not the glyph, by the difference of two faces' tables.

    Changes a copy in memory only (OpenType 1.9: hhea ascender at +4, OS/2 sTypoAscender at +68,
    both followed by descender and line gap). Of a collection only the first face is read.
    """
    data = bytearray(font)
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", data, start + 4)
    tables: dict[bytes, int] = {}
    for entry in range(start + 12, start + 12 + 16 * count, 16):
        if data[entry : entry + 4] == b"BASE":
            data[entry : entry + 4] = b"BASX"
        (tables[bytes(data[entry : entry + 4])],) = struct.unpack_from(">I", data, entry + 8)
    (per_em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    ascent, descent = round(ASCENT * per_em / 1000), round(DESCENT * per_em / 1000)
    struct.pack_into(">hhh", data, tables[b"hhea"] + 4, ascent, -descent, 0)
    if b"OS/2" in tables:
        struct.pack_into(">hhhHH", data, tables[b"OS/2"] + 68, ascent, -descent, 0, ascent, descent)
    return bytes(data)
