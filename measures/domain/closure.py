"""销号: section applies → office reviews the papers → leader decides → closed."""

from datetime import date

from django.db import transaction

from measures.domain.measures import refuse_closed
from measures.domain.states import write_state
from measures.enums import ApplicationState, DecisionStep, Medium, Status, Verdict
from measures.models import ClosureApplication, Decision, Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clock import now, today

# state of the application → (step, ability, state after acceptance)
STEPS: dict[str, tuple[DecisionStep, Ability, ApplicationState]] = {
    ApplicationState.REVIEWING: (
        DecisionStep.OFFICE_REVIEW,
        Ability.REVIEW_CLOSURE,
        ApplicationState.DECIDING,
    ),
    ApplicationState.DECIDING: (
        DecisionStep.LEADER,
        Ability.DECIDE_CLOSURE,
        ApplicationState.ACCEPTED,
    ),
}


@transaction.atomic
def apply_closure(
    measure: Measure, *, actor: Actor, reason: str = "", operation: Operation | None = None
) -> ClosureApplication:
    """Ask to close a completed measure that has a result and evidence.

    Raises NotAllowed, ValidationError (one is pending already), Refused (not ready).
    """
    require(actor, Ability.APPLY_CLOSURE, measure)
    refuse_closed(measure)
    if measure.status != Status.COMPLETED:
        raise Refused("只有已完成的措施可以申请销号。")
    if not measure.result_text.strip():
        raise Refused("请先填写整改情况，再申请销号。", field="result_text")
    if not measure.evidence_links.exists():
        raise Refused("请先上传佐证材料，再申请销号。", field="file")
    return add(
        ClosureApplication(
            measure=measure, applied_by=person(actor), applied_by_name=actor.name,
            applied_at=now(), state=ApplicationState.REVIEWING, reason=reason,
        ),
        actor=actor, organization=measure.inspection.organization, action="closure.apply",
        label=str(measure), operation=operation,
    )  # fmt: skip


@transaction.atomic
def decide_closure(
    application: ClosureApplication,
    *,
    actor: Actor,
    version: int,
    verdict: Verdict,
    comment: str = "",
    decided_on: date | None = None,
    operation: Operation | None = None,
) -> ClosureApplication:
    """Take the next step of a pending application; accepting the last one closes the measure.

    Applicant and decider differ. Raises NotAllowed, StaleVersion, ValidationError (a return
    without a comment), Refused (not pending, own application).
    """
    measure = application.measure
    if application.state not in STEPS:
        raise Refused("该申请已经办结，不能再次办理。")
    step, ability, following = STEPS[application.state]
    require(actor, ability, measure)
    if person(actor) is not None and application.applied_by_id == person(actor).pk:  # type: ignore[union-attr]  # checked just before
        raise Refused("申请人不能办理自己的申请。")
    organization = measure.inspection.organization
    after = following if verdict == Verdict.ACCEPTED else ApplicationState.RETURNED
    change(application, actor=actor, organization=organization, action=f"closure.{step}",
           version=version, values={"state": after}, label=str(measure),
           operation=operation)  # fmt: skip
    add(
        Decision(
            closure=application, step=step, verdict=verdict, comment=comment,
            decided_by=person(actor), decided_by_name=actor.name,
            decided_on=decided_on or today(), medium=Medium.SYSTEM,
        ),
        actor=actor, organization=organization, action="decision.add", label=str(measure),
        operation=operation,
    )  # fmt: skip
    if after == ApplicationState.ACCEPTED:
        change(measure, actor=actor, organization=organization, action="measure.close",
               version=measure.version, values={"closed_at": now()},
               operation=operation)  # fmt: skip
        write_state(measure)
    return application
