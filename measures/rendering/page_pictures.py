"""Draws the pages of one uploaded file as PNG pictures, in a process of its own.

    python -m measures.rendering.page_pictures KIND FILE FOLDER [FONTS]

KIND is pdf, jpg, png or tif; FOLDER receives 1.png, 2.png, …; FONTS is a folder of fonts for PDF
files that bring none. Prints nothing; the exit code says how it ended (see `Ending`).

The file may be hostile: this process knows no settings and no database, and gives up memory,
processor time and disk beyond the limits that it sets itself before it opens the file.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

MOST_PAGES = 20
WIDEST = 1240  # pixels: an A4 page at 150 dots per inch
TALLEST = 4 * WIDEST
MOST_PIXELS = 210_000_000
MEMORY = 1 << 30  # bytes of address space
SECONDS = 25  # of processor time
MOST_OUTPUT = 64 << 20  # bytes of one picture
_PDF_UNIT_WIDTH = 595  # points: what a page without a sensible size counts as


class Ending(IntEnum):
    DRAWN = 0
    UNREADABLE = 3
    PASSWORD = 4
    TOO_LARGE = 5


def draw(kind: str, source: Path, folder: Path, fonts: Path | None = None) -> Ending:
    """Write the pictures of the first MOST_PAGES pages into `folder`."""
    pages = _pdf_pages(source, fonts) if kind == "pdf" else _picture_pages(source)
    for number, page in enumerate(pages, 1):
        _plain(page).save(folder / f"{number}.png", "PNG")
        if number == MOST_PAGES:
            break
    return Ending.DRAWN


def _pdf_pages(source: Path, fonts: Path | None) -> Iterator[Any]:
    _prepare_fonts(fonts)
    import pypdfium2  # noqa: PLC0415 - starts the library, which must know the fonts first

    document = pypdfium2.PdfDocument(source)
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        width, height = page.get_size()
        scale = min(WIDEST / (width or _PDF_UNIT_WIDTH), TALLEST / (height or 1))
        yield page.render(scale=scale, may_draw_forms=False).to_pil()
        page.close()


def _picture_pages(source: Path) -> Iterator[Any]:
    from PIL import Image, ImageOps, ImageSequence  # noqa: PLC0415 - after the limits are set

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses at twice its limit
    with Image.open(source) as picture:
        # A photograph is decoded at an eighth of its size where that is enough.
        picture.draft("RGB", (WIDEST, WIDEST))
        for frame in ImageSequence.Iterator(picture):
            upright = ImageOps.exif_transpose(frame.copy())
            if upright.mode.startswith(("I", "F")):  # grey of 16 bits and more: keep its range
                upright = upright.point(lambda value: value / 256).convert("L")
            upright.thumbnail((WIDEST, TALLEST))
            yield upright


def _plain(page: Any) -> Any:
    """The bare picture on white: no metadata, no transparency, no colour table."""
    from PIL import Image  # noqa: PLC0415 - after the limits are set

    bare = Image.new("RGB", page.size, "white")
    if page.mode in ("RGBA", "LA", "PA") or "transparency" in page.info:
        clear = page.convert("RGBA")
        bare.paste(clear, mask=clear.getchannel("A"))
    else:
        bare.paste(page.convert("RGB"))
    return bare


def _prepare_fonts(fonts: Path | None) -> None:
    """Start the PDF library with our fonts before those of the machine: many Chinese documents
    name a font instead of bringing it."""
    import pypdfium2_raw  # noqa: PLC0415 - after the limits are set

    folders = [str(one).encode() for one in (fonts, Path("/usr/share/fonts")) if one]
    letters = ctypes.POINTER(ctypes.c_char)
    listed = (letters * (len(folders) + 1))()
    for place, folder in enumerate(folders):
        listed[place] = ctypes.cast(ctypes.create_string_buffer(folder), letters)
    config = pypdfium2_raw.FPDF_LIBRARY_CONFIG(
        version=2, m_pUserFontPaths=listed, m_pIsolate=None, m_v8EmbedderSlot=0
    )
    pypdfium2_raw.FPDF_InitLibraryWithConfig(config)


def _limit_itself() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUTPUT, MOST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: str, source: str, folder: str, fonts: str = "") -> Ending:
    _limit_itself()
    try:
        return draw(kind, Path(source), Path(folder), Path(fonts) if fonts else None)
    except MemoryError:
        return Ending.TOO_LARGE
    except Exception as error:  # noqa: BLE001 - the library's errors are many; all mean the same
        words = f"{type(error).__name__} {error}".lower()
        if "password" in words:
            return Ending.PASSWORD
        return Ending.TOO_LARGE if "bomb" in words else Ending.UNREADABLE


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
