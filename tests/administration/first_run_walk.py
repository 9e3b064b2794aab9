"""The first run on an empty database, walked in a process of its own, which prints what it saw.

The test database always holds the demo, and a first run needs one without any account.
"""

import json
import re
import stat
import sys
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - django.setup() comes first
from django.core.management import call_command  # noqa: E402 - as above
from django.db import connections  # noqa: E402 - as above
from django.test import Client  # noqa: E402 - as above

from rectify.accounts.domain.first_run import ADMINISTRATORS, Administrator, set_up  # noqa: E402
from rectify.accounts.enums import Role  # noqa: E402 - as above
from rectify.accounts.models import LoginSession, Membership, Organization, User  # noqa: E402
from rectify.audit.exceptions import Refused  # noqa: E402 - as above
from rectify.audit.models import Event  # noqa: E402 - as above
from rectify.lib.clock import at, now  # noqa: E402 - as above

OWN = "Chu-shi-she-zhi-2024"
PASSWORD = re.compile(r"(?:[A-Za-z0-9]{4}-){3}[A-Za-z0-9]{4}")
SLIP = re.compile(rf">({PASSWORD.pattern})</code>")
BUREAU = {"name": "某某区政务局", "short_name": "区政务局", "code": "zhengwu",
          "party_group_name": "中共某某区政务局党组"}  # fmt: skip
LOGINS = dict(zip(ADMINISTRATORS, ("zhang", "li", "wang"), strict=True))
PAGE = "/administration/first-run/"
NOTE = Path(settings.VAR_DIR) / "first-account.txt"


def command(*arguments: str) -> str:
    output = StringIO()
    call_command("first_run", *arguments, stdout=output)
    return output.getvalue()


def client() -> Client:
    return Client(REMOTE_ADDR="192.0.2.1")


def logged_in(username: str, password: str) -> Client:
    visitor = client()
    visitor.post("/login/", {"username": username, "password": password})
    return visitor


def first_account() -> dict[str, Any]:
    """The command: printed once, kept in a private file, renewed only where it ran out unused."""
    first = command()
    [password] = PASSWORD.findall(first)
    seen: dict[str, Any] = {
        "mode": stat.S_IMODE(NOTE.stat().st_mode),
        "file holds it": password in NOTE.read_text(encoding="utf-8"),
        "second run prints": PASSWORD.findall(command()),
        "file stays": NOTE.exists(),
        "accounts": User.objects.count(),
        "rights": Membership.objects.count(),
    }
    with at(now() + timedelta(hours=73)):
        quiet = command("--no-print")
    seen["quiet run prints"] = PASSWORD.findall(quiet)
    [renewed] = PASSWORD.findall(NOTE.read_text(encoding="utf-8"))
    User.objects.update(password_set_at=now())  # back from the future
    seen["renewed"] = renewed != password
    seen["old one works"] = "_auth_user_id" in logged_in("setup", password).session
    return {**seen, "password": renewed}


def setting_up(password: str) -> dict[str, Any]:
    """From the first login to the page that is gone."""
    visitor = logged_in("setup", password)
    seen: dict[str, Any] = {"first page": visitor.get("/").headers.get("Location")}
    seen["before the change"] = visitor.get(PAGE).headers.get("Location")
    visitor.post("/password/", {"old_password": password, "new_password": OWN, "repeated": OWN})
    seen["home leads to"] = visitor.get("/").headers.get("Location")
    seen["shown"] = visitor.get(PAGE).status_code
    three = {f"{role}_username": login for role, login in LOGINS.items()}
    three |= {f"{role}_name": f"{login}某" for role, login in LOGINS.items()}
    twice = {**three, "secadmin_username": "ＺＨＡＮＧ"}  # noqa: RUF001 - full-width on purpose
    seen["bad"] = [
        visitor.post(PAGE, data).status_code
        for data in ({}, {**BUREAU, **twice, "name": ""}, {**BUREAU, **twice, "code": "a b"})
    ]
    if settings.THREE_ADMINS:
        seen["bad"].append(visitor.post(PAGE, {**BUREAU, **twice}).status_code)
    seen["made by bad ones"] = Organization.objects.count() + User.objects.count() - 1
    done = visitor.post(PAGE, {**BUREAU, **three})
    seen |= {
        "answer": done.status_code,
        "passwords": SLIP.findall(getattr(done, "content", b"").decode()),
        "roles": sorted(Membership.objects.live().values_list("user__username", "role")),
        "setup active": User.objects.get(username="setup").is_active,
        "homes": sorted({str(user.organization) for user in User.objects.all()}),
        "again": visitor.get(PAGE).status_code,
        "event by": Event.objects.get(action="system.set_up").actor_name,
        "sessions of setup": LoginSession.objects.filter(user__username="setup").count(),
    }
    command()
    seen["file stays"] = NOTE.exists()
    return seen


def both_at_once() -> dict[str, Any]:
    """Two tabs press the button at the same moment."""
    command()
    User.objects.update(must_change_password=False)
    start, outcomes = threading.Barrier(2), []
    three = [Administrator(role, login, login) for role, login in LOGINS.items()]

    def press(number: int) -> None:
        user = User.objects.get(username="setup")
        start.wait()
        try:
            set_up(user, bureau={**BUREAU, "code": f"b{number}", "name": f"局{number}"},
                   administrators=three)  # fmt: skip
            outcomes.append("done")
        except Refused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    pair = [threading.Thread(target=press, args=(number,)) for number in range(2)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    return {
        "outcomes": sorted(outcomes),
        "bureaus": Organization.objects.count(),
        "sysadmins": Membership.objects.live().filter(role=Role.SYSADMIN).count(),
    }


if __name__ == "__main__":
    settings.ALLOWED_HOSTS = ["testserver"]
    if sys.argv[1] == "race":
        result = both_at_once()
    else:
        account = first_account()
        result = {"account": account, "set up": setting_up(account["password"])}
    sys.stdout.write(json.dumps(result, ensure_ascii=False))
