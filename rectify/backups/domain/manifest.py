"""What a backup says about itself."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django

import rectify
from rectify.audit.exceptions import Refused
from rectify.backups.enums import Engine

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Contents:
    """What a database held at one moment.

    `migrations`: (application, name) of each that was applied · `rows`: count by table ·
    `chains`: length and head of each audit chain by its key.
    """

    migrations: frozenset[tuple[str, str]]
    rows: Mapping[str, int]
    chains: Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Piece:
    """A file inside the backup: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`files` names everything inside the backup but the manifest itself."""

    made_at: datetime
    engine: Engine
    contents: Contents
    files: Mapping[str, Piece]
    application: str = rectify.__version__
    python: str = platform.python_version()
    django: str = django.get_version()

    @property
    def media(self) -> list[str]:
        return [name for name in self.files if name != self.engine.member]


def to_bytes(manifest: Manifest) -> bytes:
    contents = manifest.contents
    plain = {
        "format": FORMAT,
        "made_at": manifest.made_at.isoformat(),
        "application": manifest.application,
        "python": manifest.python,
        "django": manifest.django,
        "engine": manifest.engine.value,
        "migrations": sorted(contents.migrations),
        "rows": dict(contents.rows),
        "chains": {key: list(chain) for key, chain in contents.chains.items()},
        "files": {name: [piece.size, piece.sha256] for name, piece in manifest.files.items()},
    }
    return json.dumps(plain, indent=1).encode("ascii")


def from_bytes(data: bytes) -> Manifest:
    """The manifest. Raises Refused for one of a newer format, and for one that is incomplete."""
    try:
        plain = json.loads(data)
        form = int(plain["format"])
        if form > FORMAT:
            raise Refused(
                f"这份备份由更新的版本制作（格式 {form}），本系统只认识到格式 {FORMAT}。"
                "请先升级本系统，再恢复。"
            )
        return _read(plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("备份文件里的清单不完整，不能恢复。请改用另一份备份。") from error


def _read(plain: dict[str, Any]) -> Manifest:
    return Manifest(
        made_at=datetime.fromisoformat(plain["made_at"]),
        engine=Engine(plain["engine"]),
        contents=Contents(
            migrations=frozenset((str(app), str(name)) for app, name in plain["migrations"]),
            rows={str(table): int(count) for table, count in plain["rows"].items()},
            chains={
                str(key): (int(length), str(head))
                for key, (length, head) in plain["chains"].items()
            },
        ),
        files={
            str(name): Piece(int(size), str(sha256))
            for name, (size, sha256) in plain["files"].items()
        },
        application=str(plain["application"]),
        python=str(plain["python"]),
        django=str(plain["django"]),
    )
