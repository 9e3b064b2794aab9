"""manage.py load_demo [--today DATE]: idempotent."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.lib.chinese_dates import parse_date
from rectify.lib.clock import today
from seeds.loader import is_loaded, load_demo


class Command(BaseCommand):
    help = "Load the two demo bureaus once; a second call changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", help="演示的“今天”，如 2026-11-22；默认为当天")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = parse_date(options["today"]) if options["today"] else today()
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if is_loaded():
            self.stdout.write("演示数据已在库中，未作改动。")
            return
        accounts = settings.VAR_DIR / "demo-accounts.txt"
        load_demo(today=day, accounts_file=accounts, progress=self._progress)
        self.stdout.write(f"演示数据已载入，账号见 {accounts}。")

    def _progress(self, name: str, done: int, total: int) -> None:
        if done % 500 == 0 or done == total:
            self.stdout.write(f"  {name}：{done}/{total}")
