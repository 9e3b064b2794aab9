"""How far a sheet reaches: a tiny file that claims seventeen billion cells fills any memory."""

import re
from xml.parsers import expat

from measures.interfaces.uploads.refusals import other_content, sparse_sheet

# Rows × columns. Whole columns that are formatted (thirty of a million rows) stay below.
LARGEST_AREA = 200_000_000
# Only so much of all sheets of a file is looked at, and of each at least so much (bytes): a sparse
# one is small by nature, and two thousand full ones would keep the server busy for a minute.
LOOKED_AT = 4 << 20
LEAST = 4096
# Elements whose range programs lay out cell by cell, and the attribute that holds it.
_RANGES = {"dimension": "ref", "row": "r", "c": "r", "mergeCell": "ref", "hyperlink": "ref"}
_CORNER = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{0,9})\Z")


class SheetLook:
    """Reads the beginning of one sheet's XML piece by piece and measures its extent.

    `left`: bytes that may still be looked at; what remains of them goes to the next sheet.
    """

    def __init__(self, extension: str, left: int) -> None:
        self.extension = extension
        self.rows = self.columns = 1
        self.left = max(left, LEAST)
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._element
        self.parser.EntityDeclHandler = self._entity

    def feed(self, piece: bytes) -> None:
        """Raises ValidationError as soon as the sheet reaches too far or is no sheet."""
        if self.left <= 0:
            return
        try:
            self.parser.Parse(piece[: self.left], False)
        except expat.ExpatError as error:
            raise other_content(self.extension) from error
        self.left -= len(piece)
        refuse_far_reach(self.rows, self.columns)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name not in _RANGES:
            return
        corner = _CORNER.match(attributes.get(_RANGES[name], "").rpartition(":")[2].strip())
        if corner is None:
            return
        letters, digits = corner.groups()
        self.columns = max(self.columns, _column(letters))
        self.rows = max(self.rows, int(digits or 1))

    def _entity(self, *declaration: object) -> None:
        raise other_content(self.extension)


def refuse_far_reach(rows: int, columns: int) -> None:
    """Raises ValidationError where the rectangle is larger than any sheet that people fill in."""
    if rows * columns > LARGEST_AREA:
        raise sparse_sheet()


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
