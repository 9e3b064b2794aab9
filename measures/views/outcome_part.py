"""The outcomes of one measure as its page shows them, with links for who may enter and change."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from measures.domain.outcomes import MODELS, changeable, linkable
from measures.models import Evidence, Measure
from rectify.accounts.models import User

# The word of a kind in addresses → the name under which the page lists its rows.
_NAMES = {
    "rule": "rules", "money": "money", "person": "persons", "meeting": "meetings",
    "count": "counts",
}  # fmt: skip


def outcome_part(measure: Measure, user: User) -> dict[str, Any]:
    """For a page that is read in full: current outcomes by kind, what may be changed of them, and
    where a new one is entered."""
    inspection = measure.inspection
    outcomes: dict[str, list[Any]] = {}
    for kind, model in MODELS.items():
        rows: Any = model._default_manager
        found = list(rows.visible_to(user).current().filter(measures=measure).distinct())
        keys = changeable(found, inspection, user)
        for row in found:
            address = {"kind": kind, "outcome": row.public_id}
            row.edit_url = reverse("outcome_edit", kwargs=address) if row.pk in keys else ""
        outcomes[_NAMES[kind]] = found
    _offer_files(outcomes["money"], "voucher_file_id", user)
    _offer_files(outcomes["meetings"], "minutes_id", user)
    return {
        "outcomes": outcomes,
        "has_outcomes": any(outcomes.values()),
        "outcome_forms": _forms(measure, user),
    }


def _offer_files(rows: list[Any], column: str, user: User) -> None:
    """`shown_file` of each row: its voucher or minutes where the person may read that file."""
    keys = {getattr(row, column) for row in rows} - {None}
    files = Evidence.objects.visible_to(user).in_bulk(list(keys)) if keys else {}
    for row in rows:
        row.shown_file = files.get(getattr(row, column))


def _forms(measure: Measure, user: User) -> list[tuple[str, str]]:
    """Word and address of every form that enters an outcome of this measure."""
    if not linkable(measure.inspection, user).filter(pk=measure.pk).exists():
        return []
    address = {"inspection": measure.inspection.public_id}
    return [
        (
            str(model._meta.verbose_name),
            f"{reverse(f'outcome_{kind}_new', kwargs=address)}?measure={measure.public_id}",
        )
        for kind, model in MODELS.items()
    ]
