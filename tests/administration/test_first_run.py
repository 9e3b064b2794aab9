"""An empty installation: one account with a random password makes the bureau, once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from psycopg import sql

from rectify.accounts.domain.first_run import awaits_set_up, first_account
from rectify.accounts.models import User
from rectify.administration.interfaces.forms import FirstRunForm
from tests.administration.conftest import Bureau
from tests.architecture.sources import ROOT

Walk = Callable[..., dict[str, Any]]


def run(address: str, folder: Path, *command: str, **more: str) -> str:
    env = {**os.environ, "DATABASE_URL": address, "VAR_DIR": str(folder), "TOTP_FOR_ADMINS": "0",
           "DJANGO_SETTINGS_MODULE": "rectify.settings.dev", **more}  # fmt: skip
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def empty(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database without any row, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    if connection.vendor == "sqlite":
        address = f"sqlite:///{folder / 'empty.sqlite3'}"
        run(address, folder, "manage.py", "migrate", "--noinput")
        yield address
        return
    with database(f"{connection.settings_dict['NAME']}_empty") as address:
        run(address, folder, "manage.py", "migrate", "--noinput")
        yield address


class database:
    """A database of its own on the server of the suite, empty or a copy of `template`."""

    def __init__(self, name: str, template: str = "template1") -> None:
        given = connection.settings_dict
        self.server = (
            f"postgres://{given['USER']}:{given['PASSWORD']}"
            f"@{given['HOST']}:{given['PORT'] or 5432}"
        )
        self.name, self.template = name, template

    def __enter__(self) -> str:
        self._say("CREATE DATABASE {name} TEMPLATE {template}")
        return f"{self.server}/{self.name}"

    def __exit__(self, *problem: object) -> None:
        self._say("DROP DATABASE {name} WITH (FORCE)")

    def _say(self, words: str) -> None:
        names = {"name": sql.Identifier(self.name), "template": sql.Identifier(self.template)}
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as link:
            link.execute(sql.SQL(words).format(**names))


@pytest.fixture
def walk(empty: str, tmp_path: Path) -> Iterator[Walk]:
    """Walk on a copy of the empty database."""

    def walked(address: str, what: str, **more: str) -> dict[str, Any]:
        printed = run(address, tmp_path, "-m", "tests.administration.first_run_walk", what, **more)
        found: dict[str, Any] = json.loads(printed)
        return found

    if connection.vendor == "sqlite":
        copy = tmp_path / "copy.sqlite3"
        shutil.copyfile(empty.removeprefix("sqlite:///"), copy)
        yield lambda what, **more: walked(f"sqlite:///{copy}", what, **more)
        return
    name = empty.rsplit("/", 1)[1]
    with database(f"{name}_copy", template=name) as address:
        yield lambda what, **more: walked(address, what, **more)


def test_with_three_administrators_the_first_account_appoints_them_and_closes(walk: Walk) -> None:
    seen = walk("pages", THREE_ADMINS="1")
    account, done = seen["account"], seen["set up"]
    assert account["mode"] == 0o600
    assert account["file holds it"] and account["file stays"] and account["renewed"]
    assert account["second run prints"] == account["quiet run prints"] == []
    assert (account["accounts"], account["rights"]) == (1, 0)
    assert not account["old one works"]
    assert done["first page"] == done["before the change"] == "/password/"
    assert (done["home leads to"], done["shown"]) == ("/administration/first-run/", 200)
    assert done["bad"] == [422, 422, 422, 422]
    assert done["made by bad ones"] == 0
    assert done["answer"] == 200
    assert len(set(done["passwords"])) == 3
    assert done["roles"] == [["li", "secadmin"], ["wang", "auditor"], ["zhang", "sysadmin"]]
    assert not done["setup active"]
    assert done["sessions of setup"] == 0
    assert done["again"] == 302  # logged out
    assert done["event by"] == "初始设置"
    assert not done["file stays"]


def test_without_three_administrators_the_first_account_stays_and_holds_all_three(
    walk: Walk,
) -> None:
    done = walk("pages", THREE_ADMINS="0")["set up"]
    assert done["bad"] == [422, 422, 422]
    assert (done["answer"], done["passwords"]) == (302, [])
    assert done["roles"] == [["setup", "auditor"], ["setup", "secadmin"], ["setup", "sysadmin"]]
    assert done["setup active"]
    assert done["homes"] == ["区政务局"]
    assert done["again"] == 404
    assert not done["file stays"]


def test_two_tabs_at_once_make_one_bureau(walk: Walk) -> None:
    seen = walk("race", THREE_ADMINS="1")
    assert seen == {"outcomes": ["done", "refused"], "bureaus": 1, "sysadmins": 1}


def test_what_is_wrong_with_an_administrator_stands_beside_the_field() -> None:
    bureau = {"name": "某某局", "short_name": "某局", "code": "mou"}
    typed = {"sysadmin_username": "Zhang", "sysadmin_name": "张三",
             "secadmin_username": "\uff5ahang", "secadmin_name": "李\u200b四",
             "auditor_username": "wang wu", "auditor_name": "王五"}  # fmt: skip
    form = FirstRunForm({**bureau, **typed}, three=True)
    assert {name: str(found[0])[:12] for name, found in form.errors.items()} == {
        "secadmin_username": "三名管理员须各用一个登录",
        "secadmin_name": "姓名中有换行或不可见的字",
        "auditor_username": "登录名只能用英文字母、数",
    }


def test_where_accounts_exist_there_is_no_first_account(home: Bureau) -> None:
    assert first_account() is None
    assert not awaits_set_up(home.sys)
    assert not User.objects.filter(username="setup").exists()


def test_the_console_helps_an_administrator_who_lost_the_password(home: Bureau) -> None:
    output = StringIO()
    call_command("issue_password", "HOME-sys", stdout=output)
    password = output.getvalue().split("初始口令：")[1].split()[0]
    user = User.objects.get(pk=home.sys.pk)
    assert user.check_password(password)
    assert user.must_change_password
    with pytest.raises(CommandError, match="没有启用的账号"):
        call_command("issue_password", "nobody-here")
