"""A site with the prod settings in a folder of its own, asked in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What one request got; `cookies` as they are set, `headers` by their usual spelling."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class ProdSite:
    """The environment of a server; every command runs in a new process."""

    environment: Mapping[str, str]

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )

    def answers(self, **variables: str) -> dict[str, Answer]:
        done = self.run("-m", "tests.pages.prod_probe", **variables)
        assert done.returncode == 0, done.stderr[-2000:]
        raw: dict[str, dict[str, Any]] = json.loads(done.stdout)
        return {name: Answer(**one) for name, one in raw.items()}


@pytest.fixture(scope="session")
def prod_site(tmp_path_factory: pytest.TempPathFactory) -> ProdSite:
    """Ready to be asked: static files collected. Its database is made anew by each test of it."""
    folder = tmp_path_factory.mktemp("prod")
    site = ProdSite({
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "rectify.settings.prod",
        "VAR_DIR": str(folder),
        "FONT_DIR": str(settings.FONT_DIR),
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "ALLOWED_HOSTS": "zhenggai.example",
        "CSRF_TRUSTED_ORIGINS": "https://zhenggai.example",
        "TRUSTED_PROXIES": "127.0.0.1",
    })  # fmt: skip
    collected = site.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
    assert collected.returncode == 0, collected.stderr
    return site


def migrated(site: ProdSite, database: str) -> str:
    """DATABASE_URL of a new, empty database in the folder of the site."""
    url = f"sqlite:///{site.environment['VAR_DIR']}/{database}.sqlite3"
    done = site.run("manage.py", "migrate", "--verbosity", "0", DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return url


@pytest.fixture(scope="session")
def answers(prod_site: ProdSite) -> dict[str, Answer]:
    """Of the site as it should be run: behind a proxy with TLS."""
    return prod_site.answers(DATABASE_URL=migrated(prod_site, "tls"))


@pytest.fixture(scope="session")
def plain_answers(prod_site: ProdSite) -> dict[str, Answer]:
    """Of a site without TLS."""
    return prod_site.answers(DATABASE_URL=migrated(prod_site, "plain"), PLAIN_HTTP="1")
