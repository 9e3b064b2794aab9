"""Who changed a measure last, when and how, for somebody whose own change comes too late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from measures.domain.history import Happening, told
from measures.domain.plan_rows import LIST_KEYS
from measures.models import Measure
from rectify.audit.models import Event
from rectify.lib.chinese_dates import format_date
from rectify.lib.shanghai import SHANGHAI

_COLUMNS = (
    frozenset(column.name for column in Measure._meta.concrete_fields)
    | frozenset(column.attname for column in Measure._meta.concrete_fields)
    | frozenset(LIST_KEYS)
)


def moves(event: Event) -> bool:
    """Whether the event changed the measure itself: a file or a reason that is recorded of it
    names neither a column nor a list."""
    return not _COLUMNS.isdisjoint(event.changes)


def events_of(measures: Iterable[Measure]) -> Any:
    """What was recorded of these measures, oldest first."""
    return Event.objects.filter(
        object_type="measure", object_id__in=[str(one.pk) for one in measures], success=True
    ).order_by("chain", "seq")


def latest_changes(measures: Sequence[Measure]) -> Mapping[int, str]:
    """By key of the measure: who changed it last, when and what. Three queries."""
    last: dict[int, Event] = {}
    for event in events_of(measures):
        if moves(event):
            last[int(event.object_id)] = event
    return {
        int(event.object_id): sentence_of(happening)
        for event, happening in zip(last.values(), told(list(last.values())), strict=True)
    }


def sentence_of(happening: Happening) -> str:
    """李四于2024年5月15日 12:00修改措施：…"""
    local = happening.at.astimezone(SHANGHAI)
    moment = f"{format_date(local.date())} {local.hour}:{local.minute:02d}"
    return f"{happening.who}于{moment}{happening.sentence.rstrip('。')}"
