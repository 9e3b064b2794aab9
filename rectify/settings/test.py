"""Tests: files as databases (one per worker), a scratch folder, quick password hashing."""

import os
import tempfile
from pathlib import Path

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
if "RECTIFY_TEST_DIR" not in os.environ:
    os.environ["RECTIFY_TEST_DIR"] = tempfile.mkdtemp(prefix="rectify-test-")
_scratch = Path(os.environ["RECTIFY_TEST_DIR"])
FONTS = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var") / "fonts"
os.environ.setdefault("FONT_DIR", str(FONTS))
os.environ["VAR_DIR"] = str(_scratch / _worker)
os.environ["MEDIA_ROOT"] = str(_scratch / _worker / "media")
# The calendar would make a backup in the middle of every test that asks what is due.
os.environ["BACKUP_KEEP"] = "0"

from rectify.settings.base import *  # noqa: E402, F403 - the scratch folder must be set first
from rectify.settings.base import DATABASES, REDIS_URL  # noqa: E402 - as above

SECRET_KEY = "only-for-tests-" * 4
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
DOORBELL = "silent"
TOTP_FOR_ADMINS = False  # the tests of the second factor switch it on
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Files, not memory: in-memory SQLite fails as soon as a live server and a test share it.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / f"test-{_worker}.sqlite3")}
if REDIS_URL:
    CELERY_KEY_PREFIX = f"test-{_worker}-"
