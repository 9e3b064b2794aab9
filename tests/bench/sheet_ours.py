"""The product's own sheet, with everything it adds: heights, checks, colours, drop-downs."""

from datetime import UTC, datetime
from pathlib import Path

from reports.rendering.sheet import Sheet, write_workbook
from tests.bench.sheet_rows import COLUMNS, STATUSES, ledger_rows, run_rival

_COLOURS = dict(zip(STATUSES, ("#D5EBD8", "#E3EFD0", "#FBEBC8", "#E8EAED"), strict=True))
_CREATED = datetime(2021, 5, 12, tzinfo=UTC)


def write(path: Path, count: int) -> None:
    """Write `count` rows to `path`."""
    sheet = Sheet(
        title="整改落实情况一览表",
        columns=COLUMNS,
        rows=ledger_rows(count),
        freeze_after="task",
        status_choices=STATUSES,
        status_colours=_COLOURS,
    )
    write_workbook(path, sheet, created=_CREATED)


if __name__ == "__main__":
    run_rival(write)
