"""The front door: straight to the inspection one works on, or what to do where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from issues.models import Inspection
from rectify.accounts.domain.first_run import awaits_set_up
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.shell import ADMINISTRATORS_DOORS

# Where the shell remembers which inspection the person looked at last.
REMEMBERED = "inspection"


@dataclass(frozen=True)
class Advice:
    heading: str
    text: str
    url: str = ""
    action: str = ""


_BUREAU_WAITS = Advice("还没有巡察", "局办公室（整改办）录入巡察反馈后，这里会显示整改进展。")
_NEXT_STEPS = {
    Role.OFFICE: Advice(
        "还没有巡察",
        "先新建一次巡察，再录入反馈的问题并分解任务和措施。建好后，本页会显示全部数字。",
        "inspection_new",
        "新建巡察",
    ),
    Role.SECTION: Advice(
        "还没有需要填报的措施",
        "局办公室（整改办）录入并分派措施后，您所在科室的措施会显示在这里。",
    ),
    Role.LEADER: _BUREAU_WAITS,
    Role.PARTY_GROUP: _BUREAU_WAITS,
    Role.SECRETARY: _BUREAU_WAITS,
    Role.DISCIPLINE: Advice("还没有巡察", "所派驻的单位录入巡察反馈后，这里会显示整改进展。"),
    Role.OVERSIGHT: Advice("还没有巡察", "下级单位录入巡察反馈后，这里会显示各单位的整改进展。"),
}
_NO_ROLE = Advice("您还没有角色", "请联系本单位的安全管理员为您授权，授权后刷新本页即可使用。")


@require_safe
def home(request: LoggedIn) -> HttpResponse:
    """Redirect to the dashboard of the remembered or the newest inspection; administrators, who
    see none, to their own first page, and the first account to the setting up of the system."""
    user = request.user
    mine = Inspection.objects.visible_to(user).filter(archived_at__isnull=True).for_shell()
    remembered = _uuid(str(request.session.get(REMEMBERED, "")))
    found = mine.filter(public_id=remembered).first() if remembered else None
    found = found or mine.first()
    if found is not None:
        return redirect("dashboard", inspection=found.public_id)
    for ability, door in ADMINISTRATORS_DOORS:
        if user.access.whole(ability):
            return redirect(door.key)
    if awaits_set_up(user):
        return redirect("first_run")
    advice = _advice(user)
    url = reverse(advice.url) if advice.url else ""
    return render(request, "reports/no_inspection.html", {"advice": advice, "url": url})


def _advice(user: User) -> Advice:
    """By the first of the person's roles, in the order of the table above."""
    return next(
        (advice for role, advice in _NEXT_STEPS.items() if user.access.by_role.get(role)), _NO_ROLE
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
