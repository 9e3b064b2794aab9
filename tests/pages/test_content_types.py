"""Every answer says what it is, and what it says is true."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.authorization.test_every_page import answers
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]

WITH_CHARACTERS = re.compile(r"text/(html|plain|csv|css|javascript); charset=utf-8", re.IGNORECASE)
# First bytes of what is handed out without a character set.
BYTES = {
    "image/png": (b"\x89PNG",),
    "application/pdf": (b"%PDF",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK",),
    # A download that must not be opened in place says nothing more of itself.
    "application/octet-stream": (b"",),
}


@pytest.mark.parametrize("subject", ["anonymous", "office", "other_bureau", "sysadmin", "auditor"])
def test_a_body_has_a_type_with_its_characters_or_begins_like_it(
    objects: Objects, subject: str
) -> None:
    wrong = []
    for name, response in answers(objects, subject, client_of(subject)):
        kind = response.headers.get("Content-Type", "")
        if response.streaming:
            fits = kind.partition(";")[0] in BYTES or bool(WITH_CHARACTERS.fullmatch(kind))
        else:
            body = bytes(getattr(response, "content", b""))
            fits = bool(WITH_CHARACTERS.fullmatch(kind)) or (
                kind in BYTES and body.startswith(BYTES[kind])
            )
            if fits and body.lstrip().lower().startswith(b"<!doctype html"):
                fits = kind.startswith("text/html")
        if not fits:
            wrong.append(f"{name}: {kind!r}")
    assert wrong == []


def test_style_and_script_files_carry_theirs(db: None) -> None:
    for path, kind in (("css/tokens.css", "text/css"), ("js/shell.js", "text/javascript")):
        response = Client().get(f"/static/{path}")
        assert response.status_code == 200
        assert response.headers["Content-Type"].lower() == f'{kind}; charset="utf-8"'
        response.close()


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/css/", "/static/js", "/media/", "/.git/config", "/static/../manage.py"],
)
def test_no_folder_is_listed_and_no_other_file_served(path: str, db: None) -> None:
    assert Client().get(path).status_code == 404
