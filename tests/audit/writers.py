"""Many writers on one chain at once, each with a connection of its own: a process of its own.

    python -m tests.audit.writers CODE WRITERS EVENTS [--unlocked]

Prints {"written", "refused", "seconds", "holds", "grown"} as JSON. `--unlocked` is the mutant: the
head is read before the transaction begins, so nothing keeps two writers from the same place.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import django
from django.db import DatabaseError, connection, transaction


def main(code: str, writers: int, each: int, *, unlocked: bool) -> None:
    from rectify.accounts.models import Organization  # noqa: PLC0415 - after django.setup()
    from rectify.audit.actors import SYSTEM  # noqa: PLC0415
    from rectify.audit.domain import events  # noqa: PLC0415
    from rectify.audit.models import Chain  # noqa: PLC0415

    organization = Organization.objects.get(code=code)
    before = Chain.objects.get(organization=organization).length
    seen = threading.local()
    if unlocked:
        events._locked_chain = lambda organization: seen.head
    start = threading.Barrier(writers)

    def write(number: int) -> int:
        written = 0
        start.wait()
        for turn in range(each):
            seen.head = Chain.objects.get(organization=organization) if unlocked else None
            try:
                with transaction.atomic():
                    events.record(
                        actor=SYSTEM, organization=organization, action="x",
                        label=f"{number}/{turn}", changes={"text": ("旧", "新")},
                    )  # fmt: skip
                written += 1
            except DatabaseError:
                continue
        connection.close()
        return written

    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        written = sum(pool.map(write, range(writers)))
    seconds = time.monotonic() - began
    chain = Chain.objects.get(organization=organization)
    answer = {
        "written": written,
        "refused": writers * each - written,
        "seconds": round(seconds, 1),
        "holds": events.verify(chain) is None,
        "grown": chain.length - before,
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), unlocked="--unlocked" in sys.argv)
