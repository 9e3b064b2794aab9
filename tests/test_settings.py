"""Settings come from the environment, and a nonsense value stops the boot with one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOOD_KEY = "k" * 40


def boot(tmp_path: Path, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Start Django in a process of its own with nothing but these variables."""
    script = f"import django; django.setup(); from django.conf import settings; {code}"
    clean = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "rectify.settings.dev",
    }
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )


def test_dev_boots_with_no_variable_at_all(tmp_path: Path) -> None:
    done = boot(tmp_path, "print(settings.DATABASES['default']['ENGINE'])")
    assert done.returncode == 0, done.stderr
    assert "sqlite3" in done.stdout


def test_dev_makes_one_private_secret_key_and_keeps_it(tmp_path: Path) -> None:
    first = boot(tmp_path, "print(settings.SECRET_KEY)").stdout
    assert len(first.strip()) >= 32
    assert boot(tmp_path, "print(settings.SECRET_KEY)").stdout == first
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_database_redis_and_media_are_honoured(tmp_path: Path) -> None:
    done = boot(
        tmp_path,
        "print(settings.DATABASES['default']['HOST'], settings.CELERY['broker_url'], "
        "settings.MEDIA_ROOT)",
        DATABASE_URL="postgres://u:p@db.example:5432/rectify",
        REDIS_URL="redis://r.example:6379/1",
        MEDIA_ROOT=str(tmp_path / "elsewhere"),
    )
    assert done.stdout.split() == [
        "db.example",
        "redis://r.example:6379/1",
        str(tmp_path / "elsewhere"),
    ]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DATABASE_URL": "mysql://root@localhost/x"}, "只支持 sqlite"),
        ({"DATABASE_URL": "postgres://localhost"}, "缺少数据库名"),
        ({"DATABASE_URL": "sqlite://:memory:"}, "内存数据库"),
        ({"REDIS_URL": "localhost:6379"}, "须以 redis:// 开头"),
        ({"PLAIN_HTTP": "perhaps"}, "请填 1 或 0"),
        ({"BACKUP_KEEP": "-1"}, "请填 0 或正整数"),
        ({"BACKUP_KEEP": "十四"}, "请填 0 或正整数"),
        ({"CSRF_TRUSTED_ORIGINS": "zhenggai.example"}, "须以 https:// 开头"),
        ({"TRUSTED_PROXIES": "proxy.example"}, "请填 IP 地址或网段"),
        ({"TRUSTED_PROXIES": "10.0.0.5/24"}, "请填 IP 地址或网段"),
        ({"TRUSTED_PROXIES": "127.0.0.1;10.0.0.1"}, "请填 IP 地址或网段"),
        ({"TRUSTED_PROXIES": "0.0.0.0/0"}, "包括所有地址"),
        ({"TRUSTED_PROXIES": "127.0.0.1,::/0"}, "包括所有地址"),
        ({"EMAIL_URL": "pigeon://coop"}, "无法识别"),
        ({"SECRET_KEY": "short"}, "不足 32 个字符"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "无法读取"),
        ({"DJANGO_SETTINGS_MODULE": "rectify.settings.prod"}, "SECRET_KEY 缺失"),
    ],
)
def test_a_nonsense_value_stops_the_boot_with_a_sentence(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    done = boot(tmp_path, **variables)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert sentence in last


def test_prod_demands_tls_unless_plain_http_is_set(tmp_path: Path) -> None:
    names = "print(settings.SESSION_COOKIE_NAME, getattr(settings, 'SECURE_SSL_REDIRECT', False))"
    prod = {"DJANGO_SETTINGS_MODULE": "rectify.settings.prod", "SECRET_KEY": GOOD_KEY}
    assert boot(tmp_path, names, **prod).stdout.split() == ["__Host-session", "True"]
    plain = boot(tmp_path, names, **prod, PLAIN_HTTP="1").stdout.split()
    assert plain == ["sessionid", "False"]


def test_proxies_are_addresses_and_networks_and_none_by_default(tmp_path: Path) -> None:
    names = "print(*settings.TRUSTED_PROXIES)"
    assert boot(tmp_path, names).stdout.split() == []
    given = boot(tmp_path, names, TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/24,2001:db8::/48,")
    assert given.stdout.split() == ["127.0.0.1/32", "10.0.0.0/24", "2001:db8::/48"]


def test_nothing_is_counted_in_the_memory_of_one_process(tmp_path: Path) -> None:
    done = boot(tmp_path, "c = settings.CACHES['default']; print(c['BACKEND'], c['LOCATION'])")
    backend, location = done.stdout.split()
    assert backend.endswith("FileBasedCache")
    assert Path(location) == tmp_path / "var" / "cache"


def test_sqlite_runs_with_wal_immediate_and_a_long_timeout(tmp_path: Path) -> None:
    done = boot(
        tmp_path,
        "from django.db import connection as c; o = settings.DATABASES['default']['OPTIONS']; "
        "cursor = c.cursor(); cursor.execute('PRAGMA journal_mode'); "
        "print(cursor.fetchone()[0], o['transaction_mode'], o['timeout'])",
    )
    assert done.stdout.split() == ["wal", "IMMEDIATE", "20"]


@pytest.mark.parametrize("given", ["", "sqlite:///{}/own.sqlite3"])
def test_a_new_sqlite_file_can_be_read_by_its_owner_only(tmp_path: Path, given: str) -> None:
    """It holds everything; on SQLite the file's permissions are what keeps people out."""
    (tmp_path / "var").mkdir()
    ask = "from django.db import connection as c; c.ensure_connection(); c.cursor().execute('create"
    done = boot(
        tmp_path, f"{ask} table t (i)'); print(settings.DATABASES['default']['NAME'])",
        DATABASE_URL=given.format(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    place = Path(done.stdout.strip())
    left = [place, *place.parent.glob(f"{place.name}-*")]
    assert [oct(one.stat().st_mode & 0o077) for one in left] == ["0o0"] * len(left)
