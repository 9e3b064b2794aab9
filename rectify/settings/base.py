"""Settings shared by every way of running Rectify. Values come from the environment."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from rectify.settings.environment import (
    ENVIRONMENT,  # noqa: F401 - deployment files are tested against it
    database,
    email,
    env,
    flag,
    folder,
    redis_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = folder("VAR_DIR", BASE_DIR / "var")
MEDIA_ROOT = str(folder("MEDIA_ROOT", VAR_DIR / "media"))
FONT_DIR = folder("FONT_DIR", VAR_DIR / "fonts")
BUREAU_FONT_DIR = folder("BUREAU_FONT_DIR", Path()) if env.str("BUREAU_FONT_DIR", "") else None

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
for origin in CSRF_TRUSTED_ORIGINS:
    if not origin.startswith(("http://", "https://")):
        raise ImproperlyConfigured(f"CSRF_TRUSTED_ORIGINS 中的 {origin!r} 须以 https:// 开头。")
PLAIN_HTTP = flag("PLAIN_HTTP", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "rectify.accounts",
    "rectify.audit",
    "rectify.jobs",
    "issues",
    "measures",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rectify.audit.middleware.OriginMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rectify.accounts.middleware.NoStoreMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "rectify.accounts.middleware.SessionRulesMiddleware",
    "rectify.accounts.middleware.HtmxLoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rectify.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "rectify.urls"
WSGI_APPLICATION = "rectify.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rectify.shell.shell",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "rectify.templatetags.wording",
            ],
            "libraries": {"wording": "rectify.templatetags.wording"},
        },
    }
]

DATABASES = {"default": database(VAR_DIR)}
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 6
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "rectify.error_pages.csrf_failed"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = str(VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o600
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024

_mail = email(VAR_DIR)
globals().update(_mail)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "zhenggai@localhost")
EMAIL_TIMEOUT = 20

REDIS_URL = redis_url()
# Without Redis the embedded mode passes messages through a folder; the database stays the truth
# about what must be done, the broker only rings the bell.
BROKER_FOLDER = VAR_DIR / "broker"
CELERY = {
    "broker_url": REDIS_URL or "filesystem://localhost/",
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "task_time_limit": 900,
    "task_soft_time_limit": 840,
    "accept_content": ["json"],
    "timezone": "Asia/Shanghai",
    "broker_connection_retry_on_startup": True,
    "task_publish_retry": False,
    "worker_hijack_root_logger": False,
    "broker_transport_options": (
        {
            "visibility_timeout": 1860,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "health_check_interval": 25,
        }
        if REDIS_URL
        else {
            "data_folder_in": str(BROKER_FOLDER / "queue"),
            "data_folder_out": str(BROKER_FOLDER / "queue"),
            "control_folder": str(BROKER_FOLDER / "control"),
            "polling_interval": 0.2,
        }
    ),
}
# "ring" wakes a worker as soon as a job is committed; "silent" leaves it to the reconciler.
DOORBELL = "ring"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Their own progress, one line per style sheet and font table.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "axes")},
}
