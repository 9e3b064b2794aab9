"""manage.py reset_second_factor LOGIN: for the security administrator who lost their own phone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.accounts.domain.second_factor import reset_second_factor
from rectify.accounts.models import User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import Refused
from rectify.lib.login_names import canonical_login_name


class Command(BaseCommand):
    help = "解除一个账号的两步验证并结束其登录；登录名写在命令后面。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="登录名")

    def handle(self, *args: Any, login: str, **options: Any) -> None:
        user = User.objects.filter(username=canonical_login_name(login)).first()
        if user is None:
            raise CommandError(f"没有登录名为 {login} 的账号，请核对后重试。")
        try:
            reset_second_factor(user, actor=SYSTEM)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"已解除 {user.username}（{user}）的两步验证，其登录已全部退出。")
