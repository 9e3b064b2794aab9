"""One check of a measure: writing it down, its files, its sheet, and issuing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.domain.look_back import (
    add_file,
    drop_file,
    issue,
    not_before,
    number_of,
    refuse_file,
    save_check,
)
from measures.enums import LookBackVerdict
from measures.exceptions import Overtaken
from measures.interfaces.look_back_forms import CheckFileForm, CheckForm, IssueForm
from measures.models import Evidence, LookBack
from measures.views.look_back_dossier import Dossier, checks_of, dossiers
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.form_fields import put_beside
from rectify.form_pages import FormPage, posted, save_form
from rectify.lib.chinese_dates import format_date
from rectify.shell import remember


@dataclass(frozen=True)
class CheckPage(FormPage):
    """The page around the form of a check; `file_form` takes the group's own files."""

    dossier: Dossier | None = None
    file_form: CheckFileForm | None = None
    nav: str = "ledger"


@require_http_methods(["GET", "HEAD", "POST"])
def look_back(request: LoggedIn, look_back: UUID) -> HttpResponse:
    """The check: written by the group until it is issued, then read by who reads decisions."""
    found = _check(request.user, look_back)
    remember(request, found.measure.inspection)
    if request.method == "POST":
        _require_group(request.user, found)
    elif found.issued_at is not None:
        return _issued_page(request, found)
    return _draft_page(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
def look_back_issue(request: LoggedIn, look_back: UUID) -> HttpResponse:
    """Issue the verdict, after saying what follows from it."""
    user = request.user
    found = _check(user, look_back)
    _require_group(user, found)
    back = _address(found)
    if found.issued_at is not None and request.method != "POST":
        messages.info(request, "核查结论已经出具，内容只读。")
        return redirect(back)
    page = CheckPage(
        title="出具核查结论", done="已出具核查结论。", back_url=back,
        trail=[*_trail(found)[:-1], (_word(found), back), ("出具结论", "")],
        template="measures/look_back_issue.html", dossier=dossiers([found], user)[0],
        draft=f"look-back-issue-{found.public_id}",
    )  # fmt: skip

    def save(values: dict[str, Any]) -> str:
        issue(found, actor=user, version=values["version"], finding=values["finding"],
              verdict=LookBackVerdict(values["verdict"]))  # fmt: skip
        return back

    return _save(request, IssueForm(posted(request), check=found), page, save)


@require_POST
def look_back_file(request: LoggedIn, look_back: UUID) -> HttpResponse:
    """Keep one checked file with the check; a file that a rule refuses is a 400."""
    user = request.user
    found = _check(user, look_back)
    _require_group(user, found)
    form = CheckFileForm(request.POST, request.FILES)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        checked = form.cleaned_data["file"]
        try:
            add_file(found, actor=user, file=checked.file, name=checked.name, size=checked.size)
        except (Refused, ValidationError) as error:
            put_beside(form, error)
        else:
            messages.success(request, f"已上传“{checked.name}”。")
            return redirect(f"{_address(found)}#files")
    elif form.refused is not None:
        name, code = form.refused
        refuse_file(found, actor=user, name=name, code=code)
        status = HTTPStatus.BAD_REQUEST
    context = {"form": _form(None, found), "page": _page(request, found, file_form=form)}
    return render(request, "measures/look_back.html", context, status=status)


@require_POST
def look_back_file_drop(request: LoggedIn, look_back: UUID, evidence: UUID) -> HttpResponse:
    """Take out a file that was uploaded by mistake."""
    user = request.user
    found = _check(user, look_back)
    _require_group(user, found)
    files = Evidence.objects.visible_to(user).filter(look_backs=found)
    file = get_object_or_404(files, public_id=evidence)
    try:
        drop_file(found, actor=user, evidence=file)
    except NotAllowed:
        raise
    except Refused as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"已撤下“{file.original_name}”。")
    return redirect(f"{_address(found)}#files")


@require_safe
def look_back_sheet(request: LoggedIn, look_back: UUID) -> HttpResponse:
    """核查表: one page of paper to take along, with empty lines for what is found."""
    found = _check(request.user, look_back)
    context = {
        "dossiers": dossiers([found], request.user),
        "inspection": found.measure.inspection,
        "back_url": _address(found),
    }
    return render(request, "measures/look_back_sheet.html", context)


def _draft_page(request: LoggedIn, found: LookBack) -> HttpResponse:
    page = _page(request, found)

    def save(values: dict[str, Any]) -> str:
        version = values.pop("version")
        save_check(found, actor=request.user, version=version, values=values)
        return page.back_url

    return _save(request, _form(posted(request), found), page, save)


def _issued_page(request: LoggedIn, found: LookBack) -> HttpResponse:
    dossier = dossiers([found], request.user)[0]
    context = {"dossier": dossier, "trail": _trail(found), "inspection": found.measure.inspection}
    return render(request, "measures/look_back_issued.html", context)


def _save(
    request: LoggedIn, form: forms.Form, page: CheckPage, save: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """As every form; somebody who issued it first is a conflict, whose words stay above."""
    late: list[Overtaken] = []

    def noting(values: dict[str, Any]) -> str:
        try:
            return save(values)
        except Overtaken as first:
            late.append(first)
            raise

    response = save_form(request, form, page, noting)
    if late:
        response.status_code = HTTPStatus.CONFLICT
    return response


def _page(
    request: LoggedIn, found: LookBack, *, file_form: CheckFileForm | None = None
) -> CheckPage:
    return CheckPage(
        title=_word(found), done="已保存，未出具前只有纪检监察组看得到。", back_url=_address(found),
        trail=_trail(found), template="measures/look_back.html",
        draft=f"look-back-{found.public_id}", dossier=dossiers([found], request.user)[0],
        file_form=file_form or CheckFileForm(),
    )  # fmt: skip


def _form(data: Any, found: LookBack) -> CheckForm:
    earliest, what = not_before(found)
    words = f"不早于{what}日期（{format_date(earliest)}）。" if earliest else ""
    return CheckForm(data, check=found, earliest=words)


def _check(user: User, public_id: UUID) -> LookBack:
    return get_object_or_404(checks_of(user), public_id=public_id)


def _require_group(user: User, found: LookBack) -> None:
    require_in(user, Ability.LOOK_BACK, found.measure.inspection.organization)


def _address(found: LookBack) -> str:
    return reverse("look_back", kwargs={"look_back": found.public_id})


def _word(found: LookBack) -> str:
    return f"核查 {number_of(found)}"


def _trail(found: LookBack) -> list[tuple[str, str]]:
    inspection = found.measure.inspection
    here = {"inspection": inspection.public_id}
    return [
        (inspection.name, reverse("dashboard", kwargs=here)),
        ("回头看", reverse("look_backs", kwargs=here)),
        (_word(found), ""),
    ]
