"""Evidence: taking a file in, showing its pages as pictures, and handing it out."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from measures.domain.evidence import hand_out
from measures.domain.evidence_uploads import take_files
from measures.domain.previews import look_at, open_page
from measures.enums import PreviewState
from measures.interfaces.evidence import EvidenceForm
from measures.models import Evidence, LookBack, Measure
from measures.reading import require
from measures.rendering.page_pictures import MOST_PAGES
from measures.views.measure_page import measure_page
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import Refused
from rectify.form_fields import put_beside

# Neither file nor picture acts inside the site: no script, no frame, no same origin (trust.md §3).
_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
# Session key: the files whose preview this login has opened, the latest so many.
_LOOKED_AT = "previews_looked_at"
_MOST_REMEMBERED = 50


@require_POST
def evidence_add(request: LoggedIn, measure: UUID) -> HttpResponse:
    """Store the checked files and link them to the measure; where one was refused, the page says
    which and why (400 where its content or name was, 422 otherwise), and the others are stored."""
    row = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("inspection__organization"),
        public_id=measure,
    )
    require(request.user, Ability.WRITE_PROGRESS, row)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return measure_page(request, row, evidence=form)
    offered = form.offered()
    try:
        answers = take_files(row, actor=request.user, offered=offered)
    except (Refused, ValidationError) as error:
        put_beside(form, error)
        return measure_page(request, row, evidence=form)
    taken = [f"“{one.name}”" for one in answers if one.evidence is not None]
    if taken:
        many = f" {len(taken)} 个文件：" if len(taken) > 1 else ""
        messages.success(request, f"已上传{many}{'、'.join(taken)}。")
    if len(taken) == len(answers):
        return redirect("measure", measure=row.public_id)
    form.put_answers(answers)
    status = HTTPStatus.BAD_REQUEST if any(one.file is None for one in offered) else None
    return measure_page(
        request, row, evidence=form, status=status or HTTPStatus.UNPROCESSABLE_ENTITY
    )


@require_safe
def evidence(request: LoggedIn, evidence: UUID) -> HttpResponseBase:
    """The stored bytes as a download, after checking the person and the checksum."""
    row = _evidence(request.user, evidence)
    try:
        stored = hand_out(row, actor=request.user)
    except Refused as error:
        messages.error(request, error.message)
        return redirect(_measure_of(request.user, row))
    response = FileResponse(
        stored,
        as_attachment=True,
        filename=row.original_name,
        content_type="application/octet-stream",
    )
    response["Content-Length"] = str(row.size)
    return _sealed(response)


@require_safe
def evidence_preview(request: LoggedIn, evidence: UUID) -> HttpResponse:
    """The first pages as pictures, with what is known of the file."""
    row = _evidence(request.user, evidence)
    preview = look_at(row, actor=request.user)
    _is_first_look(request, row)
    pages = preview.pages if preview is not None else 0
    context = {
        "file": row,
        "preview": preview,
        "waiting": preview is None or preview.state == PreviewState.WAITING,
        "numbers": range(1, pages + 1),
        "pages": pages,
        # As many as are ever drawn: the file may have more.
        "cut": pages == MOST_PAGES,
        "back_url": _measure_of(request.user, row),
    }
    return render(request, "measures/preview.html", context)


@require_safe
def evidence_page(request: LoggedIn, evidence: UUID, page: int) -> HttpResponseBase:
    """One page as a picture inside the preview; asked for without it, that too is recorded."""
    row = _evidence(request.user, evidence)
    stored = open_page(row, page)
    if stored is None:
        raise Http404
    if _is_first_look(request, row):
        look_at(row, actor=request.user)
    return _sealed(FileResponse(stored, content_type="image/png"))


def _is_first_look(request: LoggedIn, evidence: Evidence) -> bool:
    """Whether this login has not opened the file's preview yet; from now on it has."""
    seen = request.session.get(_LOOKED_AT, [])
    if evidence.pk in seen:
        return False
    request.session[_LOOKED_AT] = [*seen, evidence.pk][-_MOST_REMEMBERED:]
    return True


def _evidence(user: User, public_id: UUID) -> Evidence:
    rows = Evidence.objects.visible_to(user).select_related("inspection__organization")
    return get_object_or_404(rows, public_id=public_id)


def _measure_of(user: User, evidence: Evidence) -> str:
    """The part of a measure's page that lists the file, of the first that the person may read;
    the scan of a paper stands with the decision that it proves."""
    measures = Measure.objects.within(user.access, Ability.SEE_FULL)
    decided = (
        Q(closures__decisions__scan=evidence)
        | Q(extensions__decisions__scan=evidence)
        | Q(adjustments__decisions__scan=evidence)
    )
    for part, holds in (("evidence", Q(evidence_links__evidence=evidence)), ("decisions", decided)):
        owner = measures.filter(holds).in_order().first()
        if owner is not None:
            return f"{reverse('measure', kwargs={'measure': owner.public_id})}#{part}"
    check = LookBack.objects.visible_to(user).filter(files=evidence).first()
    if check is not None:
        return f"{reverse('look_back', kwargs={'look_back': check.public_id})}#files"
    return reverse("ledger", kwargs={"inspection": evidence.inspection.public_id})


def _sealed(response: FileResponse) -> FileResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "no-store, private"
    return response
