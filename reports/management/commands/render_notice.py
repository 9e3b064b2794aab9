"""manage.py render_notice --inspection CODE --format pdf|html|txt --output FILE."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from issues.schemes import SchemeError
from reports.domain.notice_file import FORMATS, write_notice
from reports.interfaces.command_arguments import add_inspection_argument, find_inspection
from reports.rendering.pdf import MissingGlyphs, PdfUnavailable
from reports.rendering.whole_file import FileNotWritten


class Command(BaseCommand):
    help = "Write the public notice of an inspection; an old file stays on failure."

    def add_arguments(self, parser: CommandParser) -> None:
        add_inspection_argument(parser)
        parser.add_argument("--format", choices=FORMATS, default="pdf")
        parser.add_argument("--output", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        inspection = find_inspection(options["inspection"])
        try:
            size = write_notice(inspection, options["output"], form=options["format"])
        except (PdfUnavailable, MissingGlyphs, FileNotWritten, SchemeError) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"已生成 {options['output']}（{size} 字节）")
