"""Reading settings from the environment: a nonsense value stops the boot with one sentence."""

import os
import secrets
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from rectify.lib.addresses import Network

env = environ.Env()

# Every variable that the settings read, and what it means. Deployment files are tested against it.
ENVIRONMENT: dict[str, str] = {
    "DJANGO_SETTINGS_MODULE": "rectify.settings.dev (embedded) or rectify.settings.prod",
    "VAR_DIR": "folder for everything written at run time; default var/ beside manage.py",
    "DATABASE_URL": "sqlite:///PATH or postgres://USER:PASSWORD@HOST:PORT/NAME",
    "REDIS_URL": "redis://HOST:PORT/DB; empty = no Redis, Celery uses a folder under VAR_DIR",
    "MEDIA_ROOT": "folder for evidence and finished files; default VAR_DIR/media",
    "SECRET_KEY": "at least 32 characters; required by the prod settings",
    "SECRET_KEY_FILE": "file that holds SECRET_KEY (docker secret)",
    "SECRET_KEY_FALLBACKS": "former values of SECRET_KEY, separated by commas: what they sealed"
    " stays readable",
    "ALLOWED_HOSTS": "host names that the site answers to, separated by commas",
    "CSRF_TRUSTED_ORIGINS": "origins such as https://zhenggai.example, separated by commas",
    "EMAIL_URL": "smtp+tls://USER:PASSWORD@HOST:PORT; default writes mail into VAR_DIR/mail",
    "EMAIL_FROM": "sender address of digests",
    "FONT_DIR": "folder with the free fonts; default VAR_DIR/fonts",
    "BUREAU_FONT_DIR": "folder with the bureau's own licensed fonts, used first where present",
    "PLAIN_HTTP": "1 where the bureau has no TLS yet: plain cookie names, visible warning",
    "TRUSTED_PROXIES": "addresses or networks of the proxies in front, separated by commas;"
    " forwarding headers of anybody else are dropped; default none",
    "THREE_ADMINS": "1 = 三员分立: system, security and audit administrator are three people;"
    " default 1 in prod, 0 embedded",
    "BACKUP_DIR": "folder of the nightly backups; default VAR_DIR/backups",
    "BACKUP_KEEP": "how many nightly backups are kept, default 14; 0 = no nightly backup",
    "PASSWORD_PROFILE": "rules for passwords: dengbao (default) or nist; docs/login.md",
    "TOTP_FOR_ADMINS": "1 = the three administrators need a code of their phone to log in;"
    " default 1 in prod, 0 embedded",
    "PUBLIC_URL": "address printed in mails, such as https://zhenggai.example",
}


def folder(name: str, default: Path) -> Path:
    """Absolute path of a folder setting; the folder itself is made where it is first written."""
    value = os.environ.get(name, "").strip()
    return Path(value).resolve() if value else default


def flag(name: str, default: bool) -> bool:
    """A yes/no setting. Raises ImproperlyConfigured for a word that is neither."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} 无法识别：请填 1 或 0。")


def whole_number(name: str, default: int) -> int:
    """A count, 0 or more. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name}={value!r} 无法识别：请填 0 或正整数。")
    return int(value)


def choice(name: str, words: tuple[str, ...]) -> str:
    """One of the words, the first where nothing is set. Raises ImproperlyConfigured for another."""
    value = os.environ.get(name, "").strip() or words[0]
    if value not in words:
        raise ImproperlyConfigured(f"{name}={value!r} 无法识别：请填 {' 或 '.join(words)}。")
    return value


def networks(name: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises ImproperlyConfigured for anything else,
    and for a network so wide that it trusts everybody."""
    found = []
    for word in filter(None, (part.strip() for part in os.environ.get(name, "").split(","))):
        try:
            network = ip_network(word)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} 中的 {word!r} 无法识别：请填 IP 地址或网段，如 127.0.0.1,10.0.0.0/24。"
            ) from error
        if network.prefixlen == 0:
            raise ImproperlyConfigured(f"{name} 中的 {word!r} 包括所有地址：请只填代理服务器。")
        found.append(network)
    return tuple(found)


def database(var_dir: Path) -> dict[str, Any]:
    """Django's DATABASES["default"]: SQLite under VAR_DIR, or what DATABASE_URL names.

    SQLite runs with WAL, IMMEDIATE transactions and a 20 s timeout together: any one of them alone
    makes concurrent saves fail. Raises ImproperlyConfigured for an unusable address.
    """
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        var_dir.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{var_dir / 'rectify.sqlite3'}"
    scheme = url.split(":", 1)[0]
    if scheme in {"postgres", "postgresql"}:
        if not urlsplit(url).path.strip("/"):
            raise ImproperlyConfigured(
                "DATABASE_URL 缺少数据库名：postgres://用户:口令@主机:端口/库名。"
            )
        return {
            **env.db_url_config(url),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    if scheme != "sqlite":
        raise ImproperlyConfigured(
            f"DATABASE_URL 只支持 sqlite:/// 或 postgres://，现为 {scheme!r}。"
        )
    path = unquote(url.removeprefix("sqlite:///"))
    if not path or path.endswith(":memory:"):
        raise ImproperlyConfigured("DATABASE_URL 须为 sqlite:///文件路径，内存数据库不能多人使用。")
    with suppress(OSError):  # SQLite itself says what is wrong with a place that cannot be written
        # It would let everybody on the machine read a new file, and the logs beside it.
        Path(path).touch(mode=0o600, exist_ok=False)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
        },
    }


def redis_url() -> str:
    """REDIS_URL or an empty string. Raises ImproperlyConfigured for another scheme."""
    url = os.environ.get("REDIS_URL", "").strip()
    if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"REDIS_URL 须以 redis:// 开头，现为 {url!r}。")
    return url


def secret_key(fallback_file: Path | None) -> str:
    """SECRET_KEY from the environment, its file, or (embedded) a key made once under VAR_DIR.

    Raises ImproperlyConfigured where no key is given and none may be made, or it is too short.
    """
    key = os.environ.get("SECRET_KEY", "").strip()
    key_file = os.environ.get("SECRET_KEY_FILE", "").strip()
    if not key and key_file:
        try:
            key = Path(key_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"SECRET_KEY_FILE 无法读取：{error}") from error
    if not key and fallback_file is not None:
        if not fallback_file.exists():
            fallback_file.parent.mkdir(parents=True, exist_ok=True)
            fallback_file.touch(mode=0o600)
            fallback_file.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        key = fallback_file.read_text(encoding="utf-8").strip()
    if len(key) < 32:
        raise ImproperlyConfigured(
            "SECRET_KEY 缺失或不足 32 个字符：请设置 SECRET_KEY 或 SECRET_KEY_FILE。"
        )
    return key


def email(var_dir: Path) -> dict[str, Any]:
    """Mail settings: EMAIL_URL, or files under VAR_DIR/mail. Raises ImproperlyConfigured."""
    url = os.environ.get("EMAIL_URL", "").strip()
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(var_dir / "mail"),
        }
    try:
        return dict(env.email_url_config(url))
    except (KeyError, ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"EMAIL_URL 无法识别：{url.split('@')[-1]!r}。") from error
