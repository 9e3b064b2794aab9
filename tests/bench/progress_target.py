"""Prints {path, session} of a measure and of a clerk of its section, logged in: for the POST.

python -m tests.bench.progress_target, with the settings of the product that is measured.
"""

from __future__ import annotations

import json
import sys

import django
from django.conf import settings
from django.test import Client


def main() -> None:
    from measures.models import Measure  # noqa: PLC0415 - after django.setup()
    from rectify.accounts.models import Membership  # noqa: PLC0415

    row = (
        Measure.objects.current()
        .filter(inspection__code="demo-b", closed_at__isnull=True, status="in_progress")
        .filter(leader__isnull=False, lead_section__isnull=False)
        .in_order()
        .first()
    )
    assert row is not None
    clerk = Membership.objects.live().filter(section=row.lead_section_id).first()
    assert clerk is not None
    client = Client()
    client.force_login(clerk.user, "django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    sys.stdout.write(json.dumps({"path": f"/measures/{row.public_id}/", "session": session}))


if __name__ == "__main__":
    django.setup()
    main()
