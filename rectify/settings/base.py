"""Settings shared by every way of running Rectify. Values come from the environment."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from rectify.settings.environment import (
    ENVIRONMENT,  # noqa: F401 - deployment files are tested against it
    choice,
    database,
    email,
    env,
    flag,
    folder,
    networks,
    redis_url,
    whole_number,
)

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = folder("VAR_DIR", BASE_DIR / "var")
MEDIA_ROOT = str(folder("MEDIA_ROOT", VAR_DIR / "media"))
BACKUP_DIR = folder("BACKUP_DIR", VAR_DIR / "backups")
BACKUP_KEEP = whole_number("BACKUP_KEEP", default=14)
FONT_DIR = folder("FONT_DIR", VAR_DIR / "fonts")
BUREAU_FONT_DIR = folder("BUREAU_FONT_DIR", Path()) if env.str("BUREAU_FONT_DIR", "") else None

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
for origin in CSRF_TRUSTED_ORIGINS:
    if not origin.startswith(("http://", "https://")):
        raise ImproperlyConfigured(f"CSRF_TRUSTED_ORIGINS 中的 {origin!r} 须以 https:// 开头。")
PLAIN_HTTP = flag("PLAIN_HTTP", default=False)
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
THREE_ADMINS = flag("THREE_ADMINS", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "rectify.accounts",
    "rectify.audit",
    "rectify.jobs",
    "rectify.backups",
    "rectify.administration",
    "issues",
    "measures",
    "reports",
]

MIDDLEWARE = [
    # The first five hold for every answer, whoever made it.
    "rectify.audit.middleware.OriginMiddleware",
    "rectify.page_headers.PageHeadersMiddleware",
    "rectify.accounts.middleware.NoStoreMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rectify.audit.access.AccessMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "rectify.accounts.middleware.SessionRulesMiddleware",
    "rectify.accounts.middleware.HtmxLoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rectify.refusals.RefusalMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
# Shared by all processes of the machine, and there whether or not Redis is: what is counted per
# person (accounts/limits.py) must not begin anew in each of them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_PROFILE = choice("PASSWORD_PROFILE", ("dengbao", "nist"))
AUTH_PASSWORD_VALIDATORS = [{"NAME": "rectify.accounts.password_profiles.ProfileValidator"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# Of allauth only the login stages and the rows of the second factor are in use: no address of its
# own is included, so nobody signs up, confirms an e-mail or resets a password there.
ACCOUNT_ADAPTER = "rectify.accounts.interfaces.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # they count per process; axes counts in the database
ACCOUNT_LOGIN_TIMEOUT = 5 * 60  # seconds between the password and the code
MFA_ADAPTER = "rectify.accounts.interfaces.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 10
TOTP_FOR_ADMINS = flag("TOTP_FOR_ADMINS", default=True)

AXES_HANDLER = "rectify.accounts.interfaces.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = 6  # of one login name at one address; the limit of an address is the handler's
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "rectify.accounts.interfaces.lockout.counted_name"
AXES_CLIENT_IP_CALLABLE = "rectify.accounts.interfaces.lockout.address_of"
AXES_LOCKOUT_CALLABLE = "rectify.accounts.interfaces.lockout.locked_page"
AXES_ENABLE_ACCESS_FAILURE_LOG = True  # one row per failure, for the count of an address
AXES_DISABLE_ACCESS_LOG = True  # logins are events of the audit log
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "rectify.accounts.session_store"
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
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = [
    "rectify.upload_quota.UploadQuota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
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
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(request_id)s%(name)s: %(message)s"}
    },
    "filters": {"request": {"()": "rectify.log_lines.RequestId"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Their own progress, one line per style sheet and font table.
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "axes")},
}
