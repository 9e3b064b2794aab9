"""The two published notices that the product was made for; they lie outside the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

# A folder with NAME.truth.json beside the checkout, or wherever the variable points.
FOLDER = Path(
    os.environ.get("RECTIFY_NOTICES") or Path(__file__).resolve().parents[3] / "shared" / "notices"
)
NAMES = ("pingshan", "dongguan")


def truth_file(name: str) -> Path:
    path = FOLDER / f"{name}.truth.json"
    if not path.is_file():
        pytest.skip(f"the published notice {path.name} is not here; set RECTIFY_NOTICES")
    return path


def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(truth_file(name).read_text(encoding="utf-8"))
    return found


def measure_texts(data: dict[str, Any]) -> list[str]:
    return [
        point["text"]
        for area in data["areas"]
        for issue in area["issues"]
        for task in issue["tasks"]
        for point in task["measures"]
    ]
