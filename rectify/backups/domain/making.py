"""Making one backup: database and media, written aside, read back, then put in place."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, SystemActor, person
from rectify.audit.domain.changes import add
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.backups.domain.archive import MEDIA, SEAL, Advance, Writer, opened
from rectify.backups.domain.databases import database_of, present_engine
from rectify.backups.domain.manifest import Manifest
from rectify.backups.models import Backup
from rectify.jobs.registry import Progress
from rectify.lib.clock import now

# Folder inside the media folder where a restore lays out files before they are good.
LAID_OUT = ".restoring"


def make_backup(output: Path, *, actor: Actor, progress: Progress | None = None) -> Backup:
    """Write a backup of everything to the file and record it as `backup.make`.

    An older file of that name stays until the new one is whole on the disk and was read back. Runs
    while people work. `progress` hears percents. Raises NotAllowed unless the actor runs the
    system, Refused (named in its sentence), and OSError where the disk is full or not writable.
    """
    require_system_runner(actor)
    output = Path(os.path.abspath(output))  # noqa: PTH100 - links of the operator stay as they are
    if output.is_dir():
        raise Refused(f"{output} 是文件夹，请写出备份文件的完整名称。")
    if output.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise Refused("备份文件不能放在附件目录里，请换一个文件夹。")
    with _beside(output) as part:
        manifest, sha256 = write(part, progress)
        size = part.stat().st_size
        part.replace(output)
    _keep_name(output.parent)
    with transaction.atomic():
        return add(
            Backup(
                path=str(output),
                made_at=manifest.made_at,
                size=size,
                sha256=sha256,
                engine=manifest.engine,
                rows=sum(manifest.contents.rows.values()),
                files=len(manifest.media),
                requester=person(actor),
                by_name=actor.name,
                checked_at=now(),
            ),
            actor=actor,
            organization=None,
            action="backup.make",
        )


def write(part: Path, progress: Progress | None = None) -> tuple[Manifest, str]:
    """Fill the (empty) file with a backup and read it back; returns its manifest and SHA-256."""
    engine = present_engine()
    made_at = now()
    with _scratch(part.with_name(f"{part.name}.database")) as database, part.open("r+b") as target:
        if progress is not None:
            progress(0, 100, "正在复制数据库")
        contents = database_of(engine).copy_to(database)
        # The database first: what it names lies in the media folder already and is never deleted.
        media = _media_files()
        total = database.stat().st_size + sum(path.stat().st_size for path in media.values())
        writer = Writer(target, _percents(progress, 0, 40, total, "正在写入备份文件"))
        with database.open("rb") as source:
            writer.add(engine.member, source)
        for name, path in media.items():
            with path.open("rb") as source:
                writer.add(name, source)
        manifest = Manifest(made_at, engine, contents, writer.files)
        sha256 = writer.seal(manifest)
        target.flush()
        os.fsync(target.fileno())
    every_byte = part.stat().st_size - SEAL + sum(piece.size for piece in writer.files.values())
    read_back = _percents(progress, 40, 60, every_byte, "正在校验备份文件")
    with opened(part, read_back):
        return manifest, sha256


def require_system_runner(actor: Actor) -> None:
    """Raises NotAllowed unless the actor may run the system."""
    if not isinstance(actor, SystemActor) and not actor.access.whole(Ability.RUN_SYSTEM):
        raise NotAllowed("只有系统管理员可以备份。")


def _media_files() -> dict[str, Path]:
    """Every file of the media folder by its name in the backup, in a fixed order.

    Raises Refused for a link: what it points to would be lost without a word.
    """
    root = Path(settings.MEDIA_ROOT)
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            raise Refused(f"附件目录里有符号链接（{name}），备份不会跟随它。请改为实际的文件夹。")
        if path.is_file() and not name.startswith(f"{LAID_OUT}/"):
            found[MEDIA + name] = path
    return found


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """FILE.part: private, empty and ours alone; gone again where the block raises.

    Raises Refused where another process writes the same backup.
    """
    part = output.with_name(f"{output.name}.part")
    with _locked(part):
        try:
            yield part
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def _locked(part: Path) -> Iterator[IO[bytes]]:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(part, flags, 0o600), "r+b") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between opening and locking, the other one may have put the file in place.
            ours = os.path.samestat(os.fstat(handle.fileno()), part.stat())
        except (BlockingIOError, FileNotFoundError):
            ours = False
        if not ours:
            raise Refused("同名的备份正在进行，请等它结束，或换一个文件名。")
        os.fchmod(handle.fileno(), 0o600)
        handle.truncate(0)
        yield handle


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    """An empty private file, gone afterwards with whatever SQLite laid beside it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    try:
        yield path
    finally:
        for left in ("", "-journal", "-wal", "-shm"):
            path.with_name(f"{path.name}{left}").unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """A power cut must not lose the new name; a file system that cannot promise it is no error."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _percents(
    progress: Progress | None, start: int, share: int, total: int, message: str
) -> Advance:
    """Counts bytes and tells percents: from `start`, over a `share` of the hundred."""
    done = 0

    def advance(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(start + share * min(done, total) // max(total, 1), 100, message)

    return advance
