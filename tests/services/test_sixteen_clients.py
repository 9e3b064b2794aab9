"""Sixteen real clients edit one measure over HTTP: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from measures.models import Measure
from rectify.machine.processes import Child, free_port, stop_all
from rectify.machine.run import wait_until_answers
from tests.architecture.sources import ROOT
from tests.conftest import Demo
from tests.live_copy import live_copy
from tests.services.clients import Client

CLIENTS, TRIES = 16, 4
PRODUCT, CONTROL = "rectify.wsgi:application", "tests.services.unversioned:application"


@contextmanager
def served(application: str, database: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """gunicorn with two processes of four threads on the database; its address and environment."""
    port = free_port()
    env = {
        **os.environ, "DATABASE_URL": database, "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "rectify.settings.dev",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
               "--workers", "2", "--threads", "4", "--timeout", "90"]  # fmt: skip
    child = Child("web", command, folder / "web.log", env=env, cwd=ROOT)
    child.start()
    try:
        wait_until_answers(f"http://127.0.0.1:{port}/", [child])
        yield f"http://127.0.0.1:{port}", env
    finally:
        stop_all([child])


def count_up(client: Client, name: int, path: str, start: Barrier) -> Counter[str]:
    """Read the number in 下一步措施, write the next one with one's name; what the answers were."""
    seen: Counter[str] = Counter()
    start.wait()
    for turn in range(TRIES):
        values = client.form(path, "/report/")
        values["next_step"] = f"{number_in(values) + 1} 由{name}号第{turn}次填写"
        status, page = client.post(f"{path}report/", values)
        if status == 302:
            seen["acknowledged"] += 1
        elif status == 409:
            both = "您的内容（未保存）" in page and "现在的内容（已保存）" in page
            seen["conflict" if both else "conflict without both texts"] += 1
        else:
            seen[f"status {status}"] += 1
    return seen


def number_in(values: dict[str, str]) -> int:
    return int(values["next_step"].split()[0])


def raced(application: str, database: str, folder: Path, measure: Measure) -> dict[str, Any]:
    """What sixteen clients were told, and what the measure has in the end."""
    path = f"/measures/{measure.public_id}/"
    with served(application, database, folder) as (address, env):
        printed = subprocess.run(
            [sys.executable, "-m", "tests.services.sessions", "office-b", str(CLIENTS)],
            cwd=ROOT, env=env, capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        clients = [Client(address, session) for session in printed]
        first = clients[0].form(path, "/report/")
        clients[0].post(f"{path}report/", {**first, "next_step": "0"})
        before = clients[0].form(path, "/report/")
        start = Barrier(CLIENTS)
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = [
                pool.submit(count_up, client, name, path, start)
                for name, client in enumerate(clients, 1)
            ]
            told = sum((answer.result() for answer in answers), Counter[str]())
        after = clients[0].form(path, "/report/")
    return {
        "told": told,
        "versions": int(after["version"]) - int(before["version"]),
        "number": number_in(after),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("application", "keeps"), [(PRODUCT, True), (CONTROL, False)], ids=["product", "control"]
)
def test_what_was_acknowledged_is_there(
    demo: Demo, django_db_blocker: Any, tmp_path: Path, application: str, keeps: bool
) -> None:
    """The control serves the same product without the version check, and loses updates."""
    measure = demo.measure(demo.b, closed_at__isnull=True, status="in_progress")
    with live_copy(django_db_blocker, tmp_path) as database:
        found = raced(application, database, tmp_path, measure)
    told, acknowledged = found["told"], found["told"]["acknowledged"]
    assert set(told) <= {"acknowledged", "conflict"}, told
    assert sum(told.values()) == CLIENTS * TRIES
    assert acknowledged == found["versions"]
    if keeps:
        assert found["number"] == acknowledged, found
        assert told["conflict"] > 0, told
    else:
        assert told["conflict"] == 0, told
        assert found["number"] < acknowledged, found
