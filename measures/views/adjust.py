"""措施调整 of one measure: asked by its lead section, or the measure taken out of the plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from measures.domain.adjustments import plan_is_frozen
from measures.domain.guards import refuse_closed
from measures.domain.plan_edits import propose_edit, returned_change, save_removal
from measures.interfaces.plan_forms import (
    ADJUSTABLE,
    PROPOSE,
    AdjustForm,
    RemovalForm,
    values_of,
)
from measures.models import Measure
from measures.reading import may, require
from measures.views.edit import PROPOSED
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.form_pages import FormPage, posted, save_form

UNFROZEN = "整改方案还没有审定，请由整改办直接修改措施，不需要申请调整。"


@require_http_methods(["GET", "HEAD", "POST"])
def measure_adjust(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Ask for a change of text, goal, deadline, kind or owner; the leader decides."""
    row = _measure(request, measure)
    require(request.user, Ability.APPLY_CLOSURE, row)
    frozen = plan_is_frozen(row.inspection)
    refused = _stopped(row) or ("" if frozen else UNFROZEN)
    if refused:
        return _back_with(request, row, refused)
    last = returned_change(row)
    initial = values_of(row)
    if last is not None:
        initial |= {name: value for name, value in last.asked.items() if name in ADJUSTABLE}
        initial["reason"] = last.adjustment.reason
    form = AdjustForm(posted(request), measure=row, initial=initial)

    def save(cleaned: dict[str, Any]) -> str:
        version, reason = cleaned.pop("version"), cleaned.pop("reason")
        propose_edit(row, actor=request.user, version=version, values=cleaned, reason=reason)
        return reverse("measure", kwargs={"measure": row.public_id})

    intro = "整改方案已审定。调整经科室负责人确认、办公室初审，由责任领导审定后生效。"
    if last is not None and last.comment:
        intro = f"上次申请被退回：{last.comment}　改好后再次提交。"
    page = _page(row, "申请措施调整", PROPOSED, "measures/plan_adjust.html", intro)
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_remove(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Take the measure out of the plan, or ask for it; it is archived, never deleted."""
    row = _measure(request, measure)
    user = request.user
    require(user, Ability.APPLY_CLOSURE, row)
    may_record = may(user, Ability.EDIT_MEASURE, row)
    frozen = plan_is_frozen(row.inspection)
    refused = _stopped(row) or ("" if frozen or may_record else UNFROZEN)
    if refused:
        return _back_with(request, row, refused)
    form = RemovalForm(
        posted(request), request.FILES or None, measure=row, frozen=frozen, may_record=may_record
    )

    def save(cleaned: dict[str, Any]) -> str:
        save_removal(row, actor=user, version=cleaned["version"], asked=form.asked())
        return reverse("measure", kwargs={"measure": row.public_id})

    intro = "取消后措施归档，不再计入统计；以前各日的数字和全部记录保留。"
    if frozen:
        intro = f"整改方案已审定，取消措施属于措施调整，须经审定。{intro}"
    proposes = frozen and (not may_record or request.POST.get("way") == PROPOSE)
    done = PROPOSED if proposes else "已取消这条措施。"
    page = _page(row, "取消措施", done, "measures/measure_remove.html", intro)
    return save_form(request, form, page, save)


def _measure(request: LoggedIn, public_id: UUID) -> Measure:
    return get_object_or_404(
        Measure.objects.visible_to(request.user)
        .select_related("task__issue__area", "inspection__organization", "owner")
        .prefetch_related("supports", "co_leads"),
        public_id=public_id,
    )


def _stopped(measure: Measure) -> str:
    """Why nothing may be written to the measure any more; "" = it may."""
    try:
        refuse_closed(measure)
    except Refused as error:
        return error.message
    return ""


def _back_with(request: LoggedIn, measure: Measure, words: str) -> HttpResponse:
    messages.error(request, words)
    return redirect("measure", measure=measure.public_id)


def _page(measure: Measure, title: str, done: str, template: str, intro: str) -> FormPage:
    back = reverse("measure", kwargs={"measure": measure.public_id})
    ledger = reverse("ledger", kwargs={"inspection": measure.inspection.public_id})
    return FormPage(
        title=title, done=done, back_url=back, template=template, intro=intro,
        trail=[("台账", ledger), ("措施", back), (title, "")],
        draft=f"{template}-{measure.public_id}",
        facts=(("反馈问题", measure.task.issue.title), ("整改措施", measure.text)),
    )  # fmt: skip
