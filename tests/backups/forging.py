"""Backups that lie: rewritten with a valid seal, so that only a later check can find them out."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rectify.backups.domain.archive import MARK, SEAL

Plain = dict[str, Any]
# May change the manifest and the list of (header, content) of everything else.
Lie = Callable[[Plain, list[tuple[tarfile.TarInfo, bytes]]], None]


def forged(good: Path, target: Path, lie: Lie) -> Path:
    """A copy of the good backup with the lie in it, sealed as a real one is."""
    with tarfile.open(fileobj=io.BytesIO(good.read_bytes()[:-SEAL])) as tar:
        members = [(member, content(tar, member)) for member in tar.getmembers()]
    plain = json.loads(members.pop()[1])
    lie(plain, members)
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as tar:
        for member, data in members:
            if member.isreg():
                member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        manifest = tarfile.TarInfo("manifest.json")
        told = json.dumps(plain).encode()
        manifest.size = len(told)
        tar.addfile(manifest, io.BytesIO(told))
    target.write_bytes(sealed(body.getvalue()))
    return target


def sealed(body: bytes) -> bytes:
    return body + MARK + hashlib.sha256(body).digest()


def content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = tar.extractfile(member)
    assert opened is not None
    return opened.read()
