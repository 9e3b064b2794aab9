"""问题清单: areas, issues and tasks with the state that their measures give them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from issues.enums import Level
from issues.models import Inspection, Issue
from measures.domain.level_figures import LEVELS, STATES
from measures.domain.moment import moment_of
from measures.domain.rollup import Tree
from measures.domain.rollup import tree as rolled_up
from measures.views.branches import Drawing, Rights, flat
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.lib.chinese_dates import ChineseDateError, parse_date


@require_safe
def tree(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The whole tree, or with `?level=…&state=…` exactly the nodes that a level figure counts."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    notes: list[str] = []
    as_of = _day(request.GET.get("as_of", ""), notes)
    level = _level(request.GET.get("level", ""), notes)
    state = _state(request.GET.get("state", ""), level, notes)
    moment = moment_of(found, as_of)
    nodes = rolled_up(found, moment, user)
    rights = Rights.of(user, found)
    drawing = Drawing(found, rights, as_of, _recurring(nodes, user))
    context = {
        "inspection": found,
        "moment": moment,
        "rights": rights,
        "notes": notes,
        "levels": drawing.levels(nodes) if nodes.areas else [],
        "level": level,
        "level_label": found.label_of(level) if level else "",
        "state_label": STATES.get(state, ""),
        "rows": flat(drawing, nodes, level, state) if level else [],
        "areas": [] if level else drawing.tree(nodes),
        "nav": "tree",
    }
    return render(request, "measures/tree.html", context)


def _recurring(tree: Tree, user: User) -> dict[int, Issue]:
    """The older issues that issues of the tree come back from, where the person may read them."""
    rows = [one.row for one in tree.nodes(Level.ISSUE)]
    ids = {row.recurs_from_id for row in rows if isinstance(row, Issue) and row.recurs_from_id}
    if not ids:
        return {}
    older = Issue.objects.visible_to(user).filter(pk__in=ids).select_related("inspection")
    return {issue.pk: issue for issue in older}


def _day(text: str, notes: list[str]) -> date | None:
    if not text:
        return None
    try:
        return parse_date(text)
    except ChineseDateError as error:
        notes.append(f"{error}已按默认日期统计。")
        return None


def _level(text: str, notes: list[str]) -> Level | None:
    if text and text not in LEVELS:
        notes.append(f"没有“{text[:40]}”这一层级，已列出整个问题清单。")
    return Level(text) if text in LEVELS else None


def _state(text: str, level: Level | None, notes: list[str]) -> str:
    if not text:
        return ""
    if level is None:
        notes.append("按状态查看须同时选定层级，已列出整个问题清单。")
        return ""
    if text not in STATES:
        notes.append(f"没有“{text[:40]}”这一状态，已列出该层级全部事项。")
        return ""
    return text
