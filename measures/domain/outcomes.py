"""Entering, changing and archiving outcomes: once each, linked to the measures behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from measures.domain.outcome_files import Upload, keep_upload
from measures.domain.outcome_twins import in_words, refuse_twins, same_key
from measures.models import (
    CountOutcome,
    Measure,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from measures.models.outcomes import Outcome
from measures.reading import may
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, SystemActor
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.audit.models import Operation
from rectify.lib.clock import now

AnyOutcome = TypeVar(
    "AnyOutcome", CountOutcome, MeetingOutcome, MoneyOutcome, PersonOutcome, RuleOutcome
)

# The kinds by the word that stands in addresses.
MODELS: Mapping[str, type[Outcome]] = {
    "rule": RuleOutcome,
    "money": MoneyOutcome,
    "person": PersonOutcome,
    "meeting": MeetingOutcome,
    "count": CountOutcome,
}
ARCHIVED_OUTCOME = "这条成果已作废，内容只读。"


@transaction.atomic
def add_outcome(
    outcome: AnyOutcome,
    *,
    actor: Actor,
    measures: Iterable[Measure] = (),
    upload: Upload | None = None,
    sure: bool = True,
    operation: Operation | None = None,
) -> AnyOutcome:
    """Validate and store an unsaved outcome and link it to measures of the same inspection.

    `upload` becomes evidence of the measures and the outcome's voucher or minutes. Unless `sure`,
    what looks entered already is asked about. Raises NotAllowed, Refused (measures of others,
    the same rule twice), LikelyTwins, ValidationError (paid without voucher, a measure of another
    inspection).
    """
    inspection = outcome.inspection
    linked = list(measures)
    _require_links(actor, inspection, linked)
    refuse_archived(inspection)
    _refuse_foreign(inspection, linked)
    _refuse_same_rule(outcome)
    if not sure:
        refuse_twins(outcome, actor=actor)
    if upload is not None:
        evidence = keep_upload(upload, linked, actor=actor, operation=operation)
        setattr(outcome, upload.column, evidence)
    add(outcome, actor=actor, organization=inspection.organization, action="outcome.create",
        label=in_words(outcome), operation=operation,
        also={"measures": (None, _names(linked))} if linked else None)  # fmt: skip
    outcome.measures.set(linked)
    _tell_measures("outcome.link", linked, outcome, actor=actor, operation=operation)
    return outcome


@transaction.atomic
def edit_outcome(
    outcome: AnyOutcome,
    *,
    actor: Actor,
    version: int,
    values: Mapping[str, Any],
    measures: Iterable[Measure] | None = None,
    upload: Upload | None = None,
    sure: bool = True,
    operation: Operation | None = None,
) -> AnyOutcome:
    """Change columns and links (`measures` None = as they are).

    Raises NotAllowed, StaleVersion, Refused (archived, measures of others, the same rule twice),
    LikelyTwins, ValidationError.
    """
    inspection = outcome.inspection
    stored = _stored(outcome, actor=actor, version=version)
    before = list(stored.measures.in_order())
    linked = before if measures is None else list(measures)
    _require_links(actor, inspection, linked)
    _refuse_foreign(inspection, linked)
    columns = dict(values)
    for name, value in columns.items():
        setattr(outcome, name, value)
    _refuse_same_rule(outcome)
    if not sure and not same_key(outcome, stored):
        refuse_twins(outcome, actor=actor)
    if upload is not None:
        columns[upload.column] = keep_upload(upload, linked, actor=actor, operation=operation)
    new, old = _names(linked), _names(before)
    change(outcome, actor=actor, organization=inspection.organization, action="outcome.update",
           version=version, values=columns, label=in_words(outcome), operation=operation,
           also={"measures": (old, new)} if set(linked) != set(before) else None)  # fmt: skip
    outcome.measures.set(linked)
    added = [measure for measure in linked if measure not in before]
    gone = [measure for measure in before if measure not in linked]
    _tell_measures("outcome.link", added, outcome, actor=actor, operation=operation)
    _tell_measures("outcome.unlink", gone, outcome, actor=actor, operation=operation)
    return outcome


@transaction.atomic
def archive_outcome(
    outcome: AnyOutcome,
    *,
    actor: Actor,
    version: int,
    reason: str,
    operation: Operation | None = None,
) -> AnyOutcome:
    """Take an outcome out of the count. Its row and its links stay.

    Raises NotAllowed, StaleVersion, Refused (archived already, no reason).
    """
    _stored(outcome, actor=actor, version=version)
    if not reason.strip():
        raise Refused("请写明作废的理由。", field="reason")
    return change(
        outcome, actor=actor, organization=outcome.inspection.organization,
        action="outcome.archive", version=version, values={"archived_at": now()},
        also={"reason": (None, reason.strip())}, label=in_words(outcome), operation=operation,
    )  # fmt: skip


def linkable(inspection: Inspection, actor: Actor) -> Any:
    """Measures that the person may link outcomes to: the office all of the inspection, a section
    those that it leads and that are not closed."""
    rows = Measure.objects.filter(inspection=inspection).current()
    if may_in(actor, Ability.EDIT_MEASURE, inspection.organization):
        return rows
    assert not isinstance(actor, SystemActor)  # noqa: S101 - the system may everything
    return rows.within(actor.access, Ability.REPORT_STATUS).filter(closed_at__isnull=True)


def may_enter(actor: Actor, inspection: Inspection) -> bool:
    """Whether the person may enter any outcome of the inspection. At most one query."""
    if may_in(actor, Ability.EDIT_MEASURE, inspection.organization):
        return True
    return bool(linkable(inspection, actor).exists())


def require_enter(actor: Actor, inspection: Inspection) -> None:
    """Raises NotAllowed unless `may_enter`."""
    if not may_enter(actor, inspection):
        require_in(actor, Ability.EDIT_MEASURE, inspection.organization)


def changeable(rows: Sequence[Outcome], inspection: Inspection, actor: Actor) -> set[int]:
    """Keys of the given outcomes, all of one kind and one inspection, that the person may change:
    the office all, a section those that are linked only to measures that it leads. Two queries."""
    keys = {row.pk for row in rows}
    if not keys or may_in(actor, Ability.EDIT_MEASURE, inspection.organization):
        return keys
    led = set(linkable(inspection, actor).values_list("pk", flat=True))
    links: dict[int, set[int]] = {}
    model: Any = type(rows[0])
    pairs = model.objects.filter(pk__in=keys).order_by().values_list("pk", "measures")
    for key, measure in pairs:
        links.setdefault(key, set()).add(measure)
    return {key for key, linked in links.items() if linked <= led}


def require_change(actor: Actor, outcome: Outcome) -> None:
    """Raises NotAllowed unless the person may change the outcome as it is linked now."""
    if outcome.pk not in changeable([outcome], outcome.inspection, actor):
        require_in(actor, Ability.EDIT_MEASURE, outcome.inspection.organization)


def _stored(outcome: AnyOutcome, *, actor: Actor, version: int) -> AnyOutcome:
    """The row as it stands, once everything that forbids a change of any kind was asked.

    Raises NotAllowed, StaleVersion, Refused.
    """
    require_change(actor, outcome)
    refuse_archived(outcome.inspection)
    stored = type(outcome).objects.get(pk=outcome.pk)
    if stored.archived_at is not None:
        raise Refused(ARCHIVED_OUTCOME)
    if stored.version != version:
        raise StaleVersion(stored)
    return stored


def _require_links(actor: Actor, inspection: Inspection, linked: Sequence[Measure]) -> None:
    """A section enters what its own measures brought about. Raises NotAllowed, Refused."""
    if may_in(actor, Ability.EDIT_MEASURE, inspection.organization):
        return
    require_enter(actor, inspection)
    if not linked:
        raise Refused("请选择本科室牵头的措施；不对应措施的成果由整改办登记。", field="measures")
    if not all(may(actor, Ability.REPORT_STATUS, measure) for measure in linked):
        raise Refused(
            "所选措施中有不是本科室牵头的。请取消勾选，或请整改办登记。", field="measures"
        )
    if any(measure.closed_at is not None for measure in linked):
        raise Refused(
            "所选措施中有已销号的，内容只读。请取消勾选，或请整改办登记。", field="measures"
        )


def _refuse_foreign(inspection: Inspection, linked: Iterable[Measure]) -> None:
    if any(measure.inspection_id != inspection.pk for measure in linked):
        raise ValidationError({"measures": "不能关联其他巡察的措施。"}, code="foreign")


def _refuse_same_rule(outcome: Outcome) -> None:
    """What the constraint `rule_once` says, beside the field. Raises Refused."""
    if not isinstance(outcome, RuleOutcome):
        return
    same = RuleOutcome.objects.filter(
        inspection=outcome.inspection_id, title=outcome.title, action=outcome.action
    ).exclude(pk=outcome.pk)
    if same.current().exists():
        raise ValidationError(
            {"title": "该制度已登记，请勿重复。一项制度对应多条措施的，请在原登记中勾选措施。"}
        )


def _tell_measures(
    action: str,
    measures: Iterable[Measure],
    outcome: Outcome,
    *,
    actor: Actor,
    operation: Operation | None,
) -> None:
    """The link as part of each measure's own history."""
    for measure in measures:
        record(actor=actor, organization=outcome.inspection.organization, action=action,
               subject=measure, changes={"outcome": (None, in_words(outcome))},
               operation=operation)  # fmt: skip


def _names(measures: Iterable[Measure]) -> list[str]:
    return [str(measure) for measure in measures]
