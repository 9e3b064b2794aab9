"""manage.py verify_audit: names the first broken row of any chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rectify.audit.domain.events import verify
from rectify.audit.models import Chain


class Command(BaseCommand):
    help = "Check every audit chain; exit code 2 and the first broken row where one does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        for chain in Chain.objects.select_related("organization").order_by("pk"):
            if (broken := verify(chain)) is not None:
                raise CommandError(
                    f"审计链不完整：{chain.organization or '系统'}，第 {broken.seq} 条"
                    f"（{broken.action} {broken.object_label}）。",
                    returncode=2,
                )
            self.stdout.write(f"{chain.organization or '系统'}：{chain.length} 条，完整。")
