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
from measures.domain.plan import plan_counts
from measures.enums import MeetingKind
from measures.models import Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from reports.domain.overtaken import overtaken
from reports.interfaces.forms import DaysForm
from reports.views.dashboard_figures import TABLE_COLUMNS, Dashboard, read_chart, read_dashboard

# Lines that one sheet holds below its figures, and the share of the named items (measured).
SHEET_LINES, FEWEST_ITEMS, MOST_ITEMS = 24, 3, 8
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
    context = {
        **_context(shown, form),
        "chart": chart,
        "plan_counts": plan_counts(found, user),
        "overtaken": overtaken(found, user),
        "reads_look_backs": found.organization_id in user.access.anywhere(Ability.SEE_RESULT),
    }
    return render(request, "reports/dashboard.html", context)


@require_safe
def dashboard_print(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The same figures on one A4 page, with what is late or stands still by name."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    form = DaysForm(request.GET)
    shown = read_dashboard(found, user, as_of=form.day("as_of"), since=form.day("since"))
    lists = [
        _named(found, shown, user, key, word, most)
        for (key, word), most in zip(PRINTED_LISTS, _shares(shown), strict=True)
    ]
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


def _shares(shown: Dashboard) -> tuple[int, int]:
    """How many overdue and stalled items fit beside the tables by section and leader."""
    longest = max(len(table.rows) for table in shown.tables if table.key != "area")
    room = SHEET_LINES - longest
    late = min(MOST_ITEMS, max(FEWEST_ITEMS, room * 2 // 3))
    rest = room - min(late, shown.head["overdue"])
    return late, min(MOST_ITEMS, max(FEWEST_ITEMS, rest))


def _named(
    inspection: Inspection, shown: Dashboard, user: User, key: str, word: str, most: int
) -> dict[str, Any]:
    """The first rows of a list, and how many more there are."""
    return {
        "word": word,
        "total": shown.head[key],
        "more": max(shown.head[key] - most, 0),
        "rows": _rows(inspection, shown.moment, user, key, most),
        "href": shown.links.ledger(key),
    }


def _rows(inspection: Inspection, moment: Moment, user: User, key: str, most: int) -> list[Any]:
    found = (
        counted(inspection, moment, user)
        .filter(CONDITIONS[key].applies(moment))
        .order_by(F("state_due_on"), "place", "pk")[:most]
    )
    return [_item(measure, moment) for measure in found]


def _item(measure: Measure, moment: Moment) -> dict[str, Any]:
    due_on = measure.state_due_on  # type: ignore[attr-defined]  # annotated by `counted`
    return {
        "measure": measure,
        "due_on": due_on,
        "days_late": (moment.as_of - due_on).days if due_on else None,
    }
