"""The argument that every command about one inspection takes."""

from django.core.management.base import CommandError, CommandParser

from issues.models import Inspection


def add_inspection_argument(parser: CommandParser) -> None:
    parser.add_argument("--inspection", required=True, metavar="CODE", help="巡察代码，如 demo-a")


def find_inspection(code: str) -> Inspection:
    """Raises CommandError with exit code 2, listing the known codes."""
    found = Inspection.objects.select_related("organization").filter(code=code).first()
    if found is None:
        known = "、".join(Inspection.objects.order_by("code").values_list("code", flat=True)[:20])
        raise CommandError(f"没有代码为 {code} 的巡察。现有：{known or '（无）'}。", returncode=2)
    return found
