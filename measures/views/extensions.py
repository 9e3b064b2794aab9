"""延期和长期坚持事项 of one inspection: what the party group is told of every postponement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from issues.models import Inspection
from measures.domain.extensions import extensions_of
from measures.enums import ApplicationState
from measures.models import Extension
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed
from rectify.lib.clock import today
from rectify.shell import remember


@dataclass(frozen=True)
class Group:
    """Extensions that stand alike; `word` heads their table, `empty` is said without any."""

    key: str
    word: str
    empty: str
    rows: Sequence[Extension]


@require_safe
def extensions(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Every extension that the person may read: waiting, granted and returned."""
    row = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related("organization"),
        public_id=inspection,
    )
    if row.organization_id not in request.user.access.anywhere(Ability.SEE_RESULT):
        raise NotAllowed("延期事项由本单位人员查看。")
    remember(request, row)
    found = list(extensions_of(row, request.user))
    pending = ApplicationState.pending()
    groups = (
        Group("pending", "待审定", "没有等待审定的延期申请。",
              [one for one in found if one.state in pending]),
        Group("granted", "已同意", "还没有同意过延期。",
              [one for one in found if one.state == ApplicationState.ACCEPTED]),
        Group("returned", "已退回", "没有被退回的延期申请。",
              [one for one in found if one.state == ApplicationState.RETURNED]),
    )  # fmt: skip
    context = {
        "inspection": row, "groups": groups, "total": sum(len(one.rows) for one in groups),
        "as_of": today(), "nav": "ledger",
    }  # fmt: skip
    return render(request, "measures/extensions.html", context)
