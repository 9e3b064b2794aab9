"""A ledger many times as long: the demo's issues copied below the same areas, with their history.

Rows are written directly, without domain functions and audit events: only how much there is to
read matters to a measurement.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.db import transaction

from issues.models import Inspection, Issue, Task
from measures.models import (
    EvidenceLink,
    Measure,
    MeasureLeader,
    MeasureState,
    MeasureSupport,
    ProgressEntry,
)

# `place` holds area, issue, task and measure position, three digits each.
ISSUE_STEP = 1_000_000
BATCH = 2_000


@transaction.atomic
def multiply(inspection: Inspection, times: int) -> int:
    """Make the inspection `times` as long and return the number of its measures.

    Areas stay as they are; every further round of issues follows those that are there.
    """
    issues = list(Issue.objects.filter(inspection=inspection))
    tasks = list(Task.objects.filter(inspection=inspection))
    measures = list(Measure.objects.filter(inspection=inspection))
    parts = [
        list(model._default_manager.filter(measure__inspection=inspection))
        for model in (MeasureState, ProgressEntry, MeasureSupport, MeasureLeader, EvidenceLink)
    ]
    longest = max(issue.position for issue in issues)
    for number in range(1, times):
        shift = longest * number
        below_issues = _copied(issues, {}, {"position": shift})
        below_tasks = _copied(tasks, {"issue_id": below_issues}, {})
        moved = _copied(measures, {"task_id": below_tasks}, {"place": shift * ISSUE_STEP})
        for rows in parts:
            _copied(rows, {"measure_id": moved}, {})
    return Measure.objects.filter(inspection=inspection).count()


def _copied(
    rows: Sequence[Any], parents: Mapping[str, Mapping[int, int]], added: Mapping[str, int]
) -> dict[int, int]:
    """Copies below new parents, some columns raised; new keys by those of the originals."""
    copies = []
    for row in rows:
        one = copy(row)
        one._state = copy(row._state)
        one._state.adding, one._state.fields_cache = True, {}
        one.pk = None
        if hasattr(one, "public_id"):
            one.public_id = uuid.uuid4()
        for name, keys in parents.items():
            setattr(one, name, keys[getattr(row, name)])
        for name, amount in added.items():
            setattr(one, name, getattr(row, name) + amount)
        copies.append(one)
    if copies:
        type(copies[0])._default_manager.bulk_create(copies, batch_size=BATCH)
    return {old.pk: new.pk for old, new in zip(rows, copies, strict=True)}
