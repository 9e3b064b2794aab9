"""Embedded mode: boots with no variable at all; SQLite, no Redis, everything under VAR_DIR."""

from rectify.settings.base import *  # noqa: F403 - settings extend one another by star import
from rectify.settings.base import VAR_DIR
from rectify.settings.environment import flag, secret_key

SECRET_KEY = secret_key(fallback_file=VAR_DIR / "secret-key")
WHITENOISE_USE_FINDERS = True
# Whoever only tries the demo has no phone at hand.
TOTP_FOR_ADMINS = flag("TOTP_FOR_ADMINS", default=False)
