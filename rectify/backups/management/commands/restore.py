"""manage.py restore FILE."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.backups.domain.restoring import restore_from
from rectify.lib.chinese_dates import format_date
from rectify.lib.shanghai import SHANGHAI


class Command(BaseCommand):
    help = "Put a backup into this installation, which must be empty; any mismatch changes nothing."
    # The place is empty: there may be no tables yet for the checks to look at.
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--accept-broken-chain",
            action="store_true",
            help="备份时审计链已不完整，也照原样恢复（会写入日志）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            restored = restore_from(
                file, actor=SYSTEM, accept_broken_chains=options["accept_broken_chain"]
            )
        except Refused as refusal:
            raise CommandError(f"没有恢复：{refusal.message}", returncode=2) from refusal
        except OSError as error:
            raise CommandError(
                f"没有恢复：{error.filename or file} 读写不成（{error.strerror or error}）。"
                "请检查文件名、磁盘空间和权限；原处没有动。",
                returncode=2,
            ) from error
        manifest = restored.manifest
        at = manifest.made_at.astimezone(SHANGHAI)
        self.stdout.write(
            f"已恢复 {format_date(at.date())} {at:%H:%M} 的备份"
            f"（版本 {manifest.application}，{manifest.engine.label}）。\n"
            f"记录 {sum(manifest.contents.rows.values())} 条，附件 {len(manifest.media)} 个，"
            f"审计链 {len(manifest.contents.chains)} 条：数量和校验值均已核对一致。\n"
            f"{self._chains(restored.broken)}\n"
            f"数据库变更补做 {restored.migrated} 项；已退出全部登录（{restored.sessions} 个），"
            "请用原来的账号和口令重新登录。"
        )

    @staticmethod
    def _chains(broken: tuple[str, ...]) -> str:
        if not broken:
            return "审计链逐条核对，完整。"
        return f"注意：备份时审计链已不完整，照原样恢复：{'；'.join(broken)}。请告知审计员。"
