"""佐证材料 of one inspection: every file, and the measures that have none."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from issues.models import Inspection, ProblemArea
from measures.domain.evidence_list import (
    Numbered,
    files_of,
    gaps_of,
    lines,
    numbers_of,
    read_in_full,
)
from measures.interfaces.evidence import ListFilter
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed
from rectify.shell import remember

PAGE_ROWS = 200


@require_safe
def evidence_list(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Files by kind and area, or the gaps, as far as the person reads the measures in full."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    if found.organization_id not in user.access.anywhere(Ability.SEE_FULL):
        raise NotAllowed("佐证材料不在您的查看范围内。如确有需要，请联系局办公室（整改办）。")
    remember(request, found)
    areas = _areas(found, user)
    form = ListFilter(request.GET, areas=[(str(one.public_id), one.title) for one in areas])
    area_id = next((one.pk for one in areas if str(one.public_id) == form.chosen("area")), None)
    show = form.chosen("show")
    gaps = gaps_of(found, user, area_id=area_id)
    rows: Any = gaps
    if show != "gaps":
        rows = files_of(
            found, user, kind=form.chosen("kind"), area_id=area_id, archived=show == "archived"
        )
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    numbers = numbers_of(found)
    context: dict[str, Any] = {
        "inspection": found,
        "form": form,
        "show": show,
        "area": form.chosen("area"),
        "narrowed": any(form.chosen(name) for name in ("show", "kind", "area")),
        "total": page.paginator.count,
        "gap_total": gaps.count(),
        "page": page,
        "previous": _turn(request.GET, page.number - 1) if page.has_previous() else "",
        "following": _turn(request.GET, page.number + 1) if page.has_next() else "",
        "may_export": found.organization_id in user.access.anywhere(Ability.EXPORT_LEDGER),
        "writes": found.organization_id in user.access.anywhere(Ability.WRITE_PROGRESS),
    }
    if show == "gaps":
        context["gaps"] = [Numbered(numbers[one.pk], one) for one in page.object_list]
    else:
        context["lines"] = lines(page.object_list, found, user)
    return render(request, "measures/evidence_list.html", context)


def _areas(inspection: Inspection, user: User) -> list[ProblemArea]:
    """The areas in which the person reads a measure in full, in order."""
    read = read_in_full(inspection, user).order_by().values("task__issue__area_id")
    rows = ProblemArea.objects.filter(inspection=inspection, pk__in=read)
    return list(rows.order_by("position", "pk"))


def _turn(query: QueryDict, number: int) -> str:
    kept = {name: value for name, value in query.items() if name != "page"}
    return f"?{urlencode({**kept, 'page': number})}"
