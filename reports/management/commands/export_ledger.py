"""manage.py export_ledger --inspection CODE --output FILE.xlsx."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.domain.ledger_sheet import write_ledger
from reports.interfaces.command_arguments import add_inspection_argument, find_inspection
from reports.rendering.sheet import CellTooLong, TooManyRows, WorkbookNotWritten


class Command(BaseCommand):
    help = "Write the whole 一览表 of an inspection to an .xlsx file; an old file stays on failure."

    def add_arguments(self, parser: CommandParser) -> None:
        add_inspection_argument(parser)
        parser.add_argument("--output", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        inspection = find_inspection(options["inspection"])
        try:
            rows = write_ledger(inspection, options["output"])
        except (WorkbookNotWritten, CellTooLong, TooManyRows) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"已导出 {rows} 项措施：{options['output']}")
