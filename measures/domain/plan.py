"""Approving the 整改方案, which freezes the baseline."""

from datetime import date

from django.db import transaction

from issues.models import Inspection
from measures.models import Measure, PlanBaseline
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation


@transaction.atomic
def approve_plan(
    inspection: Inspection,
    *,
    actor: Actor,
    meeting: str,
    approved_on: date,
    operation: Operation | None = None,
) -> PlanBaseline:
    """Freeze text, deadline and people of every measure as approved by the meeting.

    Raises NotAllowed, ValidationError when the plan was approved before, Refused for an empty one.
    """
    require_in(actor, Ability.EDIT_MEASURE, inspection.organization)
    rows = [
        {
            "measure": measure.public_id.hex,
            "text": measure.text,
            "goal": measure.goal,
            "nature": measure.nature,
            "deadline_text": measure.deadline_text,
            "due_on": measure.due_on.isoformat() if measure.due_on else None,
            "leader": measure.leader_name,
            "co_leaders": [row.name for row in measure.co_leads.all()],
            "lead_section": measure.lead_section_name,
            "support_sections": [row.name for row in measure.supports.all()],
            "owner": measure.owner_name,
        }
        for measure in Measure.objects.filter(inspection=inspection)
        .current()
        .prefetch_related("co_leads", "supports")
        .in_order()
    ]
    if not rows:
        raise Refused("还没有整改措施，不能审定方案。请先录入措施。")
    return add(
        PlanBaseline(inspection=inspection, meeting=meeting, approved_on=approved_on, rows=rows,
                     recorded_by=person(actor), recorded_by_name=actor.name),
        actor=actor, organization=inspection.organization, action="plan.approve",
        operation=operation,
    )  # fmt: skip
