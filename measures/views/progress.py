"""Writing the weekly progress of one measure, and returning an entry for mending."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from measures.domain.progress import return_progress, write_progress, writing_section
from measures.domain.twins import entries_of_twins
from measures.exceptions import Overtaken
from measures.interfaces.forms import ProgressForm
from measures.interfaces.instruction_forms import ReturnForm
from measures.interfaces.weeks import writable_weeks
from measures.models import Measure, ProgressEntry
from measures.reading import require
from measures.views.measure_page import measure_page
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.conflicts import conflict_page
from rectify.form_fields import put_beside
from rectify.form_pages import FormPage, posted, save_form
from rectify.lib.weeks import week_label


@dataclass(frozen=True, kw_only=True)
class EntryPage(FormPage):
    """The page about one entry, which stands above the form."""

    entry: ProgressEntry


@require_POST
def measure_progress(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Save the entry of the person's section for the chosen week."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related(
            "inspection__organization", "lead_section", "leader"
        ),
        public_id=measure,
    )
    require(request.user, Ability.WRITE_PROGRESS, row)
    form = ProgressForm(request.POST, weeks=writable_weeks(row.inspection))
    if form.is_valid():
        try:
            entry = write_progress(
                row,
                actor=request.user,
                week_start=form.cleaned_data["week_start"],
                text=form.cleaned_data["text"],
                difficulty=form.cleaned_data["difficulty"],
                no_change=form.cleaned_data["no_change"],
                version=form.seen_version,
                twins_seen=form.twins_seen,
            )
        except StaleVersion as error:
            return _overtaken(request, row, form, error.current)
        except Overtaken as error:
            return _overtaken_twin(request, row, form, error)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, _saved(row, entry))
            return redirect("measure", measure=row.public_id)
    return measure_page(request, row, progress=form)


def _saved(row: Measure, entry: ProgressEntry) -> str:
    words = f"已保存{week_label(entry.week_start)}进展。"
    if row.same_as_id is None:
        return words
    others = len(entries_of_twins(row, entry.section, entry.week_start))
    return f"{words}同一措施，进展已同步到另外 {others} 条。" if others else words


def _overtaken(
    request: LoggedIn, row: Measure, form: ProgressForm, current: ProgressEntry
) -> HttpResponse:
    """Somebody of the section wrote the same week meanwhile, or had written it before."""
    address = {"measure": row.public_id}
    return conflict_page(
        request,
        current=current,
        form=form,
        action_url=reverse("measure_progress", kwargs=address),
        title=f"{week_label(current.week_start)}进展：内容有冲突",
        leave_url=reverse("measure", kwargs=address),
        now={
            "seen_week": current.week_start.isoformat(),
            "twins": form.packed(entries_of_twins(row, current.section, current.week_start)),
        },
        together=("text", "no_change"),
    )


def _overtaken_twin(
    request: LoggedIn, row: Measure, form: ProgressForm, error: Overtaken
) -> HttpResponse:
    """A twin has another entry of that week: 409 naming it; what was typed stays, and the next
    save replaces what the person has now read."""
    week = form.cleaned_data["week_start"]
    section = writing_section(request.user, row)
    entry = row.entries.filter(section=section, week_start=week).first()
    now: dict[str, Any] = {"seen_week": week.isoformat(), "version": entry.version if entry else ""}
    if section is not None:
        now["twins"] = form.packed(entries_of_twins(row, section, week))
    form.add_error(None, error.message)
    data = request.POST.copy()
    for name, value in now.items():
        data[form.add_prefix(name)] = str(value)
    form.data = data
    return measure_page(request, row, progress=form, status=HTTPStatus.CONFLICT)


@require_http_methods(["GET", "HEAD", "POST"])
def progress_return(request: LoggedIn, entry: UUID) -> HttpResponse:
    """退回修改: the office says what the section has to mend in one entry."""
    row = get_object_or_404(
        ProgressEntry.objects.visible_to(request.user).select_related(
            "measure__inspection__organization", "section"
        ),
        public_id=entry,
    )
    measure = row.measure
    require_in(request.user, Ability.RUN_ROUND, measure.inspection.organization)
    back = reverse("measure", kwargs={"measure": measure.public_id})
    form = ReturnForm(posted(request), entry=row)

    def save(cleaned: dict[str, Any]) -> str:
        return_progress(
            row, actor=request.user, version=cleaned["version"], reason=cleaned["return_reason"]
        )
        return f"{back}#timeline"

    page = EntryPage(
        title="退回修改", done=f"已退回{row.section_name}修改。", back_url=f"{back}#timeline",
        template="measures/progress_return.html", entry=row,
        trail=(("台账", reverse("ledger", kwargs={"inspection": measure.inspection.public_id})),
               ("措施", back), ("退回修改", "")),
        facts=(("整改措施", measure.text), ("填报", f"{row.section_name} {row.author_name}"),
               ("周次", week_label(row.week_start))),
    )  # fmt: skip
    return save_form(request, form, page, save)
