"""A file appears whole or not at all."""

from contextlib import suppress
from pathlib import Path
from secrets import token_hex


class FileNotWritten(Exception):
    """The file could not be written; what was there before is untouched. Chinese message."""


def write_whole(path: Path, content: bytes) -> None:
    """Write beside `path`, then replace it. Raises FileNotWritten."""
    aside = path.with_name(f".{token_hex(8)}.part")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        raise FileNotWritten(f"无法写入文件“{path.name}”，原有文件未改动：{error}") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
