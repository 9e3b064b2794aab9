"""A good backup of the demo, made once; installations beside the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from rectify.backups.domain.making import write
from rectify.backups.domain.manifest import Manifest
from tests.backups.places import Place, demo_place, empty_place


@dataclass(frozen=True)
class Good:
    """A whole backup of the demo, never to be written to, and what it says about itself."""

    path: Path
    manifest: Manifest


@pytest.fixture(scope="session")
def good(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Good:
    path = tmp_path_factory.mktemp("good") / "demo.backup"
    path.touch(mode=0o600)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's blocker is untyped
        manifest, _ = write(path)
    return Good(path, manifest)


@pytest.fixture
def source(db: None, tmp_path: Path) -> Iterator[Place]:
    """An installation with the demo."""
    with demo_place(tmp_path / "source") as place:
        yield place


@pytest.fixture
def target(db: None, tmp_path: Path) -> Iterator[Place]:
    """An installation without anything."""
    with ExitStack() as cleaning:
        yield cleaning.enter_context(empty_place(tmp_path / "target"))
