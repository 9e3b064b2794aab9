"""The suite reaches nothing outside this machine: whatever tries fails, however it handles errors.

A hook of the interpreter, so no library in this process gets round it by its own socket code in
Python. Not covered: child processes, and C libraries that open connections themselves (libpq).
"""

from __future__ import annotations

import sys
from ipaddress import ip_address

# The address is the second argument of the first three, the first of the others.
_SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_ASKING = ("socket.getaddrinfo", "socket.gethostbyname")
_HERE = {None, "", "localhost"}


class ReachedOutside(BaseException):
    """Not an Exception: the code under test must not be able to swallow it."""


def is_here(host: object) -> bool:
    """Whether a host, as socket functions take it, is this machine by name or by loopback."""
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host in _HERE:
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Raises ReachedOutside where a socket is about to look or speak beyond this machine."""
    if event in _SENDING:
        address = arguments[1]
        # A unix socket's address is a path; a connected socket sends without naming one.
        if isinstance(address, tuple) and not is_here(address[0]):
            raise ReachedOutside(f"{event} {address[0]!r}")
    elif event in _ASKING and not is_here(arguments[0]):
        raise ReachedOutside(f"{event} {arguments[0]!r}")


def stay_here() -> None:
    """From now on, and for good: a hook of the interpreter cannot be removed."""
    sys.addaudithook(watch)
