"""Writes OLE compound files, smallest that readers accept: the containers of old Office and WPS."""

from __future__ import annotations

import struct
from typing import Any

_SECTOR = 512
_FREE, _CHAIN_END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
# Streams below this many bytes would lie in the mini stream; ours are padded past it.
_LEAST = 4096


def compound_file(streams: dict[str, bytes], *, spare: int = 0) -> bytes:
    """A compound file with the streams, named by their paths ("Macros/VBA/dir").

    Every stream is padded with zeros to at least 4096 bytes. `spare`: empty directory entries.
    At most seven megabytes in all.
    """
    tree = _Tree(streams)
    directory_sectors = -(-(len(tree.entries) + spare) // 4)
    counts = [-(-max(len(one), _LEAST) // _SECTOR) for one in tree.contents.values()]
    tables = -(-(directory_sectors + sum(counts)) // 127)
    assert tables <= 109, "too large for the list of tables in the header"
    place = tables + directory_sectors
    fat = [_FAT] * tables + _chain(tables, directory_sectors)
    body = b""
    for number, content in tree.contents.items():
        padded = content.ljust(_LEAST, b"\0")
        count = -(-len(padded) // _SECTOR)
        tree.entries[number].update(start=place, size=len(padded))
        fat += _chain(place, count)
        body += padded.ljust(count * _SECTOR, b"\0")
        place += count
    fat += [_FREE] * (128 * tables - len(fat))
    directory = b"".join(_entry(**entry) for entry in tree.entries)
    directory = directory.ljust(directory_sectors * _SECTOR, b"\0")
    header = struct.pack(
        "<8s16sHHHHH6xLLLLLLLLL109L",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0,
        _LEAST, _CHAIN_END, 0, _CHAIN_END, 0, *range(tables), *[_FREE] * (109 - tables),
    )  # fmt: skip
    return header + struct.pack(f"<{len(fat)}L", *fat) + directory + body


class _Tree:
    """Directory entries: siblings hang on each other's right hand, children on their storage."""

    def __init__(self, streams: dict[str, bytes]) -> None:
        self.entries: list[dict[str, Any]] = []
        self.contents: dict[int, bytes] = {}
        nested: dict[str, object] = {}
        for path, content in streams.items():
            *folders, name = path.split("/")
            at = nested
            for folder in folders:
                at = at.setdefault(folder, {})  # type: ignore[assignment]  # folders hold dicts
            at[name] = content
        self._add("Root Entry", _ROOT, nested)

    def _add(self, name: str, kind: int, inside: object) -> int:
        number = len(self.entries)
        self.entries.append(
            {"name": name, "kind": kind, "right": _FREE, "child": _FREE, "start": 0, "size": 0}
        )
        if isinstance(inside, bytes):
            self.contents[number] = inside
            return number
        assert isinstance(inside, dict)
        before = None
        for key in sorted(inside, key=lambda one: (len(one), one.upper())):
            kind = _STREAM if isinstance(inside[key], bytes) else _STORAGE
            child = self._add(key, kind, inside[key])
            if before is None:
                self.entries[number]["child"] = child
            else:
                self.entries[before]["right"] = child
            before = child
        if number == 0:
            self.entries[0]["start"] = _CHAIN_END
        return number


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), _CHAIN_END]


def _entry(*, name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBLLL16sLQQLQ",
        encoded, len(encoded) + 2, kind, 1, _FREE, right, child, b"", 0, 0, 0, start, size,
    )  # fmt: skip
