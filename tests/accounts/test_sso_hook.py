"""docs/login.md, 接入统一身份认证: what is written there runs, against a small provider of OIDC."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest

from rectify.machine.folders import ROOT

DOCUMENT = ROOT / "docs" / "login.md"
FILES = ("sso_settings.py", "sso_urls.py", "sso_adapter.py")

# Runs in the child: the portal's link, the provider's way back, and what is open afterwards.
WALK = """
import sys
from urllib.parse import parse_qs, urlsplit
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from rectify.accounts.domain import second_factor
from rectify.accounts.domain.people import create_user
from rectify.accounts.models import LoginSession, User
from rectify.audit.actors import SYSTEM
from rectify.lib.clock import now

for name in ("zhangsan", "careful", "gone"):
    create_user(actor=SYSTEM, username=name, name="某人", password=None)
User.objects.filter(username="gone").update(is_active=False)
secret = second_factor.new_secret()
code = second_factor.code_of(secret, int(now().timestamp()) // 30)
second_factor.enable(User.objects.get(username="careful"), secret=secret, code=code)

def walk(who):
    client = Client(headers={"host": "localhost"})
    to = urlsplit(client.get("/sso/oidc/bureau/login/").headers["Location"])
    assert to.path == "/authorize", to
    asked = parse_qs(to.query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"][0].endswith("/sso/oidc/bureau/login/callback/")
    back = client.get(
        "/sso/oidc/bureau/login/callback/", {"code": who, "state": asked["state"][0]}
    )
    return client, back

for attempt in range(2):  # the second time the account is linked already
    client, back = walk("\uff3ahangSan")  # typed full-width
    assert (back.status_code, client.get("/messages/").status_code) == (302, 200), back
assert LoginSession.objects.filter(user__username="zhangsan").count() == 2
assert LoginSession.objects.filter(user__isnull=False, began_at__isnull=True).count() == 0
client, back = walk("careful")
assert back.headers["Location"] == "/login/code/", back.headers
assert client.get("/messages/").status_code == 302
people = User.objects.count()
for who in ("stranger", "gone", ""):
    client, back = walk(who)
    assert back.status_code == 403, (who, back.status_code)
    assert "请联系系统管理员" in back.content.decode()
    assert client.get("/messages/").status_code == 302
assert User.objects.count() == people
forged = client.get("/sso/oidc/bureau/login/callback/", {"code": "zhangsan", "state": "made up"})
assert forged.status_code == 403
assert client.get("/messages/").status_code == 302
print("walked")
"""


class Provider(BaseHTTPRequestHandler):
    """Knows whoever the code names."""

    def do_GET(self) -> None:
        if self.path == "/.well-known/openid-configuration":
            here = f"http://{self.headers['Host']}"
            self._answer(
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo",
                    "jwks_uri": f"{here}/jwks",
                }
            )
        else:
            who = bytes.fromhex(self.headers["Authorization"].removeprefix("Bearer x")).decode()
            self._answer({"sub": f"id-{who}", "preferred_username": who})

    def do_POST(self) -> None:
        sent = parse_qs(
            self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True
        )
        assert sent["code_verifier"]
        who = sent.get("code", [""])[0]
        self._answer({"access_token": "x" + who.encode().hex(), "token_type": "Bearer"})

    def _answer(self, data: dict[str, str]) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def environment(folder: Path, provider: str) -> dict[str, str]:
    """The three files of the document in a folder of their own, and what starts a child there."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in FILES:
        found = re.search(rf"`{name}`[^\n]*\n```python\n(.*?)```", text, re.DOTALL)
        assert found, name
        (folder / name).write_text(found[1], encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "PYTHONIOENCODING": "utf-8",
        "DJANGO_SETTINGS_MODULE": "sso_settings",
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": "only-for-tests-" * 4,
        "ALLOWED_HOSTS": "localhost",
        "PLAIN_HTTP": "1",
        "OIDC_CLIENT_ID": "rectify",
        "OIDC_CLIENT_SECRET": "secret",
        "OIDC_SERVER_URL": provider,
    }


def child(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_the_documented_settings_start_and_pass_the_checks(tmp_path: Path) -> None:
    done = child(environment(tmp_path, "http://127.0.0.1:9"), "manage.py", "check")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_people_of_the_provider_get_in_if_they_have_an_account_and_nobody_else(
    tmp_path: Path, provider: str
) -> None:
    # Pages need the list of static files only where somebody looks at them.
    settings = tmp_path / "walk_settings.py"
    settings.write_text(
        "from sso_settings import *\n"
        "STORAGES['staticfiles'] = {'BACKEND':"
        " 'django.contrib.staticfiles.storage.StaticFilesStorage'}\n",
        encoding="utf-8",
    )
    env = environment(tmp_path, provider) | {"DJANGO_SETTINGS_MODULE": "walk_settings"}
    done = child(env, "-c", WALK)
    assert (done.returncode, done.stdout.strip()) == (0, "walked"), done.stderr[-3000:]
