"""The product as it would be without the version check: the control of the sixteen clients.

Served by gunicorn as `tests.services.unversioned:application`. Whoever saves last wins.
"""

from __future__ import annotations

from typing import Any

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from measures.domain import guards, reporting  # noqa: E402 - models need Django set up
from measures.models import Measure  # noqa: E402 - as above
from rectify.audit.domain import changes  # noqa: E402 - as above

_change = changes.change


def _whatever_is_stored(measure: Measure, version: int) -> Measure:
    return Measure.objects.get(pk=measure.pk)


def _last_one_wins(row: Any, *, version: int, **rest: Any) -> Any:
    stored = type(row)._default_manager.values_list("version", flat=True).get(pk=row.pk)
    return _change(row, version=stored, **rest)


guards.refuse_overtaken = _whatever_is_stored
reporting.refuse_overtaken = _whatever_is_stored  # type: ignore[attr-defined]  # imported by name there
reporting.change = _last_one_wins  # type: ignore[attr-defined]  # as above
