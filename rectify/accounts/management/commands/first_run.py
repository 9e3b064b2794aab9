"""manage.py first_run: the first account of an empty installation; does nothing afterwards."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from rectify.accounts.domain.first_run import awaits_first_login, first_account
from rectify.accounts.domain.passwords import INITIAL_LIFE


class Command(BaseCommand):
    help = "Create the first account where there is none, and print its initial password once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-print", action="store_true", help="Leave the password to the file, out of logs."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        note = Path(settings.VAR_DIR) / "first-account.txt"
        account = first_account()
        if account is None:
            if not awaits_first_login():
                note.unlink(missing_ok=True)
            self.stdout.write("已有账号，无需再建。")
            return
        hours = int(INITIAL_LIFE.total_seconds() // 3600)
        lines = [
            f"登录名：{account.user.username}",
            f"初始口令：{account.password}（{hours} 小时内有效，首次登录须修改）",
        ]
        _write_private(note, "\n".join(lines) + "\n")
        self.stdout.write("已建立第一个账号，登录后按页面提示完成初始设置。")
        for line in [] if options["no_print"] else lines:
            self.stdout.write(line)
        self.stdout.write(f"登录名和初始口令存于 {note}，修改口令后请删除。")


def _write_private(path: Path, text: str) -> None:
    """Readable by its owner only, from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
