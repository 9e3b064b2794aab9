"""Pictures of the product for the README, from the demo: python -m tests.e2e.pictures OUTDIR

Starts the product in a scratch folder, photographs the screens at 1366×768 and the first page of
the notice, and stops it again.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from playwright.sync_api import sync_playwright

from rectify.machine.folders import var_dir
from rectify.machine.packages import chromium
from rectify.machine.progress import say
from tests.e2e.acts import build_notice, download
from tests.e2e.browsing import PHONE, People
from tests.e2e.landmarks import Landmarks, read
from tests.e2e.site import running_site

NOTICE_WIDTH = 1000  # pixels


@dataclass(frozen=True)
class Picture:
    """`path` may name landmarks in braces; `down` scrolls this element to the top first."""

    name: str
    who: str
    path: str
    down: str = ""
    phone: bool = False


PICTURES = (
    Picture("login", "", "/login/"),
    Picture("dashboard", "leader-employment-b", "/inspections/{b}/"),
    Picture("dashboard-finished", "secretary", "/inspections/{a}/"),
    Picture("dashboard-tables", "secretary", "/inspections/{a}/", down="table"),
    Picture("dashboard-phone", "secretary", "/inspections/{a}/", phone=True),
    Picture("meeting", "secretary-b", "/inspections/{b}/print/"),
    Picture("ledger", "office", "/inspections/{a}/ledger/"),
    Picture("measure", "office-b", "/measures/{measure}/"),
    Picture("tree", "office", "/inspections/{a}/tree/"),
    Picture("digest", "office-b", "/digests/{digest}/"),
    Picture("documents", "office", "/inspections/{a}/notice/"),
)


def take(people: People, landmarks: Landmarks, folder: Path) -> None:
    """Writes every picture, and notice.png, into the folder."""
    for picture in PICTURES:
        options = {"viewport": PHONE} if picture.phone else {}
        with people.window(picture.who, **options) as page:
            page.goto(picture.path.format(**vars(landmarks)))
            if picture.down:
                page.locator(f"main {picture.down}").first.evaluate(
                    "one => one.closest('.card').scrollIntoView()"
                )
            page.screenshot(path=folder / f"{picture.name}.png")
        say(f"  {picture.name}.png")
    with people.window("office") as page:
        build_notice(page, landmarks.a)
        first_page(download(page, folder), folder / "notice.png")
    say("  notice.png")


def first_page(pdf: Path, picture: Path) -> None:
    """The first page of a PDF as a picture; the PDF itself is removed."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        page.render(scale=NOTICE_WIDTH / page.get_width()).to_pil().save(picture, optimize=True)
    pdf.unlink()


def main(arguments: Sequence[str]) -> int:
    program = chromium()
    if len(arguments) != 1 or program is None:
        say("python -m tests.e2e.pictures 文件夹" if program else "没有 chromium")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    fonts = Path(os.environ.get("FONT_DIR") or var_dir() / "fonts")
    with (
        tempfile.TemporaryDirectory(prefix="rectify-pictures-") as scratch,
        running_site(Path(scratch), fonts) as site,
        sync_playwright() as playwright,
    ):
        landmarks = read(site.run("-m", "tests.e2e.landmarks"))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        take(People(browser, site), landmarks, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
