"""Logs a person in N times and prints the session keys, one a line: a process of its own.

python -m tests.services.sessions USERNAME N
"""

from __future__ import annotations

import sys

import django
from django.conf import settings
from django.test import Client


def main(username: str, count: int) -> None:
    from rectify.accounts.models import User  # noqa: PLC0415 - after django.setup()

    user = User.objects.get(username=username)
    for _ in range(count):
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        sys.stdout.write(client.cookies[settings.SESSION_COOKIE_NAME].value + "\n")


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
