"""manage.py verify_audit: names the first broken row of every chain that does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.audit.domain.guards import missing_guards
from rectify.audit.domain.verification import check, lost_chains, read_anchor
from rectify.audit.exceptions import Refused
from rectify.audit.models import Chain


class Command(BaseCommand):
    help = (
        "Check every audit chain against itself and against the anchors that the digests printed; "
        "exit code 2 where one does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="CODE", help="only this bureau's chain")
        parser.add_argument(
            "--anchor", metavar="SEQ:HASH", action="append", default=[],
            help="an anchor copied from a printed digest; needs --organization",
        )  # fmt: skip

    def handle(
        self, *args: Any, organization: str | None, anchor: list[str], **options: Any
    ) -> None:
        if anchor and not organization:
            raise CommandError("使用 --anchor 时须用 --organization 指明单位代码。", returncode=2)
        try:
            given = [read_anchor(text) for text in anchor]
        except Refused as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        chains = Chain.objects.select_related("organization").order_by("pk")
        if organization:
            chains = chains.filter(organization__code=organization)
            if not chains:
                raise CommandError(f"没有代码为 {organization} 的单位。", returncode=2)
        wrong = [f"数据库的防改动触发器缺失或停用：{name}。" for name in missing_guards()]
        wrong += [] if organization else lost_chains()
        for chain in chains:
            found = check(chain, more=given)
            if found.holds:
                self.stdout.write(found.sentence)
            else:
                wrong.append(found.sentence)
        if wrong:
            raise CommandError("\n".join(wrong), returncode=2)
