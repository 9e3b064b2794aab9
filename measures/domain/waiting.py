"""待办: what waits for a person, row by row. Numbers and lists read the same querysets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from measures.enums import ApplicationState
from measures.models import (
    Adjustment,
    ClosureApplication,
    Extension,
    Instruction,
    LookBack,
    Measure,
    ProgressEntry,
)
from rectify.accounts.enums import Ability
from rectify.accounts.models import User


@dataclass(frozen=True)
class Waiting:
    """Querysets of what one person has to do, oldest first.

    To decide: `closures`, `extensions`, `adjustments`. To mend: `returned` close-outs and
    `returned_entries` of the own section. To answer: `instructions`. To check: `look_backs`.
    """

    closures: Any
    extensions: Any
    adjustments: Any
    returned: Any
    returned_entries: Any
    instructions: Any
    look_backs: Any

    def count(self) -> int:
        """How many rows wait, in one query."""
        parts: list[Any] = [
            rows.order_by().values_list("pk")
            for rows in (
                self.closures, self.extensions, self.adjustments, self.returned,
                self.returned_entries, self.instructions, self.look_backs,
            )
        ]  # fmt: skip
        total: int = parts[0].union(*parts[1:], all=True).count()
        return total


def waiting_for(user: User) -> Waiting:
    """What waits for the person; queries run when a list is read."""
    own = Q(measure__lead_section_id__in=user.access.sections)
    return Waiting(
        closures=_to_decide(ClosureApplication, user).select_related(
            "measure__inspection__organization", "measure__task__issue"
        ),
        extensions=_to_decide(Extension, user).select_related(
            "measure__inspection__organization", "measure__task__issue"
        ),
        adjustments=_to_decide(Adjustment, user).select_related(
            "inspection__organization", "measure__task__issue", "task__issue", "leader"
        ),
        returned=_returned_closures(own).select_related("measure__inspection"),
        returned_entries=ProgressEntry.objects.filter(
            section_id__in=user.access.sections,
            returned_by__isnull=False,
            measure__archived_at__isnull=True,
            measure__closed_at__isnull=True,
        )
        .select_related("measure__inspection", "returned_by")
        .order_by("week_start", "pk"),
        instructions=instructions_for(user),
        look_backs=LookBack.objects.filter(
            measure__organization_id__in=user.access.whole(Ability.LOOK_BACK),
            issued_at__isnull=True,
        )
        .select_related("measure__inspection__organization", "sample")
        .order_by("created_at", "pk"),
    )


def instructions_for(user: User) -> Any:
    """Unanswered 批示 to a section of the person, or to a measure that it leads."""
    return (
        Instruction.objects.filter(reply="")
        .filter(
            Q(section_id__in=user.access.sections)
            | Q(section__isnull=True, measure__lead_section_id__in=user.access.sections)
        )
        .select_related("inspection", "measure", "section")
        .order_by("due_on", "given_on", "pk")
    )


def _returned_closures(own: Q) -> Any:
    """Close-outs that came back and were not filed again since."""
    newer = ClosureApplication.objects.filter(
        measure=OuterRef("measure"), applied_at__gt=OuterRef("applied_at")
    )
    rows: Any = ClosureApplication.objects
    return (
        rows.filter(own, state=ApplicationState.RETURNED, measure__archived_at__isnull=True)
        .filter(~Exists(newer))
        .order_by("applied_at", "pk")
    )


def _to_decide(model: Any, user: User) -> Any:
    """Pending applications whose next step the person may take, not their own ones.

    The row-wise twin is `applications.why_not_decide`."""
    access = user.access
    inspection = "inspection" if model is Adjustment else "measure__inspection"
    state = ApplicationState
    led = Q(measure__in=Measure.objects.within(access, Ability.DECIDE_CLOSURE))
    if model is Adjustment:
        led |= Q(measure__isnull=True, leader=user)

    def bureau(ability: Ability) -> Q:
        return Q(**{f"{inspection}__organization_id__in": access.whole(ability)})

    mine = (
        Q(state=state.CONFIRMING, measure__lead_section__head=user)
        | Q(state=state.CONFIRMING, measure__lead_section__head__isnull=True)
        & bureau(Ability.REVIEW_CLOSURE)
        | Q(state=state.REVIEWING) & bureau(Ability.REVIEW_CLOSURE)
        | Q(state=state.DECIDING) & led
        | Q(state=state.VERIFYING) & bureau(Ability.LOOK_BACK)
        | Q(state=state.PARTY_GROUP) & bureau(Ability.RECORD_PAPER)
    )
    rows = model.objects.filter(mine).filter(Q(applied_by__isnull=True) | ~Q(applied_by=user))
    return rows.order_by("applied_at", "pk")
