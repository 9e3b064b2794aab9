"""The weekly digest: figures, changes, overdue by name, unanswered by section; stored once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from issues.models import Inspection
from measures.domain.conditions import CONDITIONS, counted
from measures.domain.figures import headline
from measures.domain.moment import Moment, default_as_of, moment_of
from measures.domain.rounds import freeze
from measures.enums import Status
from measures.models import Measure, WeeklyRound
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Membership, User
from rectify.audit.actors import Actor
from rectify.audit.domain.events import record
from rectify.audit.models import Chain
from rectify.audit.registry import Anchor
from rectify.jobs.domain.outbox import tell
from rectify.lib.clock import now, today
from rectify.lib.shanghai import day_of
from rectify.lib.weeks import WeekError, require_monday, week_label
from rectify.lib.weeks import week_start as week_start_of
from reports.domain.overtaken import overtaken
from reports.enums import Audience
from reports.models import Digest

# The named lists of a digest, each condition key opening its rows.
LISTS = ("overdue", "due_soon", "stalled", "unanswered", "returned")
# Lists that are read by their deadline; the others follow the 一览表.
BY_DEADLINE = ("overdue", "due_soon")
COMPARED = ("completed", "basically_done", "in_progress", "not_started", "overdue", "closed")


def digest_moment(inspection: Inspection, week_start: date) -> tuple[Moment, WeeklyRound | None]:
    """The day that a week's digest counts to: the day its round was frozen, else the week's
    Sunday, never later than the default day of the inspection."""
    round_ = WeeklyRound.objects.filter(inspection=inspection, week_start=week_start).first()
    if round_ is not None and round_.closed_at is not None:
        return moment_of(inspection, day_of(round_.closed_at)), round_
    end = min(week_start + timedelta(days=6), max(default_as_of(inspection), week_start))
    return moment_of(inspection, end), round_


@transaction.atomic
def build_digest(
    inspection: Inspection,
    week_start: date,
    *,
    actor: Actor,
    audience: Audience = Audience.OFFICE,
) -> Digest:
    """The digest of one week for the office or the party group; the stored one if there is one.

    `week_start` is a Monday. A closed round's frozen figures are taken as they are; a digest that
    was built before its round closed gets a new revision then. Raises NotAllowed, WeekError (not a
    Monday, a week in the future).
    """
    require_monday(week_start)
    if week_start > today():
        raise WeekError(f"{week_start.isoformat()} 这一周还没有到，不能生成周报。")
    require_in(actor, Ability.RUN_ROUND, inspection.organization)
    began = inspection.feedback_on or inspection.entered_on
    if began is not None and week_start < week_start_of(began):
        raise WeekError(f"{week_start:%Y-%m-%d} 早于巡察反馈（{began:%Y-%m-%d}），没有周报。")
    moment, round_ = digest_moment(inspection, week_start)
    stored = Digest.objects.filter(inspection=inspection, week_start=week_start, audience=audience)
    latest = stored.order_by("-revision").first()
    frozen = round_ is not None and round_.closed_at is not None
    if latest is not None and (latest.content["frozen"] or not frozen):
        return latest
    content = digest_content(inspection, moment, round_ if frozen else None, week_start)
    revision = (stored.aggregate(top=Max("revision"))["top"] or 0) + 1
    try:
        with transaction.atomic():
            digest = Digest.objects.create(
                inspection=inspection, week_start=week_start, audience=audience,
                revision=revision, as_of=moment.as_of, built_at=now(), content=content,
                **_anchor(inspection),
            )  # fmt: skip
    except IntegrityError:  # somebody else built the same digest in the meantime
        return stored.order_by("-revision")[0]
    _send(digest)
    record(actor=actor, organization=inspection.organization, action="digest.build", subject=digest)
    return digest


def digest_content(
    inspection: Inspection, moment: Moment, frozen: WeeklyRound | None, week_start: date
) -> dict[str, Any]:
    """Figures, their change since the week before, and the named lists, as plain JSON."""
    figures = frozen.frozen if frozen is not None else freeze(inspection, moment)
    before = headline(inspection, moment_of(inspection, week_start - timedelta(days=1)), None)
    return {
        "frozen": frozen is not None,
        "as_of": moment.as_of.isoformat(),
        "figures": {key: value for key, value in figures.items() if key != "rows"},
        "changes": {key: figures["headline"][key] - before[key] for key in COMPARED},
        "lists": {key: _named(inspection, moment, key) for key in LISTS},
        "unanswered_by_section": _unanswered(figures),
        "overtaken": _overtaken(inspection),
    }


def _overtaken(inspection: Inspection) -> str:
    """What was published and no longer holds when the digest is built, in words; "" if nothing."""
    found = overtaken(inspection, None)
    if found is None:
        return ""
    return f"通报{found.words}：公布后经回头看核查不属实{found.total}项。"


def _named(inspection: Inspection, moment: Moment, key: str) -> list[dict[str, Any]]:
    rows = counted(inspection, moment, None).filter(CONDITIONS[key].applies(moment))
    first = ("state_due_on",) if key in BY_DEADLINE else ()
    ordered = rows.order_by(*first, "place", "pk")
    return [
        {
            "measure": measure.public_id.hex,
            "text": measure.text,
            "issue": measure.task.issue.title,
            "section": measure.lead_section_name,
            "leader": measure.leader_name,
            "due_on": due_on.isoformat() if due_on else None,
            "days_late": (moment.as_of - due_on).days if due_on else None,
            "status": status.label,
        }
        for measure, status, due_on in _with_state(ordered)
    ]


def _with_state(rows: Any) -> Iterator[tuple[Measure, Status, date | None]]:
    """Each measure with status and deadline as they were at the moment that `counted` joined."""
    for measure in rows.select_related("task__issue"):
        yield measure, Status(measure.state_status), measure.state_due_on


def _unanswered(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Every section in its fixed order, zeros included."""
    return [
        {"section": line["label"], "unanswered": line["unanswered"]}
        for line in figures["by_section"]
    ]


def anchors(chain: Chain) -> Iterator[Anchor]:
    """The anchors of the bureau's chain that its digests printed: for `audit.registry`."""
    if chain.organization_id is None:
        return
    rows = Digest.objects.filter(
        inspection__organization_id=chain.organization_id, audit_length__gt=0
    )
    for digest in rows.defer("content").order_by("pk"):
        yield Anchor(digest.audit_length, digest.audit_head, f"{digest}周报")


def _anchor(inspection: Inspection) -> dict[str, Any]:
    """How long the bureau's chain is and how it ends, as columns of the digest."""
    chain = Chain.objects.filter(organization=inspection.organization_id).first()
    return {"audit_length": chain.length, "audit_head": chain.head} if chain is not None else {}


def _send(digest: Digest) -> None:
    """Into the outbox, numbers and a link only (trust.md N-6)."""
    inspection = digest.inspection
    figures = digest.content["figures"]["headline"]
    roles = {
        Audience.OFFICE: [Role.OFFICE],
        Audience.PARTY_GROUP: [Role.PARTY_GROUP, Role.SECRETARY, Role.LEADER, Role.DISCIPLINE],
    }[Audience(digest.audience)]
    members = Membership.objects.filter(
        organization=inspection.organization_id, role__in=roles, ended_at__isnull=True
    )
    for person in User.objects.filter(pk__in=members.values("user_id"), is_active=True):
        tell(
            key=f"digest:{digest.pk}",
            organization=inspection.organization,
            recipient=person,
            subject=f"整改周报 {week_label(digest.week_start)}",
            body=(
                f"措施{figures['total']}项，已完成{figures['completed']}项，"
                f"基本完成{figures['basically_done']}项，超期{figures['overdue']}项，"
                f"本周未报{figures['unanswered']}项。"
            ),
            link=f"/digests/{digest.public_id}/",
            by_mail=True,
        )
