"""A database of its own for measurements that need Django: never the user's data."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# The address of somebody's real data must not reach a measurement.
PRIVATE = ("DATABASE_URL", "REDIS_URL", "MEDIA_ROOT")


@contextmanager
def scratch_django() -> Iterator[None]:
    """Starts Django with the test settings on SQLite in a temporary folder, gone at the end.

    To be entered once, before anything imports a model; the tables are not made here.
    """
    for name in PRIVATE:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="rectify-bench-") as folder:
        os.environ["RECTIFY_TEST_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "rectify.settings.test"
        import django  # noqa: PLC0415 - reads the environment set above
        from django.db import connections  # noqa: PLC0415 - as above

        django.setup()
        try:
            yield
        finally:
            connections.close_all()
