"""首页: where the rectification stands, and the one page of it for the meeting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from issues.models import Inspection
from measures.domain.conditions import CONDITIONS, counted
from measures.domain.moment import Moment, same_day_last_week
from measures.enums import MeetingKind
from measures.models import Measure
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from reports.interfaces.forms import DaysForm
from reports.views.dashboard_figures import TABLE_COLUMNS, Dashboard, read_chart, read_dashboard

# As many named items as stay on one sheet beside the tables; the rest is counted.
PRINTED_ITEMS = 8
PRINTED_LISTS = (("overdue", "超期事项"), ("stalled", "停滞事项"))


@require_safe
def dashboard(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Every figure as the person may see it, each a link to its rows."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    form = DaysForm(request.GET)
    shown = read_dashboard(found, user, as_of=form.day("as_of"), since=form.day("since"))
    chart = read_chart(found, shown.moment, user)
    return render(request, "reports/dashboard.html", {**_context(shown, form), "chart": chart})


@require_safe
def dashboard_print(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The same figures on one A4 page, with what is late or stands still by name."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    form = DaysForm(request.GET)
    shown = read_dashboard(found, user, as_of=form.day("as_of"), since=form.day("since"))
    lists = [_named(found, shown, user, key, word) for key, word in PRINTED_LISTS]
    return render(
        request, "reports/dashboard_print.html", {**_context(shown, form), "lists": lists}
    )


def _context(shown: Dashboard, form: DaysForm) -> dict[str, Any]:
    came = shown.outcomes
    links = shown.links
    days = DaysForm(initial={"as_of": shown.moment.as_of, "since": shown.since})
    usual = shown.since == same_day_last_week(shown.moment)
    return {
        "shown": shown,
        "since_word": "上周" if usual else f"{shown.since.month}月{shown.since.day}日",
        "inspection": shown.inspection,
        "notes": form.notes,
        "days": days,
        "asked": bool(form.day("as_of") or form.day("since")),
        "columns": TABLE_COLUMNS,
        "rules": {
            "href": links.outcomes("rule"),
            "repealed": links.outcomes("rule", "repeal"),
            "draft": links.outcomes("rule", "draft"),
        },
        "money": [(line, links.outcomes("money", line.kind.value)) for line in came.money],
        "persons": [(line, links.outcomes("person", line.form.value)) for line in came.persons],
        "meetings": [
            (kind.label, came.meetings[kind.value], links.outcomes("meeting", kind.value))
            for kind in MeetingKind
        ],
        "counts_href": links.outcomes("count"),
    }


def _named(
    inspection: Inspection, shown: Dashboard, user: User, key: str, word: str
) -> dict[str, Any]:
    """The first rows of a list, and how many there are in all."""
    rows = _rows(inspection, shown.moment, user, key)
    return {
        "word": word,
        "total": shown.head[key],
        "more": max(shown.head[key] - PRINTED_ITEMS, 0),
        "rows": rows,
        "href": shown.links.ledger(key),
    }


def _rows(inspection: Inspection, moment: Moment, user: User, key: str) -> list[Any]:
    found = (
        counted(inspection, moment, user)
        .filter(CONDITIONS[key].applies(moment))
        .select_related("task__issue")
        .order_by(F("state_due_on"), "place", "pk")[:PRINTED_ITEMS]
    )
    return [_item(measure, moment) for measure in found]


def _item(measure: Measure, moment: Moment) -> dict[str, Any]:
    due_on = measure.state_due_on  # type: ignore[attr-defined]  # annotated by `counted`
    return {
        "measure": measure,
        "due_on": due_on,
        "days_late": (moment.as_of - due_on).days if due_on else None,
    }
