"""`make bench`: every measurement, or those named; a table, var/bench.json and an exit code.

python -m tests.bench [sheet] [notice] [progress] [screens]
Exit code 0: all within their limits · 1: one past its limit · 2: one crashed, or a wrong name.
"""

import importlib
import json
import sys
import time
import traceback
from collections.abc import Sequence
from typing import Any

from rectify.machine.folders import var_dir
from rectify.machine.progress import say
from tests.bench.scratch import scratch_django

# In this order: the sheet runs in processes of its own, the screens leave the most behind.
NAMES = ("sheet", "notice", "progress", "screens")

Row = dict[str, Any]


def run(names: Sequence[str]) -> tuple[list[Row], list[str]]:
    """The rows of all measurements, and the names of those that crashed."""
    rows: list[Row] = []
    crashed: list[str] = []
    with scratch_django():
        for name in names:
            say(f"· {name} …")
            started = time.monotonic()
            try:
                found = importlib.import_module(f"tests.bench.bench_{name}").measure()
            except Exception:  # noqa: BLE001 - one crash must not hide the other measurements
                crashed.append(name)
                say(traceback.format_exc())
            else:
                rows += found
            say(f"  {time.monotonic() - started:.0f} s")
    return rows, crashed


def past_limit(row: Row) -> bool:
    return bool(row["ratio"] > row["limit"])


def table(rows: Sequence[Row]) -> list[str]:
    """One line per row, the figures below one another."""
    width = max([len(str(row["name"])) for row in rows], default=0)
    lines = [f"  {'':{width}}  {'n':>8}  {'ratio':>8}  {'limit':>8}"]
    for row in rows:
        mark = "✗" if past_limit(row) else "✓"
        figures = f"{row['n']:>8}  {row['ratio']:>8.3f}  {row['limit']:>8.2f}"
        lines.append(f"{mark} {row['name']:{width}}  {figures}")
    return lines


def main(arguments: Sequence[str]) -> int:
    unknown = [name for name in arguments if name not in NAMES]
    if unknown:
        say(f"✗ 没有这项测量：{'、'.join(unknown)}；可用：{'、'.join(NAMES)}")
        return 2
    # Before Django moves VAR_DIR into its scratch folder.
    target = var_dir() / "bench.json"
    rows, crashed = run([name for name in NAMES if not arguments or name in arguments])
    for line in table(rows):
        say(line)
    target.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    say(f"→ {target}")
    if crashed:
        say(f"✗ 出错：{'、'.join(crashed)}")
        return 2
    return 1 if any(past_limit(row) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
