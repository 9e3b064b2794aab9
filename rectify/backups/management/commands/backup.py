"""manage.py backup --output FILE."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.backups.domain.making import make_backup


class Command(BaseCommand):
    help = "Write database and media into one checked file; an old file stays on failure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path = options["output"]
        try:
            made = make_backup(output, actor=SYSTEM)
        except Refused as refusal:
            raise CommandError(f"没有备份：{refusal.message}", returncode=2) from refusal
        except OSError as error:
            raise CommandError(
                f"没有备份：{output} 写不成（{error.strerror or error}）。"
                "请检查磁盘空间和权限；同名的旧文件没有动。",
                returncode=2,
            ) from error
        self.stdout.write(
            f"已备份并校验：{made.path}（{made.size:,} 字节，{made.get_engine_display()} "
            f"{made.rows} 条记录，{made.files} 个附件）\n"
            f"校验值（SHA-256）：{made.sha256}\n"
            "请把文件复制到另一台设备上，并加密保存。"
        )
