"""The demo bureaus are in every test database: loaded once, each test rolls back to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from hypothesis import settings as hypothesis_settings

from issues.models import Inspection
from measures.models import Measure
from rectify.accounts.models import User
from rectify.lib.clock import today
from seeds.loader import is_loaded, load_demo
from tests.loopback import stay_here
from tests.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler

stay_here()

# Two slow cores: a deadline per example would test the machine, not the code.
hypothesis_settings.register_profile("rectify", deadline=None)
hypothesis_settings.load_profile("rectify")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's blocker is untyped
        if is_loaded():  # --reuse-db while developing
            return
        load_demo(
            today=today(),
            accounts_file=Path(settings.VAR_DIR) / "demo-accounts.txt",
            progress=lambda name, done, total: None,
        )


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    """What is counted per person outlives a test's transaction."""
    cache.clear()


@dataclass(frozen=True)
class Demo:
    """Handles into the demo: `a` in the Pingshan shape, `b` of another bureau, half-way."""

    a: Inspection
    b: Inspection

    def user(self, username: str) -> User:
        return User.objects.get(username=username)

    def measure(self, inspection: Inspection, **narrow: object) -> Measure:
        """The first measure of the ledger that fits."""
        found = Measure.objects.filter(inspection=inspection, **narrow).in_order().first()
        assert found is not None, f"no measure fits {narrow}"
        return found


@pytest.fixture
def demo(db: None) -> Demo:
    return Demo(a=Inspection.objects.get(code="demo-a"), b=Inspection.objects.get(code="demo-b"))


@pytest.fixture
def as_user(demo: Demo) -> Callable[[str], Client]:
    """A client logged in as a demo account."""

    def log_in(username: str) -> Client:
        client = Client()
        client.force_login(demo.user(username), "django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
