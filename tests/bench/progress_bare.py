"""The product with a bare save in place of `write_progress`: what the POST costs without audit,
outbox, version and rules. Served by gunicorn as `tests.bench.progress_bare:application`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import transaction

application = get_wsgi_application()

from measures.models import Measure, ProgressEntry  # noqa: E402 - models need Django set up
from measures.views import progress  # noqa: E402 - as above
from rectify.lib.clock import now  # noqa: E402 - as above


@transaction.atomic
def _save(
    measure: Measure, *, actor: Any, week_start: date, version: int | None = None, **words: Any
) -> ProgressEntry:
    key = {"measure": measure, "week_start": week_start, "section_id": measure.lead_section_id}
    entry = ProgressEntry.objects.filter(**key).first() or ProgressEntry(**key)
    for name, value in words.items():
        setattr(entry, name, value)
    entry.section_name, entry.status = measure.lead_section_name, measure.status
    entry.author, entry.author_name, entry.written_at = actor, actor.name, now()
    entry.version += 1
    entry.save()
    return entry


vars(progress)["write_progress"] = _save
