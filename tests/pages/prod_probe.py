"""Run in a process of its own with the prod settings: asks for one answer of every sort and prints
them as JSON. Not a test; conftest.py starts it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - nothing below may be imported before setup
from django.contrib.staticfiles.storage import staticfiles_storage  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path, reverse  # noqa: E402

from rectify import urls  # noqa: E402
from rectify.accounts.domain.people import create_user  # noqa: E402
from rectify.audit.actors import SYSTEM  # noqa: E402
from rectify.upload_quota import largest_body  # noqa: E402

HOST = "zhenggai.example"
FORM = "application/x-www-form-urlencoded"


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a view with a defect")


urlpatterns = [path("broken/", broken), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


class Visitor:
    """One browser that remembers every answer by name."""

    answers: dict[str, dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        self.client = Client(raise_request_exception=False, **options)

    def ask(self, name: str, method: str, address: str, **rest: Any) -> None:
        arguments = {"secure": True, "headers": {"host": HOST}, **rest}
        response = getattr(self.client, method)(address, **arguments)
        body = b"".join(response) if response.streaming else response.content
        self.answers[name] = {
            "status": response.status_code,
            "headers": dict(response.headers),
            "cookies": {key: one.OutputString() for key, one in response.cookies.items()},
            "body": body.decode(errors="replace"),
        }


def before_login() -> None:
    out, login = Visitor(), reverse("account_login")
    style = staticfiles_storage.url("css/tokens.css")
    out.ask("login", "get", login)
    out.ask("login needed", "get", "/jobs/")
    out.ask("no tls", "get", login, secure=False)
    foreign = {"host": "evil.example"}
    out.ask("foreign host", "get", login, headers=foreign)
    out.ask("foreign host without tls", "get", login, headers=foreign, secure=False)
    out.ask("healthz", "get", "/healthz")
    out.ask("static", "get", style)
    out.ask("static unchanged", "get", style, headers={"host": HOST, "if-none-match": "x"})
    out.ask("static missing", "get", "/static/css/nothing.css")
    out.ask("static posted", "post", style)
    out.ask("not found", "get", "/nowhere/")
    out.ask("path with a bad escape", "get", "/%ff%00/")
    Visitor(enforce_csrf_checks=True).ask("csrf", "post", login, data={"username": "x"})
    out.ask("many fields", "post", login, data={f"f{number}": "" for number in range(5001)})
    long_text = "username=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    out.ask("long text", "post", login, data=long_text, content_type=FORM)
    file = SimpleUploadedFile("a.pdf", b"x" * largest_body())
    out.ask("large file", "post", login, data={"file": file})


def after_login() -> None:
    user = create_user(actor=SYSTEM, username="person", name="张三", password="plum-Blossom-1949")
    inside = Visitor()
    inside.client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    inside.ask("page", "get", "/help/")
    inside.ask("form", "get", "/password/")
    inside.ask("method", "delete", "/help/")
    inside.ask("broken", "get", "/broken/")
    inside.ask("hidden", "get", "/inspections/00000000-0000-4000-8000-000000000000/")
    inside.ask("forbidden", "get", "/inspections/new/")
    inside.ask("logout", "post", reverse("account_logout"))
    # The last act: whatever was open is gone, and the file is no database any more.
    inside.client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    connection.close()
    Path(connection.settings_dict["NAME"]).write_bytes(b"not a database " * 1000)
    for rest in ("-wal", "-shm"):
        Path(f"{connection.settings_dict['NAME']}{rest}").unlink(missing_ok=True)
    inside.ask("no database", "get", "/help/")
    Visitor().ask("no database for healthz", "get", "/healthz")


if __name__ == "__main__":
    settings.ROOT_URLCONF = __name__
    before_login()
    after_login()
    json.dump(Visitor.answers, sys.stdout)
