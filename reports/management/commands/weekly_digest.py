"""manage.py weekly_digest --inspection CODE --week 2021-05-10."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.audit.actors import SYSTEM
from rectify.lib.weeks import WeekError, parse_week, week_label
from reports.domain.digests import build_digest
from reports.enums import Audience
from reports.interfaces.command_arguments import add_inspection_argument, find_inspection


class Command(BaseCommand):
    help = "Build (or show, where it is stored) the digest of one week, named by its Monday."

    def add_arguments(self, parser: CommandParser) -> None:
        add_inspection_argument(parser)
        parser.add_argument("--week", required=True, help="周一的日期，如 2021-05-10")

    def handle(self, *args: Any, **options: Any) -> None:
        inspection = find_inspection(options["inspection"])
        try:
            week = parse_week(options["week"])
            digests = [
                build_digest(inspection, week, audience=audience, actor=SYSTEM)
                for audience in (Audience.OFFICE, Audience.PARTY_GROUP)
            ]
        except WeekError as error:
            raise CommandError(str(error), returncode=2) from error
        for digest in digests:
            head = digest.content["figures"]["headline"]
            self.stdout.write(
                f"{week_label(week)} {digest.get_audience_display()} 第{digest.revision}版："
                f"措施{head['total']}，已完成{head['completed']}，"
                f"基本完成{head['basically_done']}，超期{head['overdue']}，"
                f"未报{head['unanswered']}。"
            )
