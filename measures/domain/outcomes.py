"""Entering outcomes: once each, linked to the measures that brought them about."""

from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from measures.models import (
    CountOutcome,
    Measure,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add
from rectify.audit.models import Operation

AnyOutcome = TypeVar(
    "AnyOutcome", CountOutcome, MeetingOutcome, MoneyOutcome, PersonOutcome, RuleOutcome
)


@transaction.atomic
def add_outcome(
    outcome: AnyOutcome,
    *,
    actor: Actor,
    measures: Iterable[Measure] = (),
    operation: Operation | None = None,
) -> AnyOutcome:
    """Validate and store an unsaved outcome and link it to measures of the same inspection.

    Raises NotAllowed, ValidationError (paid without voucher, the same rule twice, a measure of
    another inspection).
    """
    inspection = outcome.inspection
    require_in(actor, Ability.EDIT_MEASURE, inspection.organization)
    linked = list(measures)
    if any(measure.inspection_id != inspection.pk for measure in linked):
        raise ValidationError("不能关联其他巡察的措施。", code="foreign")
    add(outcome, actor=actor, organization=inspection.organization, action="outcome.create",
        operation=operation)  # fmt: skip
    outcome.measures.set(linked)
    return outcome
