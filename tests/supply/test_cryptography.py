"""Passwords are hashed slowly, what must not be guessed is random, and nothing runs in debug."""

import ast
import math
import string

import pytest
from django.conf import global_settings
from django.utils.module_loading import import_string

from rectify.accounts.interfaces.adapters import SecondFactorAdapter
from rectify.accounts.session_store import SessionStore
from rectify.audit.exceptions import Refused
from rectify.machine.folders import ROOT
from rectify.settings import base

ENOUGH_BITS = 128
ENOUGH_ROUNDS = 600_000  # of PBKDF2 with SHA-256


def test_passwords_are_hashed_slowly_with_a_salt_of_their_own() -> None:
    """The test settings hash quickly, so the settings below them are asked."""
    hashers = getattr(base, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)
    hasher = import_string(hashers[0])()
    assert hasher.algorithm == "pbkdf2_sha256"
    assert hasher.iterations >= ENOUGH_ROUNDS
    first, second = (hasher.encode("Lotus-7-mountain", hasher.salt()) for _ in range(2))
    assert first != second
    assert hasher.verify("Lotus-7-mountain", first)
    assert not hasher.verify("lotus-7-mountain", first)


@pytest.mark.django_db
def test_session_keys_cannot_be_guessed() -> None:
    keys = {SessionStore()._get_new_session_key() for _ in range(50)}  # type: ignore[attr-defined]  # untyped in the stubs
    assert len(keys) == 50
    alphabet = set(string.ascii_lowercase + string.digits)
    assert all(set(key) <= alphabet for key in keys)
    assert min(len(key) for key in keys) * math.log2(len(alphabet)) >= ENOUGH_BITS


@pytest.mark.parametrize("place", [0, 20, -3])
def test_a_sealed_secret_that_was_altered_is_not_opened(place: int) -> None:
    adapter = SecondFactorAdapter()
    sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert adapter.decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    letters = list(sealed)
    letters[place] = "A" if letters[place] != "A" else "B"
    altered = "".join(letters)
    with pytest.raises(Refused):
        adapter.decrypt(altered)


@pytest.mark.parametrize("name", ["base", "dev", "prod"])
def test_no_way_of_running_shows_debug_pages(name: str) -> None:
    tree = ast.parse((ROOT / "rectify" / "settings" / f"{name}.py").read_text(encoding="utf-8"))
    assigned = [
        ast.literal_eval(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "DEBUG" in [ast.unparse(one) for one in node.targets]
    ]
    assert assigned == ([False] if name == "base" else [])
