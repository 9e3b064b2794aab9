"""Dashboard and ledger of one inspection with 113 and with 11,300 measures.

The number of queries must be the same; the time of the dashboard may grow with what it counts, and
that of the ledger, which shows one page, hardly at all.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import Inspection
from rectify.accounts.models import User
from rectify.machine.progress import say
from tests.bench.multiplied import multiply

TIMES = 100
SCREENS = ("dashboard", "ledger")
ROUNDS = 9
QUERY_LIMIT = 1.0
# A hundred times the rows. The dashboard counts every one of them: about 15 was measured, and a
# step that grew faster than the rows would pass 100. The ledger shows 150 rows at either size; it
# still has to count, sort and offer 2,400 issues to choose from: about 4 was measured.
TIME_LIMITS = {"dashboard": 40.0, "ledger": 8.0}


@dataclass(frozen=True)
class Visit:
    """One screen at one size: queries of a request, median wall time in seconds."""

    queries: int
    seconds: float


def measure() -> list[dict[str, object]]:
    """Per screen one row for the queries and one for the p50 time: {name, ratio, limit, n}."""
    call_command("migrate", verbosity=0)
    say("  … 演示数据 · demo")
    call_command("load_demo", verbosity=0)
    inspection = Inspection.objects.get(code="demo-a")
    client = Client()
    client.force_login(
        User.objects.get(username="office"), "django.contrib.auth.backends.ModelBackend"
    )
    small = {name: _visit(client, name, inspection) for name in SCREENS}
    say(f"  … {TIMES} × 113")
    count = multiply(inspection, TIMES)
    large = {name: _visit(client, name, inspection) for name in SCREENS}
    rows: list[dict[str, object]] = []
    for name in SCREENS:
        before, after = small[name], large[name]
        say(
            f"  {name}: {before.queries} → {after.queries} queries, "
            f"{before.seconds * 1000:.0f} → {after.seconds * 1000:.0f} ms"
        )
        for what, ratio, limit in (
            ("queries", after.queries / before.queries, QUERY_LIMIT),
            ("p50 time", after.seconds / before.seconds, TIME_LIMITS[name]),
        ):
            label = f"{name} {what}, 11,300 / 113 measures"
            rows.append({"name": label, "ratio": round(ratio, 3), "limit": limit, "n": count})
    return rows


def _visit(client: Client, name: str, inspection: Inspection) -> Visit:
    address = reverse(name, kwargs={"inspection": inspection.public_id})
    assert client.get(address).status_code == 200, address  # also warms templates and caches
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
        count = len(queries)  # the next request empties the log
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get(address)
        seconds.append(time.perf_counter() - started)
    return Visit(count, statistics.median(seconds))
