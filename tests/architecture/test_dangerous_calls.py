"""What turns data into code, opens a way out, or weakens a secret is not called at all.

Each exception stands below with the reason why it is none; one that is no longer needed must go.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, sources

# Dotted name of a call or import → what is wrong with it. A name ending in . covers all below.
FORBIDDEN = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "compile": "runs text as code",
    "os.system": "runs text in a shell",
    "os.popen": "runs text in a shell",
    "shell=True": "runs text in a shell",
    "pickle.": "builds any object from bytes",
    "marshal.": "builds any object from bytes",
    "shelve.": "builds any object from bytes",
    "yaml.load": "builds any object from text; safe_load does not",
    "xml.": "expands entities; defusedxml does not",
    "lxml.": "expands entities; defusedxml does not",
    "random.": "can be guessed; secrets cannot",
    "uuid.uuid1": "can be guessed; uuid4 cannot",
    "hashlib.md5": "collides; sha256 does not",
    "hashlib.sha1": "collides; sha256 does not",
    "hashlib.new": "takes any algorithm by name",
    "tempfile.mktemp": "a name that another may take first",
    "django.template.Template": "a template from text instead of a file",
    "django.utils.safestring.mark_safe": "text that is not escaped",
    "django.db.models.expressions.RawSQL": "SQL from text",
    "urllib.request.": "fetches an address",
    "http.client.": "fetches an address",
    "requests.": "fetches an address",
    "smtplib.SMTP": "mail past the outbox",
    "smtplib.SMTP_SSL": "mail past the outbox",
    ".raw()": "SQL from text",
    ".extra()": "SQL from text",
    ".cursor()": "SQL from text",
    ".from_string()": "a template from text instead of a file",
}
# (file, name) → why it is right there. The machine room sets machines up: it has no user's data.
ALLOWED: dict[tuple[str, str], str] = {
    ("reports/rendering/punctuation.py", "django.utils.safestring.mark_safe"): "parts are escaped",
    (
        "reports/rendering/notice_text.py",
        "django.utils.safestring.mark_safe",
    ): "our own style sheet",
    ("measures/interfaces/uploads/contents.py", "xml."): "the error class alone; defusedxml reads",
    ("measures/interfaces/uploads/sheets.py", "xml."): "stops at the first declared entity",
    ("rectify/audit/domain/guards.py", ".cursor()"): "asks for the triggers by fixed statements",
    ("rectify/backups/domain/contents.py", ".cursor()"): "counts rows of tables the database names",
    (
        "rectify/backups/domain/postgres_database.py",
        ".cursor()",
    ): "snapshot and set-up, fixed words",
    ("rectify/backups/domain/sqlite_database.py", ".cursor()"): "a pragma, fixed words",
}
MACHINE_ROOM = "rectify/machine/"
MODULE_CALLS = frozenset(name for name in FORBIDDEN if name.endswith("."))


def dangers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and forbidden name of every call and import that FORBIDDEN describes."""
    known = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for dotted in _names(node):
                yield from ((node.lineno, name) for name in MODULE_CALLS if _within(dotted, name))
        elif isinstance(node, ast.Call):
            dotted = _dotted(node.func, known)
            if dotted in FORBIDDEN:
                yield node.lineno, dotted
            if isinstance(node.func, ast.Attribute) and f".{node.func.attr}()" in FORBIDDEN:
                yield node.lineno, f".{node.func.attr}()"
            if any(
                word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords
            ):
                yield node.lineno, "shell=True"


def _imported(tree: ast.Module) -> dict[str, str]:
    """Local name → dotted name, for everything that the file imports at any place."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    return known


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names]


def _within(dotted: str, name: str) -> bool:
    return f"{dotted}.".startswith(name)


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, known)}.{node.attr}"
    return ""


def application() -> list[str]:
    return [path for path in sorted(sources()) if not path.startswith(MACHINE_ROOM)]


@pytest.mark.parametrize("path", application())
def test_no_file_calls_what_is_dangerous(path: str) -> None:
    found = [
        f"{path}:{line}: {name}: {FORBIDDEN[name]}"
        for line, name in dangers(sources()[path])
        if (path, name) not in ALLOWED
    ]
    assert found == []


@pytest.mark.parametrize(("path", "name"), sorted(ALLOWED))
def test_every_exception_is_still_needed(path: str, name: str) -> None:
    assert (ROOT / path).is_file(), f"{path} is gone"
    assert name in {found for _line, found in dangers(sources()[path])}


def test_no_template_leaves_out_the_escaping() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for word in ("|safe", "autoescape off", "|safeseq"):
            assert word not in text, f"{path.relative_to(ROOT)}: {word}"


@pytest.mark.parametrize(
    "code",
    [
        "eval(text)",
        "import os\nos.system(text)",
        "from os import system as run\nrun(text)",
        "import subprocess\nsubprocess.run(text, shell=True)",
        "import pickle",
        "from pickle import loads",
        "def late():\n    import pickle.x",
        "import yaml\nyaml.load(text)",
        "from xml.etree import ElementTree",
        "import hashlib as h\nh.md5(text)",
        "from random import choice",
        "from django.utils.safestring import mark_safe as plain\nplain(text)",
        "Measure.objects.raw(text)",
        "connection.cursor().execute(text)",
        "from urllib.request import urlopen",
    ],
)
def test_the_guard_sees_a_danger(code: str) -> None:
    assert list(dangers(ast.parse(code))) != []


@pytest.mark.parametrize(
    "code",
    [
        "import yaml\nyaml.safe_load(text)",
        "import re\nre.compile('a')",
        "import hashlib\nhashlib.sha256(text)",
        "import random_words",
        "from defusedxml import ElementTree",
        "import subprocess\nsubprocess.run([text], shell=False)",
    ],
)
def test_the_guard_leaves_the_safe_ways_alone(code: str) -> None:
    assert list(dangers(ast.parse(code))) == []
