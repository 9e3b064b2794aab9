"""Two administrators give one person two roles at the same moment, again and again.

Run as a process of its own against a copy of the demo: `python -m … ROUNDS [--no-lock]`. Prints
how many people ended up with both.
"""

import sys
import threading
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402 - the settings come first

from rectify.accounts.domain.grants import grant, mixed_accounts  # noqa: E402 - as above
from rectify.accounts.domain.people import create_user  # noqa: E402 - as above
from rectify.accounts.enums import Role  # noqa: E402 - as above
from rectify.accounts.models import Organization, User  # noqa: E402 - as above
from rectify.accounts.models.user import UserQuerySet  # noqa: E402 - as above
from rectify.audit.actors import SYSTEM  # noqa: E402 - as above
from rectify.audit.exceptions import Refused  # noqa: E402 - as above


def without_lock(self: UserQuerySet, *args: Any, **kwargs: Any) -> UserQuerySet:
    return self.all()


def give(person: int, role: Role, bureau: Organization, start: threading.Barrier) -> None:
    user = User.objects.get(pk=person)
    start.wait()
    try:
        grant(user, actor=SYSTEM, organization=bureau, role=role)
    except Refused:
        pass
    finally:
        connections.close_all()


def main(rounds: int) -> int:
    # Two bureaus: in one of them the head of the audit chain would put the grants in a row.
    first, second = Organization.objects.order_by("pk")[:2]
    for number in range(rounds):
        person = create_user(actor=SYSTEM, organization=first, username=f"twice-{number}",
                             name="某", password=None).pk  # fmt: skip
        start = threading.Barrier(2)
        pair = [
            threading.Thread(target=give, args=(person, Role.SYSADMIN, first, start)),
            threading.Thread(target=give, args=(person, Role.OFFICE, second, start)),
        ]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
    return sum(user.username.startswith("twice-") for user, _ in mixed_accounts())


if __name__ == "__main__":
    if "--no-lock" in sys.argv:
        UserQuerySet.select_for_update = without_lock  # type: ignore[assignment,method-assign]  # the control
    sys.stdout.write(str(main(int(sys.argv[1]))))
