"""What the history of a measure tells of its outcomes, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast

from measures.domain.outcomes import MODELS
from measures.enums import MeetingKind, MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import Measure
from measures.models.outcomes import Outcome

OUTCOMES: Mapping[str, type[Outcome]] = {
    str(model._meta.model_name): model for model in MODELS.values()
}
# Its entering is told by the link to the measure.
_TOLD = ("outcome.update", "outcome.archive")


def about_outcomes(measure: Measure) -> Q:
    """The events of the outcomes that the measure is linked to now. One query."""
    parts = []
    for name, model in OUTCOMES.items():
        rows: Any = model._default_manager
        parts.append(
            rows.filter(measures=measure)
            .order_by()
            .annotate(
                told_kind=Value(name, output_field=CharField()), told_key=Cast("pk", CharField())
            )
            .values_list("told_kind", "told_key")
        )
    found = Q(pk__in=[])
    for kind, key in parts[0].union(*parts[1:], all=True):
        found |= Q(object_type=kind, object_id=key, action__in=_TOLD)
    return found


def outcome_words() -> dict[str, Mapping[str, str]]:
    """The words of choices, by column."""
    return {
        "kind": {**dict(MoneyKind.choices), **dict(MeetingKind.choices)},
        "action": dict(RuleAction.choices),
        "stage": dict(RuleStage.choices),
        "form": dict(PersonForm.choices),
    }


def outcome_silence() -> frozenset[tuple[str, str]]:
    """Columns that say nothing to a reader or are not for every one: which measures of others an
    outcome is linked to, who was dealt with, keys of files."""
    hidden = ("measures", "names", "archived_at", "voucher_file", "minutes")
    return frozenset((kind, name) for kind in OUTCOMES for name in hidden)
