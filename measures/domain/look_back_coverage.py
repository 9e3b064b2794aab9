"""How far 回头看 has come in one inspection, as far as the person may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from issues.models import Inspection
from measures.domain.conditions import CONDITIONS, counted
from measures.domain.moment import moment_of
from measures.enums import LookBackVerdict
from measures.models import LookBack
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.lib.clock import today


@dataclass(frozen=True)
class Coverage:
    """`closed` and `unchecked` count measures as the ledger of the day `as_of` does; `confirmed`
    and `denied` count issued checks, `under_way` open ones (None for who may not know of them)."""

    as_of: date
    closed: int
    unchecked: int
    confirmed: int
    denied: int
    under_way: int | None

    @property
    def checks(self) -> int:
        """Everything that was drawn or picked, as far as the person may know."""
        return self.confirmed + self.denied + (self.under_way or 0)


def coverage(inspection: Inspection, user: User) -> Coverage:
    """Counted as it stands today, also once the inspection is published. Three queries."""
    moment = moment_of(inspection, today())
    measures = counted(inspection, moment, user).aggregate(
        closed=Count("pk", filter=CONDITIONS["closed"].applies(moment)),
        unchecked=Count("pk", filter=CONDITIONS["closed_unsampled"].applies(moment)),
    )
    checks = (
        LookBack.objects.visible_to(user)
        .filter(measure__inspection=inspection)
        .order_by()
        .aggregate(
            confirmed=Count("pk", filter=Q(verdict=LookBackVerdict.CONFIRMED)),
            denied=Count("pk", filter=Q(verdict=LookBackVerdict.DENIED)),
            under_way=Count("pk", filter=Q(issued_at__isnull=True)),
        )
    )
    group = inspection.organization_id in user.access.whole(Ability.LOOK_BACK)
    return Coverage(
        as_of=moment.as_of,
        closed=measures["closed"],
        unchecked=measures["unchecked"],
        confirmed=checks["confirmed"],
        denied=checks["denied"],
        under_way=checks["under_way"] if group else None,
    )
