"""What a backup says about itself can be read back, and tells the version that made it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import rectify
from rectify.backups.domain import manifest as manifests
from rectify.backups.domain.manifest import Contents, Manifest, Piece
from rectify.backups.enums import Engine
from rectify.machine.folders import ROOT


def test_a_manifest_is_read_as_it_was_written() -> None:
    written = Manifest(
        made_at=datetime(2026, 3, 1, 18, 0, 0, 123456, tzinfo=UTC),
        engine=Engine.POSTGRESQL,
        contents=Contents(
            migrations=frozenset({("jobs", "0001_initial"), ("issues", "0001_initial")}),
            rows={"issues_issue": 24, "表": 0},
            chains={"system": (3, "a" * 64)},
        ),
        files={
            "database.dump": Piece(5, "b" * 64),
            "media/evidence/材料 1.pdf": Piece(0, "c" * 64),
        },
    )
    assert manifests.from_bytes(manifests.to_bytes(written)) == written
    assert written.media == ["media/evidence/材料 1.pdf"]


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert rectify.__version__ == project["version"]
