"""The one door through which this project makes a PDF file.

``render_pdf`` takes finished HTML and the names of style sheets under ``static/css/print``. It
reads nothing else than those and the fonts: an address of any other kind stops the rendering.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from reports.rendering.engine import (
    Engine,
    PdfUnavailable,
    load_engine,
    missing_fonts_sentence,
)
from reports.rendering.font_copies import new_folder, remove_folder
from reports.rendering.fonts import (
    font_face_css,
    font_sources,
    missing_fonts,
    with_common_metrics,
)
from reports.rendering.justification import chinese_justification

__all__ = ["ForbiddenResource", "MissingGlyphs", "PdfUnavailable", "render_pdf"]

# PDF/A-2a (ISO 19005-2): embedded fonts, tags, language; what an archive accepts.
ARCHIVE = "pdf/a-2a"
STYLE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.css")
FONT_SCHEME = "rectify-font:"
# Collections take a third of a render at Python's thresholds and find nothing: the trees live
# until the file is written.
_GC_THRESHOLD = (200_000, 50, 50)

# Pango's font map is not thread-safe, and the justification and the thresholds are the process's.
_render_lock = threading.RLock()


class ForbiddenResource(ValueError):
    """The HTML or a style sheet asked for an address outside the package's own files."""


class MissingGlyphs(ValueError):
    """Characters that no font on this machine can print; ``characters`` holds each once."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        names = "、".join(f"“{mark}”（U+{ord(mark):04X}）" for mark in self.characters)
        super().__init__(f"没有字体能印出以下字符：{names}，请改用其他字符后重试。")


def render_pdf(html: str, *, stylesheets: Sequence[str], variant: str | None = ARCHIVE) -> bytes:
    """The PDF file of ``html``: Chinese justified, fonts embedded and subset, tagged.

    ``stylesheets`` are file names in ``static/css/print``, applied in order. The same input
    gives the same bytes. The file's metadata hold the HTML's <title> and language, nothing else.

    Raises ``PdfUnavailable`` (machine lacks pango, WeasyPrint or fonts), ``MissingGlyphs``,
    ``ForbiddenResource``, and ``ValueError`` for a style sheet name that is none.
    """
    engine = load_engine()
    absent = missing_fonts()
    if absent:
        raise PdfUnavailable(missing_fonts_sentence(absent))
    with _render_lock, ExitStack() as stack:
        stack.enter_context(_rare_collections())
        # WeasyPrint leaves the colour profile of PDF/A to the collector to close.
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", ResourceWarning)
        stack.enter_context(chinese_justification(engine))
        complaints = stack.enter_context(_complaints())
        try:
            document = print_setup().document(html, stylesheets, variant)
            pdf: bytes = document.write_pdf(finisher=_without_producer, pdf_variant=variant)
        except engine.fatal_url_error as error:
            raise ForbiddenResource(f"拒绝读取外部资源：{error}") from error
    if complaints.glyphs:
        raise MissingGlyphs(complaints.glyphs)
    if complaints.fonts:
        raise PdfUnavailable("无法生成 PDF：字体文件损坏，请运行 make fonts 后重试。")
    return pdf


class PrintSetup:
    """The fonts and parsed style sheets that one process shares between all its documents.

    Sharing them makes a notice four times as fast and keeps memory flat; a new
    FontConfiguration for every document grows without end.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sources = font_sources()
        self.fetcher = _fetcher(engine, self.sources)
        self.font_config = engine.font_configuration()
        self.font_config._folder = new_folder()
        # WeasyPrint would remove it so late that the interpreter is already half gone.
        atexit.register(self.close)
        self._sheets: dict[tuple[str, float], Any] = {}
        self.fonts_sheet = engine.css(
            string=font_face_css(self.sources),
            url_fetcher=self.fetcher,
            font_config=self.font_config,
        )

    def close(self) -> None:
        """Remove the temporary copies of the fonts, if this is the process that made them."""
        folder, self.font_config._folder = self.font_config._folder, None
        if folder is not None:
            remove_folder(folder)

    def document(self, html: str, stylesheets: Sequence[str], variant: str | None) -> Any:
        """The laid-out WeasyPrint document of ``html``, before it is written."""
        document = self.engine.html(string=html, url_fetcher=self.fetcher).render(
            font_config=self.font_config,
            stylesheets=[self.fonts_sheet, *map(self.sheet, stylesheets)],
            pdf_variant=variant,
        )
        _keep_title_only(document.metadata)
        return document

    def sheet(self, name: str) -> Any:
        """The parsed style sheet ``static/css/print/<name>``, read again after it changed."""
        if not STYLE_NAME.fullmatch(name):
            raise ValueError(f"no style sheet name: {name!r}")
        path = Path(settings.BASE_DIR) / "static" / "css" / "print" / name
        try:
            key = (name, path.stat().st_mtime)
        except OSError as error:
            raise ValueError(f"no such style sheet: {name!r}") from error
        if key not in self._sheets:
            self._sheets[key] = self.engine.css(
                string=path.read_text(encoding="utf-8"),
                url_fetcher=self.fetcher,
                font_config=self.font_config,
            )
        return self._sheets[key]


def print_setup() -> PrintSetup:
    """This process's shared setup; a new one when the font files are others than before."""
    fonts = tuple((key, path, path.stat().st_mtime) for key, path in font_sources().items())
    return _setup(os.getpid(), fonts)


@cache
def _setup(_process: int, _fonts: tuple[tuple[str, Path, float], ...]) -> PrintSetup:
    return PrintSetup(load_engine())


def _fetcher(engine: Engine, sources: dict[str, Path]) -> Any:
    """A URL fetcher that serves the named fonts and refuses everything else, fatally."""

    def fetch(_self: Any, url: str, headers: dict[str, str] | None = None) -> Any:
        path = sources.get(url[len(FONT_SCHEME) :]) if url.startswith(FONT_SCHEME) else None
        if path is None:
            raise ForbiddenResource(f"拒绝读取外部资源：{url[:200]}")
        return engine.url_fetcher_response(url, with_common_metrics(path.read_bytes()))

    # The base class comes with WeasyPrint, which is not there when this module is read.
    own_files_only = type("OwnFilesOnly", (engine.url_fetcher,), {"fetch": fetch})
    return own_files_only(fail_on_errors=True)


class _Complaints(logging.Handler):
    """Collects what WeasyPrint only logs though it spoils the document."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.glyphs: list[str] = []
        self.fonts: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread:
            return
        if str(record.msg).startswith(".notdef glyph") and isinstance(record.args, tuple):
            mark = str(record.args[0])
            if mark not in self.glyphs:
                self.glyphs.append(mark)
        elif str(record.msg).startswith("Font-face"):
            self.fonts.append(record.getMessage())


@contextmanager
def _complaints() -> Iterator[_Complaints]:
    logger = logging.getLogger("weasyprint")
    handler, level, disabled = _Complaints(), logger.level, logger.disabled
    logger.addHandler(handler)
    logger.disabled = False
    if logger.getEffectiveLevel() > logging.WARNING:
        logger.setLevel(logging.WARNING)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.disabled = disabled


@contextmanager
def _rare_collections() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_GC_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _keep_title_only(metadata: Any) -> None:
    """Strip everything that names a person, a program or a time; PDF/A keeps its own marks."""
    metadata.authors, metadata.keywords, metadata.attachments = [], [], []
    metadata.description = metadata.generator = metadata.created = metadata.modified = None
    metadata.custom, metadata.xmp_metadata = {}, []
    generate = metadata.generate_rdf_metadata

    def without_producer(*parts: Any) -> bytes:
        xmp: bytes = generate(*parts)
        return re.sub(rb' [\w.-]+:Producer="[^"]*"', b"", xmp)

    metadata.generate_rdf_metadata = without_producer


def _without_producer(_document: Any, pdf: Any) -> None:
    pdf.info.pop("Producer", None)
