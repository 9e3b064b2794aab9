"""Opening accounts with their initial passwords: one, or a whole list, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from rectify.accounts.domain.passwords import new_initial_password
from rectify.accounts.domain.people import NewAccount, create_user
from rectify.accounts.domain.permissions import require_account_manager
from rectify.accounts.models import Organization, User
from rectify.audit.actors import Actor
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused

# Hashing a password takes a good part of a second: more people would outlast a proxy's patience.
MOST_ROWS = 100


def open_accounts(
    rows: Sequence[Mapping[str, Any]], *, actor: Actor, organization: Organization
) -> list[NewAccount]:
    """An account with an initial password for each row (`username`, `name`, `position`, `email`,
    `sort_order`), as one operation; returned in the order of the rows.

    Raises NotAllowed, Refused for no rows or too many, and ValidationError for a login name that
    is taken: then no account has been opened.
    """
    require_account_manager(actor, organization)
    if not rows:
        raise Refused("名单中没有人员。")
    if len(rows) > MOST_ROWS:
        raise Refused(f"每次最多导入 {MOST_ROWS} 人，请分批导入。")
    passwords = [new_initial_password() for _ in rows]
    # Before the transaction: hashing inside would hold everybody else's writes for its length.
    with ThreadPoolExecutor(max_workers=4) as pool:
        hashed = list(pool.map(make_password, passwords))
    with transaction.atomic():
        operation = begin(actor=actor, organization=organization, kind="user.create")
        opened = [
            create_user(actor=actor, organization=organization, password=None,
                        must_change_password=True, operation=operation, **row)
            for row in rows
        ]  # fmt: skip
        for user, text in zip(opened, hashed, strict=True):
            User.objects.filter(pk=user.pk).update(password=text)
    return [NewAccount(user, text) for user, text in zip(opened, passwords, strict=True)]
