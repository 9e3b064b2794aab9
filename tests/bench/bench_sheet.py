"""How much the ledger sheet costs beside a bare loop that writes the same cells and merges.

Each measurement runs in a process of its own, so that peak memory belongs to it alone, and the
rivals take turns. Run by hand: python -m tests.bench.bench_sheet
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

# Rows, and how often each rival runs: the median of more short runs, or of a few long ones.
SIZES = ((113, 9), (10_000, 3), (100_000, 1))
OPENPYXL_SIZES = (113, 10_000)  # at 100,000 rows it alone would take minutes
LIMITS = (
    ("sheet time / bare XlsxWriter", "seconds", "bare", 1.5),
    ("sheet peak memory / bare XlsxWriter", "kibibytes", "bare", 1.3),
    ("sheet time / openpyxl", "seconds", "openpyxl", 1.0),
)
ROOT = Path(__file__).resolve().parents[2]


def measure() -> list[dict[str, object]]:
    """One line per limit: {name, ratio, limit, n}; a ratio above its limit is a failure."""
    results: list[dict[str, object]] = []
    for count, repeats in SIZES:
        rivals = ["ours", "bare", *(["openpyxl"] if count in OPENPYXL_SIZES else [])]
        runs = [{name: _run_rival(name, count) for name in rivals} for _ in range(repeats)]
        for name, quantity, rival, limit in LIMITS:
            if rival in rivals:
                ratios = [run["ours"][quantity] / run[rival][quantity] for run in runs]
                ratio = round(statistics.median(ratios), 3)
                results.append({"name": name, "ratio": ratio, "limit": limit, "n": count})
    return results


def _run_rival(name: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", f"tests.bench.sheet_{name}", str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=1) + "\n")
