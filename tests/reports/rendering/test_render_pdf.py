"""The one door to PDF: what it refuses, and what it says where it cannot work."""

import gc
import importlib
import io
from pathlib import Path

import pikepdf
import pytest
from pytest_django.fixtures import Settings

from reports.rendering.engine import load_engine, pdf_obstacles, pdf_slowdowns
from reports.rendering.justification import check_version
from reports.rendering.pdf import ForbiddenResource, PdfUnavailable, render_pdf

STYLES = ("notice.css",)


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="https://example.org/x.png">',
        '<img src="file:///etc/passwd">',
        '<img src="data:image/png;base64,iVBORw0KGgo=">',
        '<img src="rectify-font:../../settings.py">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<style>@import url("http://127.0.0.1:9/a.css");</style>',
        '<style>@font-face{font-family:x;src:url("file:///etc/passwd")}p{font-family:x}</style>',
        '<p style="background:url(http://127.0.0.1:9/x.png)">乙</p>',
    ],
)
def test_an_address_outside_our_own_files_stops_the_rendering(hostile: str) -> None:
    with pytest.raises(ForbiddenResource, match="拒绝读取外部资源"):
        render_pdf(f"<html><body>{hostile}<p>甲</p></body></html>", stylesheets=STYLES)


@pytest.mark.parametrize("name", ["../notice.css", "/etc/passwd", "none.css", "", "a/b.css"])
def test_only_our_own_print_styles_are_read(name: str) -> None:
    with pytest.raises(ValueError, match="style sheet"):
        render_pdf("<p>甲</p>", stylesheets=[name])


def test_an_untried_weasyprint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load_engine()
    check_version(engine)
    weasyprint = importlib.import_module("weasyprint")
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    load_engine.cache_clear()
    try:
        with pytest.raises(PdfUnavailable, match=r"71\.0.*70\.x"):
            render_pdf("<p>甲</p>", stylesheets=STYLES)
    finally:
        load_engine.cache_clear()


def test_changed_internals_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load_engine()
    monkeypatch.setattr(engine.inline, "justify_line", lambda line: None)
    with pytest.raises(PdfUnavailable, match="未经中文两端对齐验证"):
        render_pdf("<p>甲</p>", stylesheets=STYLES)


def test_weasyprint_and_the_collector_are_left_as_they_were() -> None:
    inline, thresholds = load_engine().inline, gc.get_threshold()
    original = inline.justify_line
    render_pdf("<p>甲</p>", stylesheets=STYLES)
    assert inline.justify_line is original
    assert gc.get_threshold() == thresholds


def test_the_subsetting_library_is_there() -> None:
    """Without it a notice takes three seconds instead of a half."""
    assert load_engine().harfbuzz_subset is not None
    assert pdf_slowdowns() == ()


def test_missing_fonts_are_named_with_the_remedy(settings: Settings, tmp_path: Path) -> None:
    settings.FONT_DIR = tmp_path
    (tmp_path / "FandolFang-Regular.otf").write_bytes(b"<html>404</html>")
    with pytest.raises(PdfUnavailable, match=r"FandolFang-Regular\.otf.*运行 make fonts"):
        render_pdf("<p>甲</p>", stylesheets=STYLES)
    assert any("make fonts" in sentence for sentence in pdf_obstacles())


def test_a_missing_library_is_named_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pango(name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    load_engine.cache_clear()
    monkeypatch.setattr(importlib, "import_module", no_pango)
    try:
        with pytest.raises(PdfUnavailable, match=r"libpango-1\.0-0 libpangoft2-1\.0-0"):
            render_pdf("<p>甲</p>", stylesheets=STYLES)
    finally:
        monkeypatch.undo()
        load_engine.cache_clear()


def test_a_bureaus_own_font_goes_first(settings: Settings, tmp_path: Path) -> None:
    """Any sound file under a known name will do: here the 黑体 plays the bureau's 仿宋."""
    from_fandol = Path(settings.FONT_DIR) / "FandolHei-Regular.otf"
    (tmp_path / "SIMFANG.TTF").write_bytes(from_fandol.read_bytes())
    settings.BUREAU_FONT_DIR = tmp_path
    pdf = render_pdf('<html lang="zh"><p>甲乙丙</p></html>', stylesheets=STYLES)
    with pikepdf.open(io.BytesIO(pdf)) as file:
        names = [str(font.FontName) for font in file.objects if "/FontName" in _keys(font)]
    assert any(name.endswith("+Rectify-Fangsong-Licensed") for name in names)


def _keys(item: object) -> set[str]:
    return set(item.keys()) if isinstance(item, pikepdf.Dictionary) else set()
