"""The look of exported sheets: calm, official, and printable in grey."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

BODY_FONT = "宋体"
TITLE_FONT = "方正小标宋简体"
TITLE_SIZE = 18
BODY_SIZE = 10
DATE_PATTERN = 'yyyy"年"m"月"d"日"'
INTEGER_PATTERN = "#,##0"
_HEADER_FILL = "#DCE5EE"
_BORDER = "#AEB6BF"
_INK = "#1F2328"
_MUTED = "#57606A"


class CellStyles:
    """The formats of one workbook, each made once.

    A file may hold only so many formats, and a cell style per cell would break that limit.
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Format] = {}

    def body(
        self,
        *,
        pattern: str = "",
        centred: bool = False,
        wrap: bool = True,
        size: int = BODY_SIZE,
        quoted: bool = False,
    ) -> Format:
        """The style of a body cell; `quoted` sets the quote prefix of text that looks like code."""
        key = (pattern, centred, wrap, size, quoted)
        if key not in self._made:
            look: dict[str, Any] = {"font_size": size, "text_wrap": wrap}
            # Running text starts at the top: a merged cell that a page break cuts would lose the
            # middle of its text if it were centred in its height.
            look |= {"align": "center"} if centred else {"valign": "top"}
            if pattern:
                look["num_format"] = pattern
            if quoted:
                look["quote_prefix"] = True
            self._made[key] = self._bordered(look)
        return self._made[key]

    def header(self) -> Format:
        """The style of the two header rows."""
        look = {"bold": True, "align": "center", "text_wrap": True, "bg_color": _HEADER_FILL}
        return self._bordered(look)

    def section(self) -> Format:
        """The style of a heading inside the summary."""
        return self._bordered({"bold": True, "bg_color": _HEADER_FILL})

    def title(self) -> Format:
        """The style of the title row."""
        return self._plain({"font_name": TITLE_FONT, "font_size": TITLE_SIZE, "align": "center"})

    def subtitle(self) -> Format:
        """The style of the line below the title."""
        return self._plain({"align": "center", "font_color": _MUTED})

    def fill(self, colour: str) -> Format:
        """A background for a conditional format; it carries nothing but the colour."""
        return self._book.add_format({"bg_color": colour})

    def _bordered(self, look: dict[str, Any]) -> Format:
        return self._plain({"border": 1, "border_color": _BORDER, **look})

    def _plain(self, look: dict[str, Any]) -> Format:
        base = {
            "font_name": BODY_FONT,
            "font_size": BODY_SIZE,
            "font_color": _INK,
            "valign": "vcenter",
            "text_wrap": True,
        }
        return self._book.add_format({**base, **look})
