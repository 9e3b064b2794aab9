"""批示和议定事项: the list of an inspection, giving, recording on behalf, one with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import Inspection
from measures.domain.guards import refuse_closed
from measures.domain.instructions import (
    NOT_YOURS,
    addressee,
    answers_for_another,
    give_instruction,
    instructions_of,
    is_overdue,
    may_reply,
    record_instruction,
    reply_instruction,
)
from measures.interfaces.instruction_forms import InstructionForm, RecordForm, ReplyForm
from measures.models import Instruction, Measure
from measures.reading import may
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.form_pages import FormPage, posted, save_form
from rectify.lib.clock import today
from rectify.shell import remember


@dataclass(frozen=True)
class Row:
    """One instruction of the list; `reads_measure`: the person may open its measure."""

    one: Instruction
    late: bool
    reads_measure: bool


@dataclass(frozen=True)
class Group:
    """Instructions that stand alike; `empty` is said without any."""

    key: str
    word: str
    empty: str
    rows: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class InstructionPage(FormPage):
    """`submit`: the word on the button; `row`, `late`, `on_behalf`, `answers`: of one that is
    there already, `opens` whether the person may open its measure."""

    submit: str
    row: Instruction | None = None
    late: bool = False
    opens: bool = False
    on_behalf: str = ""
    answers: bool = False


@require_safe
def instructions(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Everything that the person may read: open ones first, those overdue marked."""
    found = _inspection(request, inspection)
    user = request.user
    if found.organization_id not in user.access.anywhere(Ability.SEE_RESULT):
        raise NotAllowed("批示和议定事项由本单位人员查看。")
    remember(request, found)
    rows = list(instructions_of(found, user))
    groups = (
        Group("open", "待答复", "没有待答复的批示和议定事项。", _rows(rows, user, answered=False)),
        Group("answered", "已答复", "还没有答复过的批示和议定事项。",
              _rows(sorted(rows, key=_answered_when, reverse=True), user, answered=True)),
    )  # fmt: skip
    shown = request.GET.get("show", "")
    context = {
        "inspection": found, "total": len(rows), "as_of": today(), "nav": "ledger",
        "groups": [one for one in groups if shown not in ("open", "answered") or one.key == shown],
        "filters": [("", "全部", len(rows)),
                    *((one.key, one.word, len(one.rows)) for one in groups)],
        "shown": shown if shown in ("open", "answered") else "",
        "late": sum(row.late for row in groups[0].rows),
        "may_give": may_in(user, Ability.INSTRUCT, found.organization),
        "may_record": may_in(user, Ability.RECORD_PAPER, found.organization),
    }  # fmt: skip
    return render(request, "measures/instructions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def instruction_new(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The secretary's own; of one measure (?measure=) or to sections."""
    row = _inspection(request, inspection)
    require_in(request.user, Ability.INSTRUCT, row.organization)
    measure = _measure(request, row)
    if refused := _stopped(request, measure):
        return refused
    form = InstructionForm(posted(request), organization=row.organization, measure=measure)

    def save(cleaned: dict[str, Any]) -> str:
        give_instruction(
            row, actor=request.user, to=form.to(), text=cleaned["text"], due_on=cleaned["due_on"]
        )
        return _home(row, measure)

    page = _page(row, measure, "批示", "已批示，并告知承办科室。", submit="提交批示")
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def instruction_record(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """The office types in what was said on paper or resolved in a meeting."""
    row = _inspection(request, inspection)
    require_in(request.user, Ability.RECORD_PAPER, row.organization)
    measure = _measure(request, row)
    if refused := _stopped(request, measure):
        return refused
    form = RecordForm(posted(request), organization=row.organization, measure=measure)

    def save(cleaned: dict[str, Any]) -> str:
        record_instruction(
            row, actor=request.user, to=form.to(), given=form.given(), text=cleaned["text"],
            due_on=cleaned["due_on"],
        )  # fmt: skip
        return _home(row, measure)

    page = _page(row, measure, "代录批示、议定事项", "已代录，并告知承办科室。", submit="保存",
                 intro="纸质批示和会议议定事项由整改办录入，处处标明“代录”。")  # fmt: skip
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def instruction(request: LoggedIn, instruction: UUID) -> HttpResponse:
    """One with its answer; whoever has to answer does it here, and mends it here."""
    user = request.user
    row = get_object_or_404(
        Instruction.objects.visible_to(user).select_related(
            "inspection__organization", "measure__lead_section", "section", "given_by",
            "recorded_by",
        ),
        public_id=instruction,
    )  # fmt: skip
    answers = may_reply(row, user)
    if request.method == "POST" and not answers:
        raise NotAllowed(NOT_YOURS)
    remember(request, row.inspection)
    form = ReplyForm(posted(request), instruction=row)
    listed = reverse("instructions", kwargs={"inspection": row.inspection.public_id})

    def save(cleaned: dict[str, Any]) -> str:
        reply_instruction(row, actor=user, version=cleaned["version"], reply=cleaned["reply"])
        return request.path

    section = addressee(row)
    page = InstructionPage(
        title=row.get_kind_display(), done="已保存答复。", back_url=listed,
        template="measures/instruction.html", draft=f"reply-{row.public_id}",
        trail=(("台账", _ledger(row.inspection)), ("批示和议定事项", listed),
               (row.get_kind_display(), "")),
        submit="修改答复" if row.reply else "提交答复", row=row, late=is_overdue(row),
        opens=_opens(row, user), answers=answers and row.inspection.archived_at is None,
        on_behalf=str(section or "承办科室") if answers and answers_for_another(row, user) else "",
    )  # fmt: skip
    return save_form(request, form, page, save)


def _inspection(request: LoggedIn, public_id: UUID) -> Inspection:
    return get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related("organization"),
        public_id=public_id,
    )


def _measure(request: LoggedIn, inspection: Inspection) -> Measure | None:
    """The measure that the address names, None where it goes to sections."""
    named = request.GET.get("measure")
    if not named:
        return None
    try:
        public_id = UUID(named)
    except ValueError:
        public_id = UUID(int=0)  # names none, as one that is out of sight
    return get_object_or_404(
        Measure.objects.visible_to(request.user)
        .filter(inspection=inspection)
        .select_related("inspection__organization", "lead_section", "leader"),
        public_id=public_id,
    )


def _stopped(request: LoggedIn, measure: Measure | None) -> HttpResponse | None:
    """Back to a measure of which nothing may be written any more, with the reason."""
    if measure is None:
        return None
    try:
        refuse_closed(measure)
    except Refused as error:
        messages.error(request, error.message)
        return redirect("measure", measure=measure.public_id)
    return None


def _rows(found: Sequence[Instruction], user: User, *, answered: bool) -> list[Row]:
    return [
        Row(one, is_overdue(one), _opens(one, user)) for one in found if bool(one.reply) is answered
    ]


def _opens(one: Instruction, user: User) -> bool:
    return one.measure is not None and may(user, Ability.SEE_SUMMARY, one.measure)


def _answered_when(one: Instruction) -> tuple[float, int]:
    return (one.replied_at.timestamp() if one.replied_at else 0.0, one.pk)


def _home(row: Inspection, measure: Measure | None) -> str:
    if measure is not None:
        return reverse("measure", kwargs={"measure": measure.public_id}) + "#decisions"
    return reverse("instructions", kwargs={"inspection": row.public_id})


def _ledger(row: Inspection) -> str:
    return reverse("ledger", kwargs={"inspection": row.public_id})


def _page(
    row: Inspection, measure: Measure | None, title: str, done: str, *, submit: str, intro: str = ""
) -> InstructionPage:
    back = _home(row, measure)
    above = ("措施", back.removesuffix("#decisions")) if measure else ("批示和议定事项", back)
    return InstructionPage(
        title=title, done=done, back_url=back, template="measures/instruction_form.html",
        trail=(("台账", _ledger(row)), above, (title, "")), submit=submit, intro=intro,
        draft=f"instruction-{measure.public_id if measure else row.public_id}",
        facts=(("整改措施", measure.text),) if measure else (("巡察", str(row)),),
    )  # fmt: skip
