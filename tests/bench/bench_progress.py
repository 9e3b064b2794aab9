"""What audit, outbox and version add to the HTTP POST of a progress entry, on PostgreSQL.

Two servers of the product on one database, one of them with a bare save in the same view, take
turns with the same entries. The limit is trust.md §7.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rectify.machine.processes import Child, free_port, stop_all
from rectify.machine.progress import say
from rectify.machine.run import wait_until_answers
from rectify.machine.services import start_postgres
from tests.services.clients import Client

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1.35
TURNS, WARM = 200, 20
OURS, BARE = "rectify.wsgi:application", "tests.bench.progress_bare:application"


def measure() -> list[dict[str, object]]:
    """One row {name, ratio, limit, n}: median time of our POST over that of the bare one."""
    with tempfile.TemporaryDirectory(prefix="rectify-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's own account has to reach its data
        server = start_postgres(folder, durable=True)
        try:
            ratio = _ratio(f"{server.url.rpartition('/')[0]}/postgres", folder)
        finally:
            stop_all([server.child] if server.child else [])
    return [
        {"name": "progress POST / bare save, PostgreSQL", "ratio": ratio, "limit": LIMIT,
         "n": TURNS}
    ]  # fmt: skip


def _ratio(database: str, folder: Path) -> float:
    env = {
        **{key: value for key, value in os.environ.items() if key != "RECTIFY_TEST_DIR"},
        "DATABASE_URL": database, "VAR_DIR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "rectify.settings.dev",
    }  # fmt: skip
    (folder / "var").mkdir()
    for command in (["manage.py", "migrate", "--noinput"], ["manage.py", "load_demo"]):
        _python(env, *command)
    target = json.loads(_python(env, "-m", "tests.bench.progress_target"))
    with _served(OURS, env, folder) as ours, _served(BARE, env, folder) as bare:
        clients = [Client(address, target["session"]) for address in (ours, bare)]
        seconds: list[list[float]] = [[], []]
        _post(clients[0], target["path"], clients[0].form(target["path"], "/progress/"), "初次")
        forms = [client.form(target["path"], "/progress/") for client in clients]
        version = int(forms[0]["version"])
        for turn in range(TURNS + WARM):
            for number, client in enumerate(clients):
                values = {**forms[number], "version": str(version)}
                seconds[number].append(_post(client, target["path"], values, f"第{turn}次"))
                version += 1
    ours_s, bare_s = (statistics.median(one[WARM:]) for one in seconds)
    say(f"  POST {ours_s * 1000:.1f} ms, bare {bare_s * 1000:.1f} ms")
    return round(ours_s / bare_s, 3)


def _post(client: Client, path: str, form: dict[str, str], words: str) -> float:
    """Seconds of one POST that writes the entry. Both servers rewrite the same row in turns."""
    values = {**form, "text": f"{words}，由{client.address}填报", "difficulty": "需要协调"}
    started = time.perf_counter()
    status, page = client.post(f"{path}progress/", values)
    seconds = time.perf_counter() - started
    if status != 302:
        raise RuntimeError(f"{status}: {page[:2000]}")
    return seconds


@contextmanager
def _served(application: str, env: dict[str, str], folder: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    child = Child("web", command, folder / "web.log", env={**env, "PUBLIC_URL": address}, cwd=ROOT)
    child.start()
    try:
        wait_until_answers(f"{address}/", [child])
        yield address
    finally:
        stop_all([child])


def _python(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout
