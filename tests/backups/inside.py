"""What the tests let another installation do in a process of its own: facts, logging in, writing.

python -m tests.backups.inside facts | tables | tamper | log_in NAME PASSWORD | write NUMBER STOP
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.shortcuts import resolve_url  # noqa: E402
from django.test import Client  # noqa: E402

from measures.domain.evidence import attach_evidence  # noqa: E402
from measures.models import Evidence, Measure  # noqa: E402
from rectify.accounts.models import LoginSession, User  # noqa: E402
from rectify.audit.domain.events import verify  # noqa: E402
from rectify.audit.models import Chain, Event  # noqa: E402
from rectify.backups.domain.contents import contents_of  # noqa: E402


def facts() -> dict[str, Any]:
    """What the database and the media folder hold, and what of it does not hold together."""
    contents = contents_of(connection)
    root = Path(settings.MEDIA_ROOT)
    return {
        "rows": contents.rows,
        "chains": contents.chains,
        "migrations": len(contents.migrations),
        "broken_chains": [str(chain) for chain in Chain.objects.all() if verify(chain)],
        "evidence": {
            evidence.file.name: _sha256(root / str(evidence.file.name)) == evidence.sha256
            for evidence in Evidence.objects.all()
        },
        "sessions": LoginSession.objects.count(),
        "newest_system_event": list(
            Event.objects.filter(chain__key="system").order_by("-seq")
            .values_list("action", "object_label")[:1]
        ),
    }  # fmt: skip


def tamper() -> str:
    """Change one recorded event behind the back of its triggers, as an intruder would."""
    event = Event.objects.order_by("pk")[10]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_event_no_update")
        else:
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_update")
        cursor.execute("UPDATE audit_event SET actor_name = '他人' WHERE id = %s", [event.pk])
    return str(event)


def log_in(username: str, password: str) -> bool:
    """Whether the account opens a page that asks for a login."""
    client = Client()
    before = client.get("/").status_code
    client.post(resolve_url(settings.LOGIN_URL), {"username": username, "password": password})
    return (before, client.get("/", follow=True).status_code) == (302, 200) and (
        LoginSession.objects.filter(user__username=username).exists()
    )


def write(number: int, stop: Path) -> None:
    """Attach evidence again and again until the file appears; a line for each that is committed."""
    office = User.objects.get(username="office")
    measures = Measure.objects.visible_to(office).filter(closed_at__isnull=True)
    measure = measures.order_by("pk")[number]
    count = 0
    while not stop.exists():
        content = f"佐证材料 {number} {count}".encode() * 200
        attach_evidence(
            measure, actor=office, file=io.BytesIO(content), name=f"{number}-{count}.pdf",
            size=len(content),
        )  # fmt: skip
        count += 1
        _say(str(count))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(command: str, *arguments: str) -> None:
    if command == "facts":
        _say(json.dumps(facts()))
    elif command == "tables":
        _say(json.dumps(connection.introspection.table_names()))
    elif command == "tamper":
        _say(tamper())
    elif command == "log_in":
        _say(str(log_in(*arguments)))
    else:
        write(int(arguments[0]), Path(arguments[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
