"""What was published and no longer holds: a look-back that denied a counted measure afterwards.

Computed whenever it is asked for, never stored: measures know nothing of what was told of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from issues.enums import Stage
from issues.models import Inspection
from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.enums import LookBackVerdict, Status
from measures.models import LookBack, MeasureState, WeeklyRound
from measures.models.decisions import LookBackQuerySet
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.lib.clock import today
from rectify.lib.shanghai import day_of, start_of_day
from reports.enums import DocumentKind, DocumentState
from reports.models import Document

# Documents that tell figures to others once they are published.
TOLD = (DocumentKind.PUBLIC_NOTICE, DocumentKind.PARTY_NOTICE)


@dataclass(frozen=True)
class Overtaken:
    """`published` completed measures as told on the day `published_on`, `now` today; `denied` are
    the checks since then of measures that were counted, oldest first, and `untold` how many more
    there are that the person does not read."""

    published_on: date
    published: int
    now: int
    denied: Sequence[LookBack]
    untold: int

    @property
    def total(self) -> int:
        return len(self.denied) + self.untold

    @property
    def words(self) -> str:
        return f"已公布{self.published}，现{self.now}"


def overtaken(inspection: Inspection, user: User | None) -> Overtaken | None:
    """None where nothing was published, nothing published was denied since, or the person does not
    see the figures of the whole bureau (`user` None = a digest, which names no measure). One query
    where nothing was, at most seven otherwise."""
    if user and inspection.organization_id not in user.access.whole(Ability.SEE_SUMMARY):
        return None
    told = _published(inspection)
    if told is None:
        return None
    moment, published = told
    total = (denied := _denied_since(inspection, moment)).count()
    if not total:
        return None
    day = day_of(moment)
    if published is None:
        published = headline(inspection, moment_of(inspection, day), None)["completed"]
    current = headline(inspection, moment_of(inspection, today()), None)["completed"]
    told_of = denied.visible_to(user) if user else denied.none()
    mine = list(told_of.select_related("measure").order_by("issued_at", "pk"))
    return Overtaken(day, published, current, mine, total - len(mine))


def _published(inspection: Inspection) -> tuple[datetime, int | None] | None:
    """The moment to which the published figure counts, and the figure where a round froze it."""
    document = (
        Document.objects.filter(
            inspection=inspection,
            kind__in=TOLD,
            state=DocumentState.PUBLISHED,
            as_of__isnull=False,
        )
        .order_by("-as_of", "-pk")
        .first()
    )
    if document is not None and document.as_of is not None:
        end = start_of_day(document.as_of + timedelta(days=1))
        return end - timedelta(microseconds=1), None
    if inspection.stage not in (Stage.PUBLISHED, Stage.CLOSED):
        return None
    rounds = WeeklyRound.objects.filter(inspection=inspection, closed_at__isnull=False)
    last = rounds.order_by("-week_start").first()
    if last is None or last.closed_at is None:
        return None
    return last.closed_at, last.frozen.get("headline", {}).get("completed")


def _denied_since(inspection: Inspection, moment: datetime) -> LookBackQuerySet:
    """Checks issued after the moment that deny a measure which was completed then."""
    completed = MeasureState.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment),
        measure__inspection=inspection,
        valid_from__lte=moment,
        status=Status.COMPLETED,
        archived_at__isnull=True,
    )
    return LookBack.objects.filter(
        measure__in=completed.values("measure"),
        verdict=LookBackVerdict.DENIED,
        issued_at__gt=moment,
    )
