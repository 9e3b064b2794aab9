"""manage.py issue_password LOGIN: for the administrator who is locked out of their own account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.accounts.domain.passwords import INITIAL_LIFE, issue_initial_password
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.lib.login_names import canonical_login_name


class Command(BaseCommand):
    help = "Issue a new initial password for an active account and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login")

    def handle(self, *args: Any, **options: Any) -> None:
        login = canonical_login_name(options["login"])
        user = User.objects.filter(username=login, is_active=True).first()
        if user is None:
            raise CommandError(f"没有启用的账号 {login}。")
        password = issue_initial_password(user, actor=SYSTEM)
        hours = int(INITIAL_LIFE.total_seconds() // 3600)
        self.stdout.write(f"{user}（{login}）的初始口令：{password}")
        self.stdout.write(f"{hours} 小时内有效，首次登录须修改；原有登录已全部退出。")
