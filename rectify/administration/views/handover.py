"""移交: one page from the person who gives to the person who takes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rectify.accounts.enums import Ability
from rectify.accounts.models import Membership, User
from rectify.accounts.requests import LoggedIn
from rectify.administration.domain.handover import hand_over
from rectify.administration.interfaces.forms import HandoverForm
from rectify.administration.registry import open_work
from rectify.form_pages import FormPage, posted, save_form


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: LoggedIn, person: UUID) -> HttpResponse:
    """Choose which of the person's grants go to whom."""
    user = request.user
    giver = get_object_or_404(User.objects.grantable_by(user), public_id=person)
    back = reverse("grant_person", kwargs={"person": giver.public_id})
    grants = (
        Membership.objects.managed_by(user)
        .live()
        .filter(user=giver)
        .select_related("organization", "section", "user")
        .order_by("pk")
    )
    people = User.objects.filter(
        organization__in=user.access.whole(Ability.MANAGE_GRANTS), is_active=True
    ).exclude(pk=giver.pk)
    bureaus = {row.organization for row in grants}
    named = sum(work.count for bureau in bureaus for work in open_work(bureau, giver))
    page = FormPage(
        title=f"移交{giver}的授权",
        done=f"已移交。{giver}的登录已退出，仍写明{giver}的措施已通知局办公室（整改办）核对。",
        back_url=back,
        trail=[("授权", reverse("grants")), (giver.name, back), ("移交", "")],
        template="administration/handover.html",
        intro="所选授权转给接手人，移交人的相应授权同时结束、登录退出。措施中的责任领导不会自动改名，"
        "由局办公室（整改办）逐项核对。",
        facts=(("责任领导仍写此人的未销号措施", f"{named} 项"),) if named else (),
    )

    def save(values: dict[str, Any]) -> str:
        hand_over(list(values["grants"]), to=values["to"], actor=user, reason=values["reason"])
        return back

    chosen = [str(row.public_id) for row in grants]
    form = HandoverForm(posted(request), grants=grants, people=people, initial={"grants": chosen})
    return save_form(request, form, page, save)
