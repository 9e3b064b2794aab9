"""Walking every address as every subject: the objects, the subjects and how an answer is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

MATRIX = Path(__file__).with_name("matrix.yaml")

SUBJECTS: dict[str, str | None] = {
    "anonymous": None,
    "office": "office",
    "own_section": "clerk-center",
    "other_section": "clerk-data",
    "leader": "leader-service",
    "other_leader": "leader-data",
    "party_group": "party-member",
    "secretary": "secretary",
    "discipline": "discipline",
    "oversight": "oversight",
    "other_bureau": "office-b",
    "other_bureau_section": "clerk-employment-b",
    "sysadmin": "sysadmin",
    "secadmin": "secadmin",
    "auditor": "auditor",
}


@dataclass(frozen=True)
class Cell:
    """One expectation: this address, this method, this subject, this answer."""

    name: str
    method: str
    subject: str
    answer: str

    def __str__(self) -> str:
        return f"{self.name}-{self.method}-{self.subject}"


@cache
def matrix() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(MATRIX.read_text(encoding="utf-8"))
    return loaded


def cells() -> Iterator[Cell]:
    """Every expectation of the matrix; what a row of objects leaves out does not exist."""
    for name, method, answer in declared("open"):
        yield from (Cell(name, method, subject, answer) for subject in SUBJECTS)
    for name, method, answer in declared("personal"):
        for subject in SUBJECTS:
            yield Cell(name, method, subject, "login" if subject == "anonymous" else answer)
    for name, method, answers in declared("objects"):
        yield Cell(name, method, "anonymous", "login")
        for answer, subjects in answers.items():
            for subject in _flat(subjects):
                yield Cell(name, method, subject, answer)


def declared(part: str) -> Iterator[tuple[str, str, Any]]:
    """Rows of one part of the matrix as (name, method, answer), `GET POST` taken apart."""
    for name, rows in matrix()[part].items():
        for methods, answer in rows.items():
            yield from ((name, method, answer) for method in methods.split())


def _flat(subjects: list[str]) -> list[str]:
    groups = matrix()["groups"]
    return [name for entry in subjects for name in groups.get(entry, [entry])]


def every_name() -> list[str]:
    """Names of all routes; a route without a name cannot be listed and so fails."""
    return [str(pattern.name) for pattern in _patterns(get_resolver().url_patterns)]


def arguments_of(name: str) -> list[str]:
    """The names of the objects in an address."""
    for pattern in _patterns(get_resolver().url_patterns):
        if pattern.name == name:
            return list(pattern.pattern.converters)
    raise LookupError(name)


def _patterns(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


def reading_of(response: HttpResponseBase, client: Client) -> str:
    """The answer in the words of the matrix."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/login"):
        return "login"
    if response.status_code == 404:
        nothing = client.get("/inspections/00000000-0000-4000-8000-000000000000/")
        return "denied" if _plain(response) == _plain(nothing) else "404 that betrays the object"
    if response.status_code == 403:
        return "forbidden"
    if response.status_code in (302, 303):
        return "redirect"
    if response.status_code in (200, 409, 422):
        return "ok"
    return str(response.status_code)


def _plain(response: HttpResponseBase) -> bytes:
    """The body without the CSRF token, which is masked anew in every page."""
    lines = getattr(response, "content", b"").splitlines()
    return b"\n".join(line for line in lines if b"csrf" not in line)
