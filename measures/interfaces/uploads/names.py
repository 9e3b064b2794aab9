"""Names of uploaded files: shown and offered again at download, never used on the disk."""

import re
import unicodedata

LONGEST_NAME = 255  # bytes in UTF-8: what a file system takes
# Controls, and the marks that turn or hide part of a name (RTL override, zero-width, isolates).
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff"
    "\ud800-\udfff]"
)
_PATH = re.compile(r'[\\/:*?"<>|]')
# Names of devices: a PC that runs Windows cannot save a download under them.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def clean_name(name: str) -> str:
    """The last part of the name without controls and direction marks, at most 255 bytes.

    A longer stem is cut before the extension and ends in …, so that the cut shows.
    """
    plain = _HIDDEN.sub("", unicodedata.normalize("NFC", name))
    plain = _PATH.sub("_", plain.replace("\\", "/").rpartition("/")[2]).strip(" .")
    if _DEVICE.match(plain):
        plain = f"_{plain}"
    if len(plain.encode()) <= LONGEST_NAME:
        return plain
    stem, dot, extension = plain.rpartition(".")
    extension = extension[:16]  # no accepted one is longer
    room = LONGEST_NAME - len(f"…{dot}{extension}".encode())
    return f"{stem.encode()[:room].decode(errors='ignore')}…{dot}{extension}"
