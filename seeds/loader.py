"""Loading the demo: both bureaus, every week of their inspections, through the domain functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import F

from rectify.accounts.domain.passwords import new_initial_password
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Organization
from rectify.audit.origin import Origin, coming_from
from rectify.jobs.enums import Channel
from rectify.jobs.models import Delivery
from rectify.lib.shanghai import start_of_day
from seeds.bureaus import SEEDS, Bureau, set_up_bureaus
from seeds.story import tell

# (folder, code of the bureau)
INSPECTIONS = (("demo_a", "shili-zhengshu"), ("demo_b", "yangli-renshe"))


def is_loaded() -> bool:
    return Organization.objects.filter(code=INSPECTIONS[0][1]).exists()


def load_demo(
    *, today: date, accounts_file: Path, progress: Callable[[str, int, int], None]
) -> None:
    """Everything in one transaction; then the accounts and their password into a private file.

    `progress(name, done, total)` is called as the steps of each inspection are done.
    """
    password = new_initial_password()
    with coming_from(Origin(source="demo")), transaction.atomic():
        bureaus = set_up_bureaus(password)
        for folder, code in INSPECTIONS:
            tell(SEEDS / folder, bureaus[code], today, partial(progress, folder))
        _forget_old_messages(today)
        write_accounts(accounts_file, password, bureaus)


def _forget_old_messages(today: date) -> None:
    """Messages of past weeks have been read, and nobody gets the mail of weeks long gone."""
    old = Delivery.objects.filter(due_at__lt=start_of_day(today - timedelta(days=7)))
    old.filter(channel=Channel.EMAIL).delete()
    old.filter(read_at__isnull=True).update(read_at=F("due_at"))


def write_accounts(path: Path, password: str, bureaus: dict[str, Bureau]) -> None:
    """A table of one account per role and bureau, readable by its owner only."""
    lines = ["演示账号（口令均为下行所示）", f"口令：{password}", ""]
    for bureau in bureaus.values():
        lines.append(bureau.organization.name)
        shown: set[str] = set()
        for row in Membership.objects.filter(organization=bureau.organization).select_related(
            "user", "section"
        ).order_by("user__sort_order", "pk"):  # fmt: skip
            if row.user.username in shown:
                continue
            shown.add(row.user.username)
            role = Role(row.role).label + (f"·{row.section.name}" if row.section else "")
            lines.append(f"  {row.user.username:<22}{row.user.name}（{role}）")
        lines.append("")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(lines), encoding="utf-8")
