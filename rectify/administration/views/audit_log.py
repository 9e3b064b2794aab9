"""The auditor's room: the log of the own bureau, one event, the check of the chain, the export."""

from __future__ import annotations

from itertools import chain as joined
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from rectify.accounts.enums import Ability
from rectify.accounts.limits import count_audit_walk
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.administration.interfaces.audit_filters import AuditFilter, Line, as_csv
from rectify.administration.views.guards import require_somewhere
from rectify.audit.domain.access import record_export
from rectify.audit.domain.events import hash_of
from rectify.audit.domain.verification import check_and_record
from rectify.audit.models import Chain, Event
from rectify.audit.models.event import EventQuerySet
from rectify.lib.clock import today

PAGE = 50
MOST_EXPORTED = 100_000


@require_safe
def audit_log(request: LoggedIn) -> HttpResponse:
    """Newest first, paged by the number of the event; one tab for each chain that is read."""
    require_somewhere(request.user, Ability.READ_AUDIT)
    chains = list(_chains(request.user))
    asked = request.GET.get("chain", "")
    chain = _chain(request.user, asked) if asked else chains[0]
    filters = AuditFilter(request.GET, chain=chain)
    page = _page(
        filters.rows, _number(request.GET.get("before")), _number(request.GET.get("after"))
    )
    return render(request, "administration/audit_log.html", {
        "chain": chain,
        "chains": chains,
        "filters": filters,
        "total": filters.rows.count(),
        "most": MOST_EXPORTED,
        **page,
    })  # fmt: skip


@require_safe
def audit_event(request: LoggedIn, chain: str, seq: int) -> HttpResponse:
    """One event with its hashes; values are not shown."""
    require_somewhere(request.user, Ability.READ_AUDIT)
    found = _chain(request.user, chain)
    event = get_object_or_404(
        Event.objects.visible_to(request.user).filter(chain=found).select_related("operation"),
        seq=seq,
    )
    return render(request, "administration/audit_event.html", {
        "chain": found,
        "line": Line(event),
        "intact": event.hash == hash_of(event),
        "previous": seq - 1 if seq > 1 else None,
        "following": seq + 1 if seq < found.length else None,
        "trail": [("审计日志", f"{reverse('audit_log')}?chain={chain}"), (f"第 {seq} 条", "")],
    })  # fmt: skip


@require_POST
def audit_verify(request: LoggedIn, chain: str) -> HttpResponse:
    """Check the chain now and say where it breaks; the check itself is an event."""
    require_somewhere(request.user, Ability.READ_AUDIT)
    asked = _chain(request.user, chain)
    count_audit_walk(request.user)
    found = check_and_record(asked, actor=request.user)
    if found.holds:
        messages.success(request, f"核验完成。{found.sentence}")
    else:
        messages.error(request, f"{found.sentence}请保留现场，立即报告单位负责人。")
    return redirect(f"{reverse('audit_log')}?chain={chain}")


@require_POST
def audit_export(request: LoggedIn, chain: str) -> HttpResponseBase:
    """The rows that the filter shows, oldest first, as a file; taking them away is an event."""
    user = request.user
    require_somewhere(user, Ability.READ_AUDIT)
    found = _chain(user, chain)
    filters = AuditFilter(request.POST, chain=found)
    if not filters.is_valid():
        for errors in filters.errors.values():
            messages.error(request, "".join(str(one) for one in errors))
        return redirect(f"{reverse('audit_log')}?chain={chain}")
    count_audit_walk(user)
    # The event of this export is not part of it.
    rows = filters.rows.filter(seq__lte=found.length).order_by("seq")
    total = rows.count()
    record_export(found, actor=user, rows=min(total, MOST_EXPORTED))
    cut = (
        f"共 {total} 条，只导出前 {MOST_EXPORTED} 条，请缩小日期范围后分次导出。"
        if total > MOST_EXPORTED
        else ""
    )
    events = rows[:MOST_EXPORTED].iterator(chunk_size=2000)
    response = StreamingHttpResponse(
        as_csv(events, last_word=cut), content_type="text/csv; charset=utf-8"
    )
    name = f"审计日志_{found.name}_{today():%Y%m%d}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _chains(user: User) -> Any:
    """The own bureaus' chains, then the system's where it is read."""
    rows = Chain.objects.visible_to(user).select_related("organization").order_by("pk")
    return joined(rows.filter(organization__isnull=False), rows.filter(organization__isnull=True))


def _chain(user: User, slug: str) -> Chain:
    """The chain by the name that addresses use. Raises Http404."""
    rows = Chain.objects.visible_to(user).select_related("organization")
    if slug == "system":
        return get_object_or_404(rows, organization__isnull=True)
    try:
        public_id = UUID(slug)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(rows, organization__public_id=public_id)


def _page(rows: EventQuerySet, before: int | None, after: int | None) -> dict[str, Any]:
    """One page of lines, and the numbers that its neighbours begin at (None = no such page)."""
    if after is not None:
        found = list(rows.filter(seq__gt=after).order_by("seq")[: PAGE + 1])[::-1]
        newer, older = len(found) > PAGE, True
        found = found[-PAGE:]
    else:
        narrowed = rows.filter(seq__lt=before) if before is not None else rows
        found = list(narrowed.order_by("-seq")[: PAGE + 1])
        newer, older = before is not None, len(found) > PAGE
        found = found[:PAGE]
    return {
        "lines": [Line(event) for event in found],
        "newer": found[0].seq if found and newer else None,
        "older": found[-1].seq if found and older else None,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
