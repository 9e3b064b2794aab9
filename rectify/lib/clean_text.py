"""Text as it may be stored: without characters that no file format or database can carry."""

import re

# C0 and C1 controls except tab and line feed, lone surrogates, and the two non-characters that
# XML 1.0 forbids: a spreadsheet or PostgreSQL refuses the whole file or row for one of them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")


def has_control_characters(text: str) -> bool:
    """Whether `text` holds a character that `clean_text` would remove.

    Line ends count in no spelling: a carriage return is normalised, not removed.
    """
    return _FORBIDDEN.search(_LINE_END.sub("\n", text)) is not None


def without_control_characters(text: str) -> str:
    """`text` with line ends as "\\n" and forbidden characters removed, but not stripped."""
    return _FORBIDDEN.sub("", _LINE_END.sub("\n", text))


def clean_text(text: str) -> str:
    """`text` ready to be stored: line ends as "\\n", forbidden characters removed, stripped.

    Everything else stays verbatim: inner spaces, full-width and half-width forms, quotes.
    Nothing is shortened. Cleaning twice changes nothing more.
    """
    return without_control_characters(text).strip()
