"""What time it is. Every domain function reads the time here and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from rectify.lib.shanghai import day_of

_set_moment: ContextVar[datetime | None] = ContextVar("rectify_clock", default=None)


def now() -> datetime:
    """The present moment as an aware datetime in UTC."""
    moment = _set_moment.get()
    return datetime.now(UTC) if moment is None else moment


def today() -> date:
    """The present calendar day in Shanghai."""
    return day_of(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make `now()` answer `moment` (aware) inside the block; blocks nest.

    Only the demo loader and the tests set the clock. The setting belongs to the current
    context: a thread started inside the block has the real time again.
    Raises ValueError for a naive datetime.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("the clock can only be set to an aware datetime")
    token = _set_moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_moment.reset(token)
