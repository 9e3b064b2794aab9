"""A-1, the other half: a method that the matrix does not list is refused to everybody."""

from __future__ import annotations

import pytest

from tests.authorization.posting import every_address
from tests.authorization.rows import checksum
from tests.authorization.test_matrix import Objects, client_of, objects
from tests.authorization.walk import SUBJECTS, cells, matrix, reading_of

__all__ = ["objects"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
REFUSED = {"login", "denied", "forbidden", "405"}
# Django's class-based views answer OPTIONS with the list of their methods and no body.
NO_OBJECT = ("open", "personal")


def test_undeclared_methods_are_refused_and_change_nothing(objects: Objects) -> None:
    declared = {(cell.name, cell.method) for cell in cells()}
    clients = {subject: client_of(subject) for subject in SUBJECTS}
    addresses = every_address(objects)
    before, wrong, asked = checksum(), [], 0
    for name, address in addresses.items():
        for method in METHODS:
            if (name, method) in declared:
                continue
            for subject, client in clients.items():
                response = client.generic(method, address)
                answer = reading_of(response, client)
                asked += 1
                if answer not in REFUSED and not _harmless(name, method, answer, response):
                    wrong.append(f"{method} {name} {subject}: {answer}")
    assert not wrong, "\n".join(wrong)
    assert checksum() == before
    assert asked > 2000


def _harmless(name: str, method: str, answer: str, response: object) -> bool:
    """The login page sends whoever is logged in away, and a class names its methods."""
    if name in matrix()["open"] and answer == "redirect":
        return True
    listed = any(name in matrix()[part] for part in NO_OBJECT)
    return method == "OPTIONS" and listed and getattr(response, "content", b"?") == b""


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_head_is_answered_as_get_without_a_body_or_not_at_all(
    subject: str, objects: Objects
) -> None:
    """Whoever is denied by GET learns nothing by HEAD, and HEAD does nothing that GET does not."""
    client, addresses = client_of(subject), every_address(objects)
    before, wrong, asked = checksum(), [], 0
    for cell in cells():
        if cell.method != "GET" or cell.subject != subject:
            continue
        response = client.head(addresses[cell.name])
        body = getattr(response, "getvalue", lambda: b"")()
        answer = _status_word(response.status_code, response.headers.get("Location", ""))
        asked += 1
        if body or (answer != "405" and answer not in _same(cell.answer)):
            wrong.append(f"HEAD {cell}: {answer} instead of {cell.answer}, {len(body)} bytes")
    assert not wrong, "\n".join(wrong)
    assert checksum() == before
    assert asked > 20


def _same(expected: str) -> set[str]:
    return {"ok", "redirect"} if expected == "any" else {expected}


def _status_word(status: int, location: str) -> str:
    """As `reading_of`; a HEAD has no body to compare."""
    if status in (302, 303):
        return "login" if location.startswith("/login") else "redirect"
    return {200: "ok", 403: "forbidden", 404: "denied"}.get(status, str(status))
