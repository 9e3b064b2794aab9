"""manage.py import_outline FILE.json --organization NAME --code CODE."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from issues.reading.outline import OutlineError, outline_from_json
from measures.domain.outlines import save_outline
from rectify.accounts.domain.organizations import add_organization
from rectify.accounts.models import Organization
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.lib.canonical import sha256_of


class Command(BaseCommand):
    help = "Save an outline (areas → issues → tasks → measures) as a new inspection, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="全称、简称或代码；没有时新建")
        parser.add_argument("--code", required=True, help="新巡察的代码")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            raw = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"无法读取 {path}：{error}", returncode=2) from error
        try:
            outline = outline_from_json(json.loads(raw))
        except json.JSONDecodeError as error:
            raise CommandError(
                f"{path} 不是 JSON：第 {error.lineno} 行第 {error.colno} 列。", returncode=2
            ) from error
        except OutlineError as error:
            raise CommandError(f"{path} 提纲有误：{error}", returncode=2) from error
        except (ValueError, RecursionError) as error:  # a number or a nesting without end
            raise CommandError(f"{path} 不是可读的 JSON：{error}", returncode=2) from error
        try:
            with transaction.atomic():
                saved = save_outline(
                    outline,
                    actor=SYSTEM,
                    organization=_organization(options["organization"], outline.unit),
                    code=options["code"],
                    name=path.name[:200],
                    raw=raw,
                )
        except (Refused, ValidationError) as error:
            message = getattr(error, "message", None) or "；".join(error.messages)  # type: ignore[union-attr]  # ValidationError with a dict has messages only
            raise CommandError(str(message), returncode=2) from error
        self.stdout.write(
            f"已导入 {saved.inspection.code}：{saved.areas} 个方面，{saved.issues} 个问题，"
            f"{saved.tasks} 个任务，{saved.measures} 项措施。"
        )


def _organization(name: str, party_group_name: str) -> Organization:
    """The bureau of that full name, short name or code; a new one where there is none."""
    name = name.strip()
    for column in ("name", "short_name", "code"):
        if found := Organization.objects.filter(**{column: name}).first():
            return found
    return add_organization(
        actor=SYSTEM,
        code=f"org-{sha256_of(name)[:12]}",
        name=name,
        short_name=name[:40],
        party_group_name=party_group_name,
    )
