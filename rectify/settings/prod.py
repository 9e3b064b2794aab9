"""A bureau's own server: secrets are given, cookies need TLS unless PLAIN_HTTP is set."""

from rectify.settings.base import *  # noqa: F403 - settings extend one another by star import
from rectify.settings.base import PLAIN_HTTP
from rectify.settings.environment import env, flag, secret_key

SECRET_KEY = secret_key(fallback_file=None)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
THREE_ADMINS = flag("THREE_ADMINS", default=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if not PLAIN_HTTP:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    # Reaches Django from TRUSTED_PROXIES only (OriginMiddleware).
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
