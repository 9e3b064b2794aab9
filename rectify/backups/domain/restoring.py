"""Putting a backup into an empty place: all of it, compared with what was saved, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from rectify.accounts.models import LoginSession, Organization, User
from rectify.audit.actors import Actor
from rectify.audit.domain.events import record, verify
from rectify.audit.exceptions import Refused
from rectify.audit.models import Chain
from rectify.backups.domain.archive import MEDIA, Archive, opened
from rectify.backups.domain.contents import contents_of
from rectify.backups.domain.databases import database_of, present_engine
from rectify.backups.domain.making import LAID_OUT
from rectify.backups.domain.manifest import Contents, Manifest


@dataclass(frozen=True)
class Restored:
    """What was put in place. `migrated`: how many migrations the backup was behind ·
    `sessions`: how many logins were ended · `broken`: audit chains that did not hold when they
    were saved, in words."""

    manifest: Manifest
    migrated: int
    sessions: int
    broken: tuple[str, ...] = ()


def restore_from(path: Path, *, actor: Actor, accept_broken_chains: bool = False) -> Restored:
    """Put the backup into this installation, which must be empty, and record `backup.restore`.

    Nothing else may run on it meanwhile. Everything is checked before anything is moved; whatever
    does not match raises Refused with one sentence, and the place stays as it was. A chain that was
    broken when it was saved is such a mismatch, unless `accept_broken_chains`: then it comes back
    broken as it was, and the log says so. Raises OSError where the disk is full or not writable.
    """
    with opened(path, lambda size: None) as archive:
        manifest = archive.manifest
        behind = _refuse_unfit(manifest)
        _refuse_occupied()
        database = database_of(manifest.engine)
        aside = database.aside()
        try:
            aside.unlink(missing_ok=True)
            archive.copy(manifest.engine.member, aside)
            with _media_in_place(archive), database.replaced_by(aside):
                _refuse_different(manifest.contents, contents_of(connection))
                if behind:
                    call_command("migrate", interactive=False, verbosity=0)
                broken = _broken_chains()
                if broken and not accept_broken_chains:
                    raise Refused(
                        f"备份里的审计链不完整：{'；'.join(broken)}。已停止，原处未动。"
                        "请改用更早的一份备份，并告知审计员；确实只有这一份时，"
                        "可加 --accept-broken-chain 照原样恢复，日志会记下这一点。"
                    )
                sessions = _finish(path, manifest, actor, broken)
        finally:
            for left in ("", "-journal", "-wal", "-shm"):
                aside.with_name(f"{aside.name}{left}").unlink(missing_ok=True)
    return Restored(manifest, behind, sessions, broken)


def _refuse_unfit(manifest: Manifest) -> int:
    """Raises Refused for another kind of database or a newer version; returns how many
    migrations the backup lacks."""
    present = present_engine()
    if manifest.engine is not present:
        raise Refused(
            f"备份取自 {manifest.engine.label}，而本系统运行在 {present.label} 上，两者不能互换。"
            "请检查 DATABASE_URL，用同一种数据库恢复。"
        )
    known = set(MigrationLoader(None).disk_migrations)
    if newer := sorted(manifest.contents.migrations - known):
        raise Refused(
            f"备份来自更新的版本 {manifest.application}"
            f"（含本系统没有的数据库变更 {newer[0][0]}.{newer[0][1]}）。请先升级本系统，再恢复。"
        )
    return len(known - manifest.contents.migrations)


def _refuse_occupied() -> None:
    """Raises Refused unless there is no account, no bureau and no stored file."""
    tables = set(connection.introspection.table_names())
    for rows, table, word in (
        (User.objects.all(), User._meta.db_table, "账号"),
        (Organization.objects.all(), Organization._meta.db_table, "单位"),
    ):
        if table in tables and rows.exists():
            raise Refused(
                f"这里的数据库已有{word}，恢复会盖掉它们，已停止。"
                "请换一个空的数据库和数据目录，在首次启动之前恢复。"
            )
    root = Path(settings.MEDIA_ROOT)
    laid_out = root / LAID_OUT
    if any(path.is_file() and laid_out not in path.parents for path in root.rglob("*")):
        raise Refused(f"附件目录 {root} 里已有文件，恢复会与它们混在一起，已停止。请换一个空目录。")


def _refuse_different(saved: Contents, found: Contents) -> None:
    """Raises Refused unless the loaded database is the one that was saved."""
    if saved.migrations != found.migrations:
        raise Refused(
            "恢复出的数据库与备份清单的版本记录不符，已停止，原处未动。请改用另一份备份。"
        )
    for word, mine, theirs in (
        ("表", saved.rows, found.rows),
        ("审计链", saved.chains, found.chains),
    ):
        if name := _first_difference(mine, theirs):
            raise Refused(
                f"恢复出的{word} {name} 与备份清单不符"
                f"（清单 {_words(mine.get(name))}，实际 {_words(theirs.get(name))}），"
                "已停止，原处未动。请改用另一份备份。"
            )


def _first_difference(mine: Mapping[str, object], theirs: Mapping[str, object]) -> str:
    names = sorted({*mine, *theirs})
    return next((name for name in names if mine.get(name) != theirs.get(name)), "")


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return f"{value[0]} 条 {value[1]}"
    return "没有" if value is None else str(value)


def _broken_chains() -> tuple[str, ...]:
    """The chains that do not hold, each with its first broken row."""
    return tuple(
        f"{chain.organization or '系统'}，第 {broken.seq} 条"
        for chain in Chain.objects.select_related("organization").order_by("pk")
        if (broken := verify(chain)) is not None
    )


@transaction.atomic
def _finish(path: Path, manifest: Manifest, actor: Actor, broken: tuple[str, ...]) -> int:
    """End every login that was saved and record the restore; returns how many were ended."""
    sessions, _ = LoginSession.objects.all().delete()
    record(
        actor=actor, organization=None, action="backup.restore", label=path.name,
        changes={"made_at": (None, manifest.made_at), "sessions": (sessions, 0),
                 "broken_chains": (None, list(broken))},
    )  # fmt: skip
    return sessions


@contextmanager
def _media_in_place(archive: Archive) -> Iterator[None]:
    """Lay the files out inside the media folder, and move them to their names after the block.

    Where anything raises, the folder is as empty as before.
    """
    root = Path(settings.MEDIA_ROOT)
    laid_out = root / LAID_OUT
    shutil.rmtree(laid_out, ignore_errors=True)
    moved: list[Path] = []
    try:
        laid_out.mkdir(parents=True)
        for name in archive.manifest.media:
            target = laid_out / name.removeprefix(MEDIA)
            target.parent.mkdir(parents=True, exist_ok=True)
            archive.copy(name, target)
        for path in sorted(laid_out.iterdir()):
            target = root / path.name
            if target.is_dir():  # empty: nothing may be left of it
                shutil.rmtree(target)
            path.rename(target)
            moved.append(target)
        yield
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
    finally:
        shutil.rmtree(laid_out, ignore_errors=True)
