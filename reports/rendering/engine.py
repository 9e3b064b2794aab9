"""WeasyPrint, loaded when the first document is rendered, and what keeps it from loading.

``import weasyprint`` raises OSError on a machine without pango, costs 0.6 s and 40 MB, and no
page of the application needs it: so nothing imports it at the top of a module.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
from dataclasses import dataclass
from functools import cache
from typing import Any

from reports.rendering.fonts import missing_fonts

# Shared library → Debian package that brings it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
}
SUBSET_LIBRARY, SUBSET_PACKAGE = "libharfbuzz-subset.so.0", "libharfbuzz-subset0"


class PdfUnavailable(RuntimeError):
    """This machine cannot make PDF files; the message is a Chinese sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of WeasyPrint that this package touches."""

    version: str
    html: Any
    css: Any
    font_configuration: Any
    url_fetcher: Any
    url_fetcher_response: Any
    fatal_url_error: type[Exception]
    inline: Any
    boxes: Any
    harfbuzz_subset: Any


@cache
def load_engine() -> Engine:
    """WeasyPrint's parts; raises ``PdfUnavailable`` naming the package to install."""
    try:
        weasyprint = importlib.import_module("weasyprint")
        # Seven lines per document on every log that listens to INFO.
        logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
        urls = importlib.import_module("weasyprint.urls")
        return Engine(
            version=weasyprint.__version__,
            html=weasyprint.HTML,
            css=weasyprint.CSS,
            font_configuration=importlib.import_module("weasyprint.text.fonts").FontConfiguration,
            url_fetcher=urls.URLFetcher,
            url_fetcher_response=urls.URLFetcherResponse,
            fatal_url_error=urls.FatalURLFetchingError,
            inline=importlib.import_module("weasyprint.layout.inline"),
            boxes=importlib.import_module("weasyprint.formatting_structure.boxes"),
            harfbuzz_subset=importlib.import_module("weasyprint.text.ffi").harfbuzz_subset,
        )
    except OSError as error:
        raise PdfUnavailable(_install_sentence([*LIBRARIES.values(), SUBSET_PACKAGE])) from error
    except ImportError as error:
        raise PdfUnavailable(
            "无法生成 PDF：未安装 Python 包 weasyprint，请按 requirements/base.txt 安装后重试。"
        ) from error


def pdf_obstacles() -> tuple[str, ...]:
    """Chinese sentences on what keeps this machine from making PDF files; empty if nothing.

    Cheap enough for a system check at every start: does not import WeasyPrint.
    """
    found = []
    if importlib.util.find_spec("weasyprint") is None:
        found.append("无法生成 PDF：未安装 Python 包 weasyprint，请按 requirements/base.txt 安装。")
    packages = [package for library, package in LIBRARIES.items() if not _loads(library)]
    if packages:
        found.append(_install_sentence(packages))
    fonts = missing_fonts()
    if fonts:
        found.append(missing_fonts_sentence(fonts))
    return tuple(found)


def pdf_slowdowns() -> tuple[str, ...]:
    """Chinese sentences on what makes PDF files slow here though they can be made."""
    if _loads(SUBSET_LIBRARY):
        return ()
    return (f"生成 PDF 会变慢（每份约 3 秒）：缺少软件包 {SUBSET_PACKAGE}，建议安装。",)


def missing_fonts_sentence(fonts: tuple[str, ...]) -> str:
    """What to tell a person whose machine lacks these font files."""
    return f"无法生成 PDF：缺少中文字体 {'、'.join(fonts)}，请运行 make fonts 后重试。"


def _install_sentence(packages: list[str]) -> str:
    names = " ".join(packages)
    return f"无法生成 PDF：缺少系统软件包 {names}，请安装（apt-get install {names}）后重试。"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
