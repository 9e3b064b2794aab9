"""Has the pages of a file drawn by a process of its own, and says in words why it could not."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from measures.rendering.page_pictures import MOST_PAGES, Ending

WALL_SECONDS = 30
_WORDS = {
    Ending.UNREADABLE: "文件可能已损坏，无法显示。请下载后查看，或请上传人重新上传。",
    Ending.PASSWORD: "文件设有打开密码，无法显示。请下载后用密码打开。",
    Ending.TOO_LARGE: "页面过大，无法在线显示。请下载后查看。",
}
_TOO_SLOW = "页面过于复杂，未能在规定时间内生成。请下载后查看。"
_CRASHED = "生成预览时程序异常退出。可重试一次，仍不成功时请下载后查看。"


class NotDrawn(Exception):
    """No pictures were made; the text says why, for those who look at the preview."""


def draw_pages(kind: str, source: Path, folder: Path) -> list[Path]:
    """The PNG files of the first pages, in order, at most MOST_PAGES. Raises NotDrawn.

    `kind` is pdf, jpg, png or tif. The process gets no environment, so no secret either.
    """
    module = "measures.rendering.page_pictures"
    fonts = str(settings.FONT_DIR)
    command = [sys.executable, "-m", module, kind, str(source), str(folder), fonts]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the arguments are our own paths
            command,
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8", "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotDrawn(_TOO_SLOW) from error
    pages = [folder / f"{number}.png" for number in range(1, MOST_PAGES + 1)]
    made = [page for page in pages if page.is_file()]
    if done.returncode == Ending.DRAWN and made:
        return made
    raise NotDrawn(reason(done.returncode))


def reason(code: int) -> str:
    """The sentence for an exit code: of `Ending`, or negative for the signal that ended it."""
    if code in list(Ending):
        return _WORDS.get(Ending(code), _WORDS[Ending.UNREADABLE])
    return _TOO_SLOW if -code in _OUT_OF_TIME else _CRASHED


_OUT_OF_TIME = (9, 24)  # SIGKILL and SIGXCPU, which follow the limit of processor time
