"""What was done to many measures at once: who, when, what, how many, and whether it was undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.functions import Cast

from issues.models import Inspection
from measures.domain.history import Happening, told
from measures.domain.undo import Former, former_states, why_not_undo
from measures.models import Measure
from rectify.accounts.models import User
from rectify.audit.models import Event, Operation

# Kinds of operations that a person looks up here, as words.
WORDS = {"bulk_edit": "批量修改", "undo": "撤销"}


@dataclass(frozen=True)
class Touched:
    """One measure of an operation: what was done to it, and what stands against undoing it."""

    measure: Measure
    happenings: Sequence[Happening]
    obstacles: Sequence[str]


@dataclass(frozen=True)
class Told:
    """An operation in words. `why_not` "" = it can be undone; `free` rows of it at once."""

    operation: Operation
    rows: Sequence[Touched]
    why_not: str

    @property
    def word(self) -> str:
        return WORDS.get(self.operation.kind, self.operation.kind)

    @property
    def changed_since(self) -> list[Touched]:
        return [row for row in self.rows if row.obstacles]

    @property
    def free(self) -> int:
        return len(self.rows) - len(self.changed_since)


def operations_of(inspection: Inspection, user: User) -> Any:
    """Operations on measures of the inspection that the person may see, newest first, each with
    the number of its measures as `measures`."""
    own = Measure.objects.filter(inspection=inspection).annotate(key=Cast("pk", CharField()))
    touching = Event.objects.filter(
        operation=OuterRef("pk"), object_type="measure", object_id__in=own.values("key")
    )
    return (
        Operation.objects.visible_to(user)
        .filter(Exists(touching), kind__in=list(WORDS))
        .annotate(
            measures=Count(
                "events__object_id", filter=Q(events__object_type="measure"), distinct=True
            )
        )
        .select_related("undone_by", "undoes")
        .order_by("-at", "-pk")
    )


def operation_in_words(operation: Operation, user: User) -> Told:
    """Every change of the operation that the person may read, and whether it can be undone."""
    why_not = why_not_undo(operation)
    formers: Sequence[Former] = former_states(operation)
    visible = set(
        Measure.objects.visible_to(user)
        .filter(pk__in=[former.measure.pk for former in formers])
        .values_list("pk", flat=True)
    )
    events = list(
        Event.objects.filter(operation=operation, object_type="measure", success=True).order_by(
            "seq"
        )
    )
    happenings: dict[int, list[Happening]] = {}
    for event, happening in zip(events, told(events), strict=True):
        happenings.setdefault(int(event.object_id), []).append(happening)
    return Told(
        operation,
        [
            Touched(former.measure, happenings[former.measure.pk],
                    () if why_not else former.obstacles)
            for former in formers
            if former.measure.pk in visible
        ],
        why_not,
    )  # fmt: skip
