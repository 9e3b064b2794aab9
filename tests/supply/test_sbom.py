"""The bill of materials is the lock: the same packages, versions and sums, nothing else."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from rectify.machine.folders import ROOT
from rectify.machine.lock import Package, read_lock
from rectify.machine.supply import LOCK, SBOM, bill_of_materials


def packages_in(text: str) -> set[Package]:
    return {
        Package(
            name=component["name"],
            version=component["version"],
            marker=marker_of(component),
            hashes=frozenset(
                entry["content"]
                for reference in component["externalReferences"]
                for entry in reference["hashes"]
            ),
        )
        for component in json.loads(text)["components"]
    }


def marker_of(component: dict[str, Any]) -> str:
    return next((str(one["value"]) for one in component.get("properties", [])), "")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a lock and a project file of its own."""
    (tmp_path / "requirements").mkdir()
    for name in ("pyproject.toml", "requirements/base.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_it_names_exactly_the_packages_of_the_lock() -> None:
    components = json.loads(SBOM.read_text(encoding="utf-8"))["components"]
    assert len(components) == len(read_lock(LOCK))
    assert packages_in(SBOM.read_text(encoding="utf-8")) == set(read_lock(LOCK))


def test_it_is_what_the_generator_writes_today_byte_for_byte() -> None:
    assert SBOM.read_text(encoding="utf-8") == bill_of_materials(), "run `make sbom`"


@pytest.mark.parametrize("moved", ["version", "sum", "marker"])
def test_a_lock_that_has_moved_on_no_longer_fits(copy: Path, moved: str) -> None:
    first = read_lock(LOCK)[0]
    pin, a_sum = f"{first.name}=={first.version}", min(first.hashes)
    before, after = {
        "version": (pin, f"{pin}.1"),
        "sum": (a_sum, "0" * 64),
        "marker": (pin, f"{pin} ; sys_platform == 'win32'"),
    }[moved]
    lock = copy / "requirements" / "base.txt"
    text = lock.read_text(encoding="utf-8")
    lock.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert packages_in(SBOM.read_text(encoding="utf-8")) != set(read_lock(LOCK, copy))


def test_a_comment_in_the_lock_changes_nothing(copy: Path) -> None:
    lock = copy / "requirements" / "base.txt"
    lock.write_text("# a remark\n" + lock.read_text(encoding="utf-8"), encoding="utf-8")
    assert bill_of_materials(copy) == SBOM.read_text(encoding="utf-8")


def test_it_is_valid_and_carries_no_time_no_number_of_its_own_and_no_mirror() -> None:
    text = SBOM.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    content = json.loads(text)
    assert content["specVersion"] == "1.6"
    assert "serialNumber" not in content
    assert "timestamp" not in content["metadata"]
    addresses = [
        reference["url"]
        for component in content["components"]
        for reference in component["externalReferences"]
    ]
    assert {address.split(":")[0] for address in addresses} == {"pkg"}
