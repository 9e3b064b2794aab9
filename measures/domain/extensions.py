"""延期 and 转为长期坚持: asked by the section, decided by the leader, the old deadline kept."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from issues.models import Inspection
from measures.domain.applications import file_application
from measures.domain.guards import refuse_closed
from measures.enums import ApplicationState, Nature, Status
from measures.models import Decision, Extension, Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.actors import Actor
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import today


@transaction.atomic
def apply_extension(
    measure: Measure,
    *,
    actor: Actor,
    reason: str,
    new_due_on: date | None = None,
    new_deadline_text: str = "",
    long_term: bool = False,
    stage_goal: str = "",
    next_review_on: date | None = None,
    operation: Operation | None = None,
) -> Extension:
    """Ask for a later deadline, or to keep the measure up for the long term.

    Raises NotAllowed, Refused (closed, completed, no reason, not later than today), ValidationError
    (not later than before, neither date nor long term, long term without goal or review).
    """
    require(actor, Ability.APPLY_CLOSURE, measure)
    refuse_closed(measure)
    stored = Measure.objects.get(pk=measure.pk)
    if not reason.strip():
        raise Refused("请写明延期的理由。", field="reason")
    if stored.status == Status.COMPLETED and not long_term:
        raise Refused("已完成的措施不需要延期。", field="new_due_on")
    if long_term and stored.nature == Nature.LONG_TERM and new_due_on is None:
        raise Refused("这条措施已经是长期坚持。", field="long_term")
    for field, day in (("new_due_on", new_due_on), ("next_review_on", next_review_on)):
        if day is not None and day <= today():
            raise Refused("请填写今天以后的日期。", field=field)
    if new_due_on is not None and stored.due_on is not None and new_due_on <= stored.due_on:
        raise Refused(f"新的到期日须晚于原到期日（{format_date(stored.due_on)}）。",
                      field="new_due_on")  # fmt: skip
    words = new_deadline_text.strip()
    if new_due_on is not None and not words:
        words = f"{format_date(new_due_on)}前"
    return file_application(
        Extension(
            measure=measure, reason=reason.strip(), new_due_on=new_due_on, new_deadline_text=words,
            long_term=long_term, stage_goal=stage_goal.strip(), next_review_on=next_review_on,
            old_due_on=stored.due_on, old_deadline_text=stored.deadline_text,
        ),
        actor=actor, operation=operation,
    )  # fmt: skip


def original_deadline(measure: Measure) -> Extension | None:
    """The first extension that was granted: it says for ever what the deadline once was."""
    rows: Any = Extension.objects
    granted = rows.filter(measure=measure, state=ApplicationState.ACCEPTED)
    first: Extension | None = (
        granted.filter(new_due_on__isnull=False).order_by("applied_at", "pk").first()
    )
    return first


def extensions_of(inspection: Inspection, user: User) -> QuerySet[Extension]:
    """The extensions of an inspection that the person may read, in the order of the ledger, but
    those withdrawn or void: nobody decides or decided them. Two queries with the decisions."""
    rows: Any = Extension.objects.visible_to(user).filter(measure__inspection=inspection)
    states = (
        *ApplicationState.pending(), ApplicationState.ACCEPTED, ApplicationState.RETURNED,
    )  # fmt: skip
    found: QuerySet[Extension] = (
        rows.filter(state__in=states, measure__archived_at__isnull=True)
        .select_related("measure__task__issue__area")
        .prefetch_related(Prefetch("decisions", Decision.objects.order_by("pk")))
        .order_by("measure__place", "measure_id", "applied_at", "pk")
    )
    return found
