"""The finished notice as a file, in any of its formats."""

from pathlib import Path

from issues.models import Inspection
from reports.domain.documents import current_notice
from reports.domain.notice import compose_notice
from reports.rendering.notice_text import to_html, to_pdf, to_text
from reports.rendering.whole_file import write_whole

FORMATS = ("pdf", "html", "txt")


def write_notice(inspection: Inspection, path: Path, *, form: str) -> int:
    """Compose the current notice and write it to `path`; returns the number of bytes.

    Raises ValueError for another format, PdfUnavailable / MissingGlyphs where the machine cannot
    print it, FileNotWritten where the disk refuses; an old file stays as it was.
    """
    notice = compose_notice(inspection, current_notice(inspection))
    if form == "pdf":
        content = to_pdf(notice)
    elif form == "html":
        content = to_html(notice).encode()
    elif form == "txt":
        content = to_text(notice).encode()
    else:
        raise ValueError(f"unknown format {form!r}, one of {', '.join(FORMATS)}")
    write_whole(path, content)
    return len(content)
