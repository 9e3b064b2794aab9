"""The machine room runs on a bare Python, before anything is installed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from rectify.machine.folders import ROOT

MODULES = sorted((ROOT / "rectify" / "machine").glob("*.py"))


def imported_roots(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if not name.startswith("rectify.machine")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_it_imports_nothing_but_the_standard_library(path: Path) -> None:
    outside = {
        name for name in imported_roots(path) if name.split(".")[0] not in sys.stdlib_module_names
    }
    assert outside == set()


def test_every_module_can_be_imported_without_installed_packages() -> None:
    """-S leaves out site-packages, and rectify/__init__.py is imported on the way."""
    names = ", ".join(f"rectify.machine.{path.stem}" for path in MODULES if path.stem != "__init__")
    code = f"import sys; sys.path.insert(0, '.'); import {names}"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
