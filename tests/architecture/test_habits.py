"""Habits that keep the code safe and small: docs/adr and architecture rules as tests."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sources import ROOT, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
VIEWS = [path for path in sorted(sources()) if "/views/" in path or path.endswith("/views.py")]


@pytest.mark.parametrize("path", sorted(sources()))
def test_files_and_functions_stay_small(path: str) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE, f"{path} has {lines} lines"
    for node in ast.walk(sources()[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{path}:{node.name} has {length} lines"


def unguarded(tree: ast.Module) -> list[int]:
    """Lines that fetch an object for a request without visible_to."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in (
            "get_object_or_404",
            "get_list_or_404",
        ):
            first = ast.unparse(node.args[0])
            names = {n.id for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)}
            direct = "visible_to" in first or "within" in first
            if not direct and not any(name[0].islower() for name in names):
                found.append(node.lineno)
    return found


def writes(tree: ast.Module) -> list[str]:
    """Calls that write to the database directly."""
    forbidden = {
        "save",
        "update",
        "delete",
        "create",
        "bulk_create",
        "bulk_update",
        "get_or_create",
    }
    return [
        f"{node.lineno}: {ast.unparse(node)[:60]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in forbidden
        and _is_orm(node.func.value)
    ]


@pytest.mark.parametrize("path", VIEWS)
def test_views_fetch_objects_through_visible_to(path: str) -> None:
    assert unguarded(sources()[path]) == []


@pytest.mark.parametrize("path", VIEWS)
def test_views_write_through_domain_functions_only(path: str) -> None:
    assert writes(sources()[path]) == []


def test_the_guard_sees_an_unguarded_fetch() -> None:
    assert unguarded(ast.parse("get_object_or_404(Measure, pk=1)")) == [1]
    assert unguarded(ast.parse("get_object_or_404(Measure.objects.all(), pk=1)")) == [1]
    assert unguarded(ast.parse("get_object_or_404(Measure.objects.visible_to(u), pk=1)")) == []


def test_the_guard_sees_a_write() -> None:
    assert writes(ast.parse("Measure.objects.filter(pk=1).update(status='x')"))
    assert writes(ast.parse("measure.save()"))


def test_pages_load_nothing_from_outside_and_hold_no_inline_code() -> None:
    outside = re.compile(
        r"""(src|href|action)=["']https?://|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+="""
    )
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if "print" in path.parts:
            continue  # set by the PDF engine, never sent to a browser with our policy
        found = outside.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.relative_to(ROOT)}: {found and found.group(0)}"


def test_styles_stay_within_the_oldest_browser() -> None:
    newer = re.compile(r":has\(|color-mix\(|@container|\bpopover\b|^\s*&", re.MULTILINE)
    for path in sorted((ROOT / "static" / "css").glob("*.css")):
        found = newer.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found and found.group(0)}"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


# Plain values whose methods share names with the ORM's.
NOT_ROWS = {"context", "params", "data", "counts", "query", "words", "form", "found"}


def _is_orm(node: ast.expr) -> bool:
    """Whether the call's subject looks like a model instance or a query, not a dict or response."""
    text = ast.unparse(node)
    if "objects" in text or ".filter(" in text:
        return True
    return re.fullmatch(r"[a-z_]+", text) is not None and text not in NOT_ROWS
