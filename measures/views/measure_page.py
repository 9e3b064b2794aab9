"""Everything that the page of one measure shows, each part as far as the person may read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from issues.models import Disclosed
from measures.domain.conditions import counted
from measures.domain.extensions import original_deadline
from measures.domain.history import history
from measures.domain.instructions import is_late
from measures.domain.moment import moment_of
from measures.domain.progress import writing_section
from measures.domain.result_lint import Hint, plan_like
from measures.domain.twins import entries_of_twins, twins_of
from measures.enums import LookBackVerdict
from measures.interfaces.evidence import EvidenceForm
from measures.interfaces.forms import ProgressForm, ReportForm
from measures.interfaces.weeks import writable_weeks
from measures.models import (
    Evidence,
    Instruction,
    LookBack,
    Measure,
    PlanBaseline,
    ProgressEntry,
    WeeklyRound,
)
from measures.reading import Reading, may, reading
from measures.rules import targets
from measures.views.actions import next_actions, step_words
from measures.views.affairs import affairs
from measures.views.ledger_rows import asked, lamp_word, roles_in
from measures.views.look_back_dossier import pick_url
from measures.views.outcome_part import outcome_part
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.shell import remember


@dataclass(frozen=True)
class WeekOfEntries:
    """What was written in one week: the lead section's entry counts, the others are 配合情况.

    `returnable`: the person may return an entry of it for mending."""

    monday: date
    lead: ProgressEntry | None
    others: Sequence[ProgressEntry]
    returnable: bool = False


def measure_page(
    request: LoggedIn,
    measure: Measure,
    *,
    report: ReportForm | None = None,
    progress: ProgressForm | None = None,
    evidence: EvidenceForm | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    """The page; a form that was refused is passed in and answers with `status`."""
    refused = any(form is not None for form in (report, progress, evidence))
    context = page_context(request, measure)
    if report is not None:
        context["report_form"] = report
        context["result_hints"] = _hints(report)
    if progress is not None:
        context["progress_form"] = progress
    if evidence is not None:
        context["evidence_form"] = evidence
    status = status if refused else HTTPStatus.OK
    return render(request, "measures/measure.html", context, status=status)


def page_context(request: LoggedIn, measure: Measure) -> dict[str, Any]:
    user = request.user
    # The row as it stands: a refused form has left its values on the object that it was given.
    fresh = (
        Measure.objects.visible_to(user)
        .select_related(
            "task__issue__area", "inspection__organization", "lead_section", "leader", "owner",
            "disclosure_approver",
        )
        .prefetch_related("supports", "co_leads")
        .get(pk=measure.pk)
    )  # fmt: skip
    remember(request, fresh.inspection)
    parts = reading(user, fresh)
    frozen = PlanBaseline.objects.filter(inspection=fresh.inspection_id).first()
    context: dict[str, Any] = {
        "m": fresh,
        "inspection": fresh.inspection,
        "trail": _trail(fresh),
        "reads_result": Reading.RESULT in parts,
        "reads_full": Reading.FULL in parts,
        "baseline": frozen,
        "kept_back": _kept_back(fresh),
        "twins": _twins(fresh, user),
        **_lamp(fresh, user),
    }
    if Reading.RESULT in parts:
        context |= _told(fresh, user, full=Reading.FULL in parts)
    if Reading.FULL in parts:
        context |= _papers(fresh, user)
    context["original"] = original_deadline(fresh)
    context["sampled"] = _sampled(fresh)
    context["actions"] = next_actions(
        fresh, user, frozen=frozen is not None, affairs=context.get("affairs", [])
    )
    context["look_back_url"] = pick_url(fresh, user, context.get("look_backs", ()))
    context |= report_part(request, fresh) | progress_part(request, fresh)
    return context


def report_form(request: LoggedIn, measure: Measure, data: Any = None) -> ReportForm:
    roles = roles_in(request.user, measure.organization_id)
    wanted = request.GET.get("status", "")
    return ReportForm(data, measure=measure, steps=targets(measure.status, roles), wanted=wanted)


def report_part(request: LoggedIn, measure: Measure) -> dict[str, Any]:
    user = request.user
    if measure.closed_at or measure.archived_at or not may(user, Ability.REPORT_STATUS, measure):
        return {}
    return {
        "report_form": report_form(request, measure),
        "other_steps": step_words(measure, user),
        "result_hints": plan_like(measure.result_text, measure.status),
    }


def _hints(form: ReportForm) -> list[Hint]:
    """What is odd about the result as it stands in a form that was refused."""
    return plan_like(form["result_text"].value() or "", form["status"].value() or "")


def progress_part(request: LoggedIn, measure: Measure) -> dict[str, Any]:
    """The weekly form for the section that the person writes for, and what it wrote last."""
    user = request.user
    if measure.closed_at or measure.archived_at or not may(user, Ability.WRITE_PROGRESS, measure):
        return {}
    parts: dict[str, Any] = {"evidence_form": EvidenceForm()}
    section = writing_section(user, measure)
    weeks = writable_weeks(measure.inspection)
    if section is None or not weeks:
        return parts
    week = _asked_week(request, weeks)
    entry = entry_of(measure, section.pk, week)
    last = (
        ProgressEntry.objects.visible_to(user)
        .filter(measure=measure, section=section, week_start__lt=week)
        .exclude(text="")
        .order_by("-week_start")
        .first()
    )
    initial: dict[str, Any] = {"week_start": week.isoformat(), "seen_week": week.isoformat()}
    if entry is not None:
        initial |= {
            "text": entry.text, "difficulty": entry.difficulty, "no_change": entry.no_change,
            "version": entry.version,
        }  # fmt: skip
    elif request.GET.get("reuse") and last is not None:
        initial["text"] = last.text
    if measure.same_as_id is not None:
        found = entries_of_twins(measure, section, week)
        initial["twins"] = ProgressForm.packed(found)
        parts["progress_twins"] = list(twins_of(measure, section))
        parts["progress_twin_entries"] = [one for one in found if not _says_the_same(one, entry)]
    return parts | {
        "progress_form": ProgressForm(weeks=weeks, initial=initial),
        "progress_entry": entry,
        "progress_last": last,
        "progress_section": section,
        "progress_supports": section.pk != measure.lead_section_id,
        "progress_on_behalf": section.pk not in user.access.sections,
    }


def _says_the_same(one: ProgressEntry, other: ProgressEntry | None) -> bool:
    return other is not None and all(
        getattr(one, name) == getattr(other, name) for name in ("text", "difficulty", "no_change")
    )


def entry_of(measure: Measure, section_id: int, week: date) -> ProgressEntry | None:
    return measure.entries.filter(section_id=section_id, week_start=week).first()


def _asked_week(request: LoggedIn, weeks: Sequence[date]) -> date:
    asked_for = request.GET.get("week", "")
    return next((week for week in weeks if week.isoformat() == asked_for), weeks[0])


def _trail(measure: Measure) -> list[tuple[str, str]]:
    task = measure.task
    ledger = reverse("ledger", kwargs={"inspection": measure.inspection.public_id})
    trail = [
        ("台账", ledger),
        (_short(task.issue.area.title), f"{ledger}?area={task.issue.area.public_id}"),
        (_short(task.issue.title), f"{ledger}?issue={task.issue.public_id}"),
    ]
    if task.title:
        trail.append((_short(task.title), f"{ledger}?issue={task.issue.public_id}"))
    return [*trail, ("措施", "")]


def _short(title: str) -> str:
    return title if len(title) <= 20 else f"{title[:19]}…"


def _lamp(measure: Measure, user: User) -> dict[str, Any]:
    """The lamp as every list computes it; none for an archived measure."""
    moment = moment_of(measure.inspection)
    row = asked(counted(measure.inspection, moment, user).filter(pk=measure.pk), moment).first()
    if row is None:
        return {"moment": moment}
    # Annotated by the query, so not a declared attribute of the model.
    lamp: str = vars(row)["lamp"]
    return {
        "moment": moment,
        "lamp": lamp,
        "lamp_word": lamp_word(row, moment),
        "completed_late": vars(row)["is_completed_late"],
    }


def _kept_back(measure: Measure) -> Disclosed | None:
    """The nearest row up the tree that says how far this measure may be told."""
    task = measure.task
    rows: tuple[Disclosed, ...] = (measure, task, task.issue)
    return next((row for row in rows if row.disclosure), None)


def _twins(measure: Measure, user: User) -> list[Measure]:
    """The other rows of the same measure (同一措施) that the person may see."""
    if measure.same_as_id is None:
        return []
    same = Measure.objects.visible_to(user).filter(same_as=measure.same_as_id).in_order()
    return list(same.exclude(pk=measure.pk))


def _told(measure: Measure, user: User, *, full: bool) -> dict[str, Any]:
    """Entries and decisions. Who reads results only sees difficulties, not progress texts."""
    entries = (
        ProgressEntry.objects.visible_to(user)
        .filter(measure=measure)
        .select_related("section", "returned_by")
        .order_by("-week_start", "section__sort_order", "pk")
    )
    if not full:
        entries = entries.exclude(difficulty="")
    open_weeks = _returnable(measure, user)
    weeks = []
    for monday, group in groupby(entries, key=lambda entry: entry.week_start):
        rows = list(group)
        lead = next((row for row in rows if row.section_id == measure.lead_section_id), None)
        others = [row for row in rows if row is not lead]
        weeks.append(WeekOfEntries(monday, lead, others, open_weeks(monday)))
    return {
        "weeks": weeks,
        "affairs": affairs(measure, user),
        "instructions": Instruction.objects.visible_to(user)
        .filter(measure=measure)
        .annotate(late=is_late()),
        "look_backs": LookBack.objects.visible_to(user)
        .filter(measure=measure)
        .select_related("checked_by"),
    }


def _returnable(measure: Measure, user: User) -> Callable[[date], bool]:
    """Says of a week whether the person may return an entry of it: not once its round closed."""
    stopped = measure.closed_at is not None or measure.archived_at is not None
    if stopped or not may(user, Ability.RUN_ROUND, measure):
        return lambda _: False
    over = set(
        WeeklyRound.objects.filter(
            inspection=measure.inspection_id, closed_at__isnull=False
        ).values_list("week_start", flat=True)
    )
    return lambda week: week not in over


def _sampled(measure: Measure) -> str:
    """The mark beside 已销号: whether an issued look-back confirmed it; "" while not closed."""
    if measure.closed_at is None:
        return ""
    confirmed = LookBack.objects.filter(
        measure=measure, issued_at__isnull=False, verdict=LookBackVerdict.CONFIRMED
    )
    return "sampled" if confirmed.exists() else "unsampled"


def _papers(measure: Measure, user: User) -> dict[str, Any]:
    return {
        "evidence_files": Evidence.objects.visible_to(user)
        .filter(links__measure=measure, archived_at__isnull=True)
        .select_related("preview")
        .order_by("created_at", "pk"),
        **outcome_part(measure, user),
        "history": history(measure),
    }
