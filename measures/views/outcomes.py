"""Pages that enter, change and archive an outcome; the list is `reports.views.outcomes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from issues.models import Inspection
from measures.domain.evidence import refuse_evidence
from measures.domain.outcome_twins import LikelyTwins, in_words
from measures.domain.outcomes import (
    ARCHIVED_OUTCOME,
    MODELS,
    add_outcome,
    archive_outcome,
    edit_outcome,
    require_change,
    require_enter,
)
from measures.enums import RuleAction, RuleStage
from measures.interfaces.outcome_fields import OutcomeForm, now_of
from measures.interfaces.outcome_forms import FORMS, ArchiveOutcomeForm
from measures.models import Measure
from measures.models.outcomes import Outcome
from measures.reading import may
from rectify.accounts.enums import Ability
from rectify.accounts.requests import LoggedIn
from rectify.form_pages import FormPage, posted, save_form
from rectify.lib.chinese_dates import format_date
from rectify.shell import remember

_FORM = "measures/outcome_form.html"


@require_http_methods(["GET", "HEAD", "POST"])
def outcome_new(request: LoggedIn, inspection: UUID, kind: str) -> HttpResponse:
    """A new outcome; `?measure=` names the measure whose page led here."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    require_enter(user, found)
    remember(request, found)
    measure = _asked_measure(request, found)
    word = MODELS[kind]._meta.verbose_name
    page = FormPage(
        title=f"登记{word}",
        done=f"已登记{word}。",
        back_url=_back(found, kind, measure),
        trail=_trail(found, kind, f"登记{word}"),
        template=_FORM,
        draft=f"outcome-{kind}-new-{found.public_id}",
        again_url=request.get_full_path(),
        facts=(("巡察", found.name),),
    )
    form = FORMS[kind](
        posted(request), request.FILES or None, inspection=found, user=user, measure=measure
    )

    def save(_: dict[str, Any]) -> str:
        model: Any = MODELS[kind]
        with _twins_shown(form, kind):
            row = add_outcome(
                model(inspection=found, **form.columns()), actor=user,
                measures=form.cleaned_data["measures"], upload=form.sent_file(),
                sure=form.cleaned_data["confirmed"],
            )  # fmt: skip
        _read_back(request, form)
        return _back(found, kind, measure, row)

    response = save_form(request, form, page, save)
    _record_refusal(request, form)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def outcome_edit(request: LoggedIn, kind: str, outcome: UUID) -> HttpResponse:
    """Change an outcome and the measures that it is linked to."""
    user = request.user
    row = _outcome(request, kind, outcome)
    found = row.inspection
    if row.archived_at is not None:
        messages.error(request, ARCHIVED_OUTCOME)
        return redirect(_back(found, kind, None, row))
    remember(request, found)
    measure = _asked_measure(request, found)
    word = MODELS[kind]._meta.verbose_name
    page = FormPage(
        title=f"修改{word}",
        done=f"已保存{word}。",
        back_url=_back(found, kind, measure, row),
        trail=_trail(found, kind, f"修改{word}"),
        template=_FORM,
        draft=f"outcome-{row.public_id}",
        facts=(("巡察", found.name), ("现登记", in_words(row))),
    )
    form = FORMS[kind](
        posted(request), request.FILES or None, inspection=found, user=user, outcome=row
    )
    form.archive_url = reverse("outcome_archive", kwargs={"kind": kind, "outcome": row.public_id})

    def save(values: dict[str, Any]) -> str:
        with _twins_shown(form, kind):
            edit_outcome(
                row, actor=user, version=values["version"], values=form.columns(),
                measures=values["measures"], upload=form.sent_file(), sure=values["confirmed"],
            )  # fmt: skip
        _read_back(request, form)
        return _back(found, kind, measure, row)

    response = save_form(request, form, page, save, now=now_of)
    _record_refusal(request, form)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def outcome_archive(request: LoggedIn, kind: str, outcome: UUID) -> HttpResponse:
    """Take an outcome out of the count, with the reason."""
    row = _outcome(request, kind, outcome)
    found = row.inspection
    remember(request, found)
    word = MODELS[kind]._meta.verbose_name
    page = FormPage(
        title=f"作废{word}",
        done="已作废，不再计数；记录仍保留在审计日志和措施的历史中。",
        back_url=_back(found, kind, None, row),
        trail=_trail(found, kind, f"作废{word}"),
        template="measures/outcome_archive.html",
        intro="作废后这条成果不再计数，也不再列出。登记的内容不会删除。",
        draft=f"outcome-archive-{row.public_id}",
        facts=(("成果", in_words(row)),),
    )
    form = ArchiveOutcomeForm(posted(request), initial={"version": row.version})

    def save(values: dict[str, Any]) -> str:
        archive_outcome(row, actor=request.user, version=values["version"], reason=values["reason"])
        return _back(found, kind, None, row)

    return save_form(request, form, page, save)


@contextmanager
def _twins_shown(form: OutcomeForm, kind: str) -> Iterator[None]:
    """Hands what looks entered already over to the form, which lists it; the refusal goes on."""
    try:
        yield
    except LikelyTwins as error:
        form.unseen_twins = error.unseen
        form.twins = [(_listed_at(row, kind), _told(row)) for row in error.rows]
        raise


def _outcome(request: LoggedIn, kind: str, public_id: UUID) -> Any:
    """The row that the person may change; 404 for an unknown kind and what may not be seen."""
    if kind not in MODELS:
        raise Http404
    model: Any = MODELS[kind]
    rows = model.objects.visible_to(request.user).select_related("inspection__organization")
    row = get_object_or_404(rows, public_id=public_id)
    require_change(request.user, row)
    return row


def _asked_measure(request: LoggedIn, inspection: Inspection) -> Measure | None:
    """The measure that `?measure=` names, None where it names none that the person sees."""
    try:
        public_id = UUID(request.GET.get("measure", ""))
    except ValueError:
        return None
    rows = Measure.objects.visible_to(request.user).filter(inspection=inspection)
    return rows.filter(public_id=public_id).first()


def _back(
    inspection: Inspection, kind: str, measure: Measure | None, row: Outcome | None = None
) -> str:
    """Where the page was come to from: the measure, or the list of the kind; at its beginning,
    where it is told what was done."""
    if measure is not None:
        return reverse("measure", kwargs={"measure": measure.public_id})
    page = reverse("outcomes", kwargs={"inspection": inspection.public_id})
    return f"{page}?{urlencode({'kind': kind, **_sub(row, kind)})}"


def _listed_at(row: Any, kind: str) -> str:
    """The line of the list that shows the outcome."""
    return f"{_back(row.inspection, kind, None, row)}#outcome-{row.public_id}"


def _sub(row: Any, kind: str) -> Mapping[str, str]:
    """The narrower list in which a rule that is no rule made or revised stands."""
    if kind != "rule" or row is None:
        return {}
    if row.stage == RuleStage.DRAFT:
        return {"sub": RuleStage.DRAFT.value}
    return {"sub": RuleAction.REPEAL.value} if row.action == RuleAction.REPEAL else {}


def _told(row: Outcome) -> str:
    day = f"（{format_date(row.happened_on)}）" if row.happened_on else ""
    return f"{in_words(row)}{day}"


def _trail(inspection: Inspection, kind: str, word: str) -> list[tuple[str, str]]:
    return [
        (inspection.name, reverse("dashboard", kwargs={"inspection": inspection.public_id})),
        ("整改成果", _back(inspection, kind, None)),
        (word, ""),
    ]


def _read_back(request: LoggedIn, form: OutcomeForm) -> None:
    """Amounts as they were understood, beside what was typed."""
    words = form.read_back()
    if words:
        messages.info(request, f"金额已换算：{'；'.join(words)}。")


def _record_refusal(request: LoggedIn, form: OutcomeForm) -> None:
    """A file that was not let in is recorded of the first chosen measure that it was meant for."""
    if form.refused is None:
        return
    chosen = list(form.cleaned_data.get("measures") or ())
    for measure in chosen[:1]:
        if may(request.user, Ability.WRITE_PROGRESS, measure):
            name, code = form.refused
            refuse_evidence(measure, actor=request.user, name=name, code=code)
