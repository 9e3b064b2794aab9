"""manage.py doctor: what this machine has and lacks, with the remedy for each."""

from typing import Any

from django.core.checks import ERROR, run_checks
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

TOPICS = {
    "printing": "PDF 排版（pango、harfbuzz-subset、字体）",
    "writable_media": "媒体目录",
    "broker": "消息代理",
    "secret_file_is_private": "密钥文件",
}


class Command(BaseCommand):
    help = "Check database, migrations, broker, fonts, pango and folders; exit 1 on an error."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        failed = not self._database()
        messages = run_checks(tags=["machine"])
        for message in messages:
            mark = "✗" if message.level >= ERROR else "!"
            failed = failed or message.level >= ERROR
            hint = f"　{message.hint}" if message.hint else ""
            self.stdout.write(f"{mark} {message.msg}{hint}")
        if not messages:
            self.stdout.write("✓ " + "、".join(TOPICS.values()))
        if failed:
            raise CommandError("有必须先解决的问题。", returncode=1)
        self.stdout.write("可以运行。" if not messages else "可以运行，但请留意以上提示。")

    def _database(self) -> bool:
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except OperationalError as error:
            self.stdout.write(f"✗ 数据库连不上：{error}　检查 DATABASE_URL。")
            return False
        if plan:
            self.stdout.write(f"✗ 有 {len(plan)} 个数据库迁移未执行　运行 manage.py migrate。")
            return False
        self.stdout.write(f"✓ 数据库（{connection.vendor}），迁移已全部执行")
        return True
