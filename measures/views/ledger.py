"""台账: the 一览表 on screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from issues.models import Inspection
from measures.domain.bulk import KIND as BULK
from measures.domain.plan import plan_counts
from measures.enums import Status
from measures.interfaces.filters import LedgerFilter
from measures.models import Measure
from measures.models.measure import MeasureQuerySet
from measures.reading import Reading
from measures.views.ledger_rows import Line, asked, lines, undo_of
from rectify.accounts.enums import Ability
from rectify.accounts.limits import count_search
from rectify.accounts.requests import LoggedIn
from rectify.audit.models import Operation
from rectify.lib.clock import today

PAGE_ROWS = 150
# Addresses that say where the page is or what was just changed, not what is shown.
_PLACE_NAMES = ("after", "before", "changed", "former", "operation")


@dataclass(frozen=True)
class Page:
    """One page of lines, and the query strings of its neighbours ("" = none)."""

    lines: list[Line]
    previous: str
    following: str
    summary: str


@require_safe
def ledger(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The list, narrowed by the query string; the fragment `results` alone for htmx."""
    found = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related("organization"),
        public_id=inspection,
    )
    if request.GET.get("q"):
        count_search(request.user)
    filters = LedgerFilter(request.GET, inspection=found, user=request.user)
    total = filters.rows.count()
    page = _page(filters, request.GET, total)
    context: dict[str, Any] = {
        "inspection": found,
        "filters": filters,
        "more_open": any(filters.chosen().get(n) for n in ("issue", "nature", "lamp", "as_of")),
        "total": total,
        "page": page,
        # Called by the template, so that the fragment does not ask.
        "plan_counts": partial(plan_counts, found, request.user),
        "past": filters.moment.as_of < today(),
        "reads_result": any(Reading.RESULT in line.parts for line in page.lines),
        "may_export": found.organization_id in request.user.access.anywhere(Ability.EXPORT_LEDGER),
        "reads_evidence": found.organization_id in request.user.access.anywhere(Ability.SEE_FULL),
        "reads_decisions": found.organization_id
        in request.user.access.anywhere(Ability.SEE_RESULT),
        "may_edit": found.organization_id in request.user.access.whole(Ability.EDIT_TREE),
        "may_bulk": found.organization_id in request.user.access.whole(Ability.EDIT_MEASURE),
        "just_done": _just_done(request),
        "back": _address(found, request.GET),
        **_changed(request, page.lines),
    }
    fragment = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    template = "measures/ledger.html#results" if fragment else "measures/ledger.html"
    response = render(request, template, context)
    if fragment:
        chosen = urlencode(filters.chosen())
        path = reverse("ledger", kwargs={"inspection": found.public_id})
        response["HX-Push-Url"] = f"{path}?{chosen}" if chosen else path
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(filters: LedgerFilter, query: QueryDict, total: int) -> Page:
    """One page by key: rows after, or before, the row that the address names."""
    rows = asked(filters.rows, filters.moment)
    after, before = _key(filters, query.get("after")), _key(filters, query.get("before"))
    if before is not None:
        found = list(rows.filter(_beyond(before, "lt")).reverse()[: PAGE_ROWS + 1])[::-1]
        has_previous, has_next = len(found) > PAGE_ROWS, True
        found = found[-PAGE_ROWS:]
    else:
        narrowed = rows.filter(_beyond(after, "gt")) if after is not None else rows
        found = list(narrowed[: PAGE_ROWS + 1])
        has_previous, has_next = after is not None, len(found) > PAGE_ROWS
        found = found[:PAGE_ROWS]
    first = 1
    if found and has_previous:
        head = (found[0].place, found[0].pk)
        first = filters.rows.filter(_beyond(head, "lt")).count() + 1
    shown = lines(found, user=filters.user, moment=filters.moment, first_number=first)
    last = first + len(found) - 1
    return Page(
        lines=shown,
        previous=_turn(query, "before", found[0]) if found and has_previous else "",
        following=_turn(query, "after", found[-1]) if found and has_next else "",
        summary=f"第 {first}—{last} 项，共 {total} 项" if found else "",
    )


def _key(filters: LedgerFilter, named: str | None) -> tuple[int, int] | None:
    """Place and key of the row that the address names; None where it names none of this list."""
    try:
        public_id = UUID(named or "")
    except ValueError:
        return None
    rows: MeasureQuerySet = Measure.objects.visible_to(filters.user)
    return (
        rows.filter(inspection=filters.inspection, public_id=public_id)
        .values_list("place", "pk")
        .first()
    )


def _beyond(key: tuple[int, int], side: str) -> Q:
    place, pk = key
    return Q(**{f"place__{side}": place}) | Q(**{"place": place, f"pk__{side}": pk})


def _turn(query: QueryDict, name: str, row: Measure) -> str:
    turned = query.copy()
    for one in _PLACE_NAMES:
        turned.pop(one, None)
    turned[name] = str(row.public_id)
    return f"?{turned.urlencode()}"


def _address(inspection: Inspection, query: QueryDict) -> str:
    """Where a saved row leads back to: this page without the note of an earlier change."""
    plain = query.copy()
    for one in ("changed", "former", "operation"):
        plain.pop(one, None)
    path = reverse("ledger", kwargs={"inspection": inspection.public_id})
    return f"{path}?{plain.urlencode()}" if plain else path


def _changed(request: LoggedIn, shown: list[Line]) -> dict[str, Any]:
    """The row that was just saved without script, with the way back where there is one."""
    named, former = request.GET.get("changed", ""), request.GET.get("former", "")
    if former not in Status.values:
        return {}
    for line in shown:
        if str(line.measure.public_id) == named and line.status != former:
            return {
                "changed": line.measure.public_id,
                "former": Status(former),
                "undo": line.inline is not None and undo_of(line.measure, former, request.user),
            }
    return {}


def _just_done(request: LoggedIn) -> Operation | None:
    """The operation that led back here, with its number of measures, so that it can be undone."""
    try:
        public_id = UUID(request.GET.get("operation", ""))
    except ValueError:
        return None
    rows = Operation.objects.visible_to(request.user).filter(undone_by__isnull=True, kind=BULK)
    return (
        rows.filter(public_id=public_id)
        .annotate(
            measures=Count(
                "events__object_id", filter=Q(events__object_type="measure"), distinct=True
            )
        )
        .first()
    )
