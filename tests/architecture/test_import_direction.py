"""Lower rooms never import higher ones, between applications and inside each."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.sources import imported_modules, sources

# From the ground up (docs/adr/0002: audit lies below accounts, whose changes it records).
FLOORS = (
    "rectify.lib",
    "rectify.audit",
    "rectify.accounts",
    "rectify.jobs",
    "rectify.backups",
    "rectify.administration",
    "issues",
    "measures",
    "reports",
    "seeds",
)
# Inside an application: each layer may import those before it.
LAYERS = (
    ("enums", "rules", "exceptions", "schemes", "actors", "origin", "registry", "reading"),
    ("models",),
    ("domain",),
    ("interfaces", "rendering", "doorbell"),
    ("views", "urls", "tree_urls", "tasks", "management", "middleware", "apps", "jobs"),
)
# The doorbell is rung by the domain; rendering is what a document's domain function hands over to.
MAY_LOOK_ASIDE = {
    ("domain", "doorbell"),
    ("domain", "rendering"),
}


def floor_of(name: str) -> int | None:
    dotted = name.replace("/", ".").removesuffix(".py")
    for number, floor in enumerate(FLOORS):
        if dotted == floor or dotted.startswith(f"{floor}."):
            return number
    return None


def layer_of(name: str, floor: str) -> tuple[int, str] | None:
    rest = name.removeprefix(floor).lstrip(".").split(".")[0]
    for number, words in enumerate(LAYERS):
        if rest in words:
            return number, rest
    return None


def upward(path: str, tree: ast.Module) -> list[str]:
    """Imports of a higher application."""
    own = floor_of(path)
    if own is None:
        return []
    return [
        name
        for name in imported_modules(tree)
        if (floor := floor_of(name)) is not None and floor > own
    ]


def outward(path: str, tree: ast.Module) -> list[str]:
    """Imports of an outer layer of the same application."""
    own_floor = floor_of(path)
    if own_floor is None:
        return []
    floor = FLOORS[own_floor]
    dotted = path.replace("/", ".").removesuffix(".py")
    own = layer_of(dotted, floor)
    found = []
    for name in imported_modules(tree):
        if own is None or floor_of(name) != own_floor:
            continue
        other = layer_of(name, floor)
        if other and other[0] > own[0] and (own[1], other[1]) not in MAY_LOOK_ASIDE:
            found.append(name)
    return found


@pytest.mark.parametrize("path", sorted(sources()))
def test_no_file_imports_a_higher_application(path: str) -> None:
    # reports/management/commands/load_demo.py is the one door to the seeds.
    names = [n for n in upward(path, sources()[path]) if not (
        path.endswith("commands/load_demo.py") and n.startswith("seeds."))]  # fmt: skip
    assert names == []


@pytest.mark.parametrize("path", sorted(sources()))
def test_no_file_imports_an_outer_layer_of_its_application(path: str) -> None:
    assert outward(path, sources()[path]) == []


def test_the_test_sees_an_upward_import() -> None:
    tree = ast.parse("from reports.models import Digest")
    assert upward("measures/domain/progress.py", tree) == [
        "reports.models",
        "reports.models.Digest",
    ]


def test_the_test_sees_an_outward_import() -> None:
    tree = ast.parse("from measures.views.ledger import ledger")
    assert outward("measures/domain/progress.py", tree)
