"""Ringing the broker without ever making a request wait for it."""

import logging
from concurrent.futures import ThreadPoolExecutor

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
# One thread: a frozen broker delays the next ring, never a person. What is lost here the
# reconciler finds in the database.
_ringer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="doorbell")


def ring_on_commit(task: str, *args: int) -> None:
    """Ask a worker to run `task` once the present transaction is committed. Never raises."""
    if settings.DOORBELL == "ring":
        transaction.on_commit(lambda: _ringer.submit(_ring, task, args) and None, robust=True)


def _ring(task: str, args: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task, args=args)
    except (OperationalError, OSError) as error:
        log.warning("broker not reachable, %s waits for the reconciler: %s", task, error)
