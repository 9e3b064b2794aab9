"""One rendering of the long sample notice for all tests that measure it."""

import pytest

from reports.rendering.engine import pdf_obstacles
from reports.rendering.notice_text import to_pdf
from tests.reports.rendering.pdf_lines import Page, read_pages
from tests.reports.rendering.sample_notice import sample_notice


@pytest.fixture(scope="session", autouse=True)
def machine_makes_pdfs() -> None:
    """Without pango or fonts these tests fail with the sentence that says what to do."""
    obstacles = pdf_obstacles()
    assert not obstacles, "\n".join(obstacles)


@pytest.fixture(scope="session")
def sample_pdf(machine_makes_pdfs: None) -> bytes:
    """The PDF file of the sample notice."""
    return to_pdf(sample_notice())


@pytest.fixture(scope="session")
def sample_pages(sample_pdf: bytes) -> list[Page]:
    """Its pages, read back."""
    return read_pages(sample_pdf)
