"""Whoever is logged in can log out from every page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.authorization.test_every_page import answers
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]


@pytest.mark.parametrize("subject", ["office", "own_section", "secretary", "sysadmin", "auditor"])
def test_every_page_after_login_offers_to_log_out(objects: Objects, subject: str) -> None:
    way_out = f'action="{reverse("account_logout")}"'
    asked, without = 0, []
    for name, response in answers(objects, subject, client_of(subject)):
        body = bytes(getattr(response, "content", b"")).decode(errors="replace")
        # A page that is printed has no menu; it is left by the browser's own way back.
        if response.status_code == 200 and "<body" in body and not name.endswith("_print"):
            asked += 1
            without += [] if way_out in body else [name]
    assert asked > 2
    assert without == []
