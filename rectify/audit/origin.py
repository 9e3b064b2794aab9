"""Where the present request comes from, so that an event can say so without seeing the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """`source` is browser, command, schedule or demo; the rest is empty outside a request."""

    source: str = "command"
    ip: str = ""
    request_id: str = ""


_OUTSIDE = Origin()
_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current_origin() -> Origin:
    return _current.get() or _OUTSIDE


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Everything recorded inside the block carries this origin."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
