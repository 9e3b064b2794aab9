"""manage.py verify_evidence: is every stored file still the one that was uploaded?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from measures.domain.evidence import take_stock
from measures.models import Evidence


class Command(BaseCommand):
    help = "Check every stored file against its sha256 and size; exit code 2 where one fails."

    def handle(self, *args: Any, **options: Any) -> None:
        stock = take_stock()
        self.stdout.write(f"已核对佐证材料 {stock.looked_at} 份。")
        for name in stock.unknown:
            self.stdout.write(f"提示：{name} 不属于任何材料，可在备份后删除。")
        for evidence in stock.missing:
            self.stderr.write(f"缺失：{_place(evidence)}")
        for evidence in stock.altered:
            self.stderr.write(f"被改动：{_place(evidence)}")
        if stock.missing or stock.altered:
            raise CommandError(
                f"缺失 {len(stock.missing)} 份，被改动 {len(stock.altered)} 份。"
                "请从备份恢复这些文件。",
                returncode=2,
            )


def _place(evidence: Evidence) -> str:
    """Where an operator finds the file again: inspection, measures, name and stored name."""
    measures = "；".join(
        link.measure.text[:40] for link in evidence.links.select_related("measure")
    )
    return (
        f"{evidence.inspection.organization} · {evidence.inspection.name} · {measures} · "
        f"“{evidence.original_name}”（{evidence.file.name}）"
    )
