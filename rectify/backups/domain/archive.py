"""The file of a backup: a tar whose last member is the manifest, then a seal over every byte."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from rectify.audit.exceptions import Refused
from rectify.backups.domain import manifest as manifests
from rectify.backups.domain.manifest import Manifest, Piece

# The seal: these bytes, then the SHA-256 (32 bytes) of everything before them.
MARK = b"\nRECTIFY BACKUP SEAL\n"
SEAL = len(MARK) + hashlib.sha256().digest_size
CHUNK = 1 << 20  # bytes
LONGEST_MANIFEST = 1 << 28  # bytes: about two million files
MEDIA = "media/"

# Told how many bytes more have been dealt with.
Advance = Callable[[int], None]

NOT_OURS = "这不是本系统的备份文件，或者文件没有复制完整。请改用另一份备份，或重新复制一次。"
DAMAGED = "备份文件已经损坏或被改动（内容与校验值不符），不能恢复。请改用另一份备份。"


class Writer:
    """Writes one backup from its first byte to its seal, into a file open for writing."""

    def __init__(self, target: IO[bytes], advance: Advance) -> None:
        self.files: dict[str, Piece] = {}
        self._advance = advance
        self._target = _Hashing(target)
        self._tar = tarfile.TarFile(
            fileobj=cast(Any, self._target), mode="w", format=tarfile.PAX_FORMAT, copybufsize=CHUNK
        )

    def add(self, name: str, source: IO[bytes]) -> None:
        """Add an open file, as long as it is now. Raises OSError if it becomes shorter."""
        reading = _Hashing(source, self._advance)
        size = os.fstat(source.fileno()).st_size
        self._tar.addfile(_described(name, size), cast(Any, reading))
        self.files[name] = Piece(size, reading.sha256.hexdigest())

    def seal(self, manifest: Manifest) -> str:
        """Write the manifest and the seal; returns the SHA-256 of the whole file."""
        data = manifests.to_bytes(manifest)
        self._tar.addfile(_described(manifests.NAME, len(data)), io.BytesIO(data))
        self._tar.close()
        self._target.write(MARK + self._target.sha256.digest())
        return self._target.sha256.hexdigest()


class Archive:
    """A backup that was found whole, open for reading."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._tar = tar

    def copy(self, name: str, target: Path) -> None:
        """Write one of its files to a new private file. Raises Refused if it has changed since."""
        with os.fdopen(
            os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as handle:
            _read(self._tar, name, self.manifest.files[name], handle.write)
            handle.flush()
            os.fsync(handle.fileno())


@contextmanager
def opened(path: Path, advance: Advance) -> Iterator[Archive]:
    """The backup, after its seal, its manifest and the hash of every file in it were checked.

    `advance` hears of every byte twice. Raises Refused with what is wrong, OSError where the file
    cannot be read.
    """
    with path.open("rb") as handle:
        _check_seal(handle, advance)
        handle.seek(0)
        try:
            with tarfile.TarFile(fileobj=handle, mode="r") as tar:
                manifest = _checked_manifest(tar)
                for name, piece in manifest.files.items():
                    _read(tar, name, piece, lambda chunk: advance(len(chunk)))
                yield Archive(tar, manifest)
        except tarfile.TarError as error:
            raise Refused(NOT_OURS) from error


def _check_seal(handle: IO[bytes], advance: Advance) -> None:
    """Raises Refused unless the file ends in the hash of everything before its seal."""
    left = os.fstat(handle.fileno()).st_size - SEAL
    if left <= 0:
        raise Refused(NOT_OURS)
    handle.seek(left)
    seal = handle.read(SEAL)
    if not seal.startswith(MARK):
        raise Refused(NOT_OURS)
    handle.seek(0)
    reading = _Hashing(handle, advance)
    while left and (chunk := reading.read(min(left, CHUNK))):
        left -= len(chunk)
    if reading.sha256.digest() != seal.removeprefix(MARK):
        raise Refused(DAMAGED)


def _checked_manifest(tar: tarfile.TarFile) -> Manifest:
    """The manifest, which must name exactly the plain files that are there, with their sizes."""
    members = {member.name: member for member in tar.getmembers()}
    own = members.pop(manifests.NAME, None)
    if own is None or not own.isreg() or own.size > LONGEST_MANIFEST:
        raise Refused(NOT_OURS)
    manifest = manifests.from_bytes(cast(IO[bytes], tar.extractfile(own)).read())
    sizes = {name: piece.size for name, piece in manifest.files.items()}
    there = {name: member.size for name, member in members.items() if member.isreg()}
    whole = len(tar.getmembers()) == len(members) + 1 == len(there) + 1
    if not whole or sizes != there or manifest.engine.member not in sizes:
        raise Refused(DAMAGED)
    for name in manifest.media:
        if not _stays_inside(name):
            raise Refused(f"备份文件里有不合规的文件名（{name!r}），已拒绝恢复。")
    return manifest


def _stays_inside(name: str) -> bool:
    """Whether the name lies under media/ and cannot lead out of it."""
    parts = name.removeprefix(MEDIA).split("/")
    return name.startswith(MEDIA) and "\0" not in name and not {"", ".", ".."} & set(parts)


def _read(tar: tarfile.TarFile, name: str, piece: Piece, use: Callable[[bytes], object]) -> None:
    """Hand every chunk of a file to `use`. Raises Refused unless size and hash are as promised."""
    reading = _Hashing(cast(IO[bytes], tar.extractfile(name)))
    size = 0
    while chunk := reading.read(CHUNK):
        use(chunk)
        size += len(chunk)
    if (size, reading.sha256.hexdigest()) != (piece.size, piece.sha256):
        raise Refused(DAMAGED)


class _Hashing:
    """A file whose bytes are hashed and counted as they are read or written."""

    def __init__(self, file: IO[bytes], advance: Advance | None = None) -> None:
        self.sha256 = hashlib.sha256()
        self._file = file
        self._advance = advance

    def read(self, size: int = -1) -> bytes:
        return self._seen(self._file.read(size))

    def write(self, chunk: bytes) -> int:
        return self._file.write(self._seen(chunk))

    def tell(self) -> int:
        return self._file.tell()

    def _seen(self, chunk: bytes) -> bytes:
        self.sha256.update(chunk)
        if self._advance is not None:
            self._advance(len(chunk))
        return chunk


def _described(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    return info
