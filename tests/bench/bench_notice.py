"""The notice as PDF against bare WeasyPrint: what the layer on top of it costs."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

from reports.rendering.engine import load_engine
from reports.rendering.notice_text import PRINT_STYLES, print_html, to_pdf
from reports.rendering.pdf import ARCHIVE, print_setup
from tests.reports.rendering.sample_notice import sample_notice

LIMIT = 1.1  # times bare WeasyPrint
ROUNDS = 15


def measure() -> list[dict[str, str | float | int]]:
    """One row {name, ratio, limit, n}: median CPU time of ``to_pdf`` over WeasyPrint alone.

    The rival gets the same HTML, style sheets, fonts and PDF variant, but neither our
    justification nor our garbage collector setting. The two take turns.
    """
    notice = sample_notice()
    html = print_html(notice)
    setup, engine = print_setup(), load_engine()
    sheets = [setup.fonts_sheet, *map(setup.sheet, PRINT_STYLES)]

    def bare() -> None:
        engine.html(string=html).write_pdf(
            stylesheets=sheets, font_config=setup.font_config, pdf_variant=ARCHIVE
        )

    def ours() -> None:
        to_pdf(notice)

    times: dict[Callable[[], None], list[float]] = {bare: [], ours: []}
    bare()
    ours()
    for turn in range(ROUNDS):
        for contender in (bare, ours) if turn % 2 else (ours, bare):
            gc.collect()  # nobody pays for what the other left behind
            start = time.process_time()
            contender()
            times[contender].append(time.process_time() - start)
    # Neighbours in time are compared: a busy machine slows both of a pair alike.
    ratio = statistics.median(
        mine / theirs for mine, theirs in zip(times[ours], times[bare], strict=True)
    )
    return [{"name": "notice_pdf_vs_weasyprint", "ratio": ratio, "limit": LIMIT, "n": ROUNDS}]
