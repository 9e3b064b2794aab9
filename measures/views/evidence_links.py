"""Managing one stored file: its kind, the measures that it supports, the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from measures.domain.evidence_links import (
    NOT_YOURS,
    archive_evidence,
    change_kind,
    link_evidence,
    unlink_evidence,
)
from measures.domain.evidence_list import Numbered, numbers_of
from measures.enums import EvidenceKind
from measures.interfaces.evidence import ArchiveForm, KindForm, LinkForm, ReasonForm
from measures.interfaces.search import matching
from measures.models import Evidence, Measure
from measures.models.measure import MeasureQuerySet
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.accounts.limits import count_search
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.form_fields import put_beside
from rectify.form_pages import FormPage, posted, save_form


@dataclass(frozen=True)
class Line:
    """A measure that the file supports; `number` None where it is archived."""

    number: int | None
    measure: Measure
    removable: bool


@dataclass(frozen=True, kw_only=True)
class FilePage(FormPage):
    """A page about one file: `measure` the one that it is taken from, `button` what the act is.

    `fixed`: a closed measure rests on it, so that its kind and its being there stay.
    """

    file: Evidence
    measure: Measure | None = None
    lines: Sequence[Line] = ()
    button: str = "保存"
    fixed: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_edit(request: LoggedIn, evidence: UUID) -> HttpResponse:
    """The file's kind, and the ways to its measures and to the archive."""
    row = _writable(request.user, evidence)
    address = reverse("evidence_edit", kwargs={"evidence": row.public_id})
    form = KindForm(posted(request), initial={"version": row.version, "kind": row.kind})

    def save(cleaned: dict[str, Any]) -> str:
        change_kind(
            row, actor=request.user, version=cleaned["version"], kind=EvidenceKind(cleaned["kind"])
        )
        return address

    page = _page(
        request.user, row, "管理材料", "measures/evidence_edit.html", done="已保存种类。",
        lines=_lines(row, request.user),
        fixed=row.links.filter(measure__closed_at__isnull=False).exists(),
    )  # fmt: skip
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_link(request: LoggedIn, evidence: UUID) -> HttpResponse:
    """Choose more measures of the same inspection that the person may write."""
    row = _writable(request.user, evidence)
    query = request.GET.get("q", "").strip()[:100]
    if query:
        count_search(request.user)
    form = LinkForm(posted(request), measures=Measure.objects.visible_to(request.user))
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                new = link_evidence(
                    row, actor=request.user, measures=list(form.cleaned_data["measures"])
                )
            except (Refused, ValidationError) as error:
                put_beside(form, error)
            else:
                messages.success(request, f"已关联到 {new} 条措施。")
                return redirect("evidence_edit", evidence=row.public_id)
    rows = _candidates(row, request.user)
    if query:
        rows = rows.filter(matching(query, request.user.access))
    numbers = numbers_of(row.inspection)
    context = {
        "page": _page(request.user, row, "关联到其他措施", "measures/evidence_link.html"),
        "form": form,
        "query": query,
        "chosen": set(request.POST.getlist("measures")),
        "lines": [Numbered(numbers[one.pk], one) for one in rows if one.pk in numbers],
    }
    return render(request, "measures/evidence_link.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_unlink(request: LoggedIn, evidence: UUID, measure: UUID) -> HttpResponse:
    """Take the file from one measure, with the reason."""
    row = _writable(request.user, evidence)
    owner = get_object_or_404(
        Measure.objects.visible_to(request.user).filter(evidence_links__evidence=row),
        public_id=measure,
    )
    require(request.user, Ability.WRITE_PROGRESS, owner)
    form = ReasonForm(posted(request))

    def save(cleaned: dict[str, Any]) -> str:
        unlink_evidence(row, owner, actor=request.user, reason=cleaned["reason"])
        return reverse("measure", kwargs={"measure": owner.public_id}) + "#evidence"

    page = _page(
        request.user, row, "移除材料", "measures/evidence_reason.html", done="已从这条措施移除。",
        button="移除", measure=owner,
        intro="材料只从这条措施移除，文件和其他措施的关联不变；移除记入措施的办理记录。",
    )  # fmt: skip
    return save_form(request, form, page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_archive(request: LoggedIn, evidence: UUID) -> HttpResponse:
    """Put the file aside for all its measures, with the reason."""
    row = _writable(request.user, evidence)
    form = ArchiveForm(posted(request), initial={"version": row.version})

    def save(cleaned: dict[str, Any]) -> str:
        archive_evidence(
            row, actor=request.user, version=cleaned["version"], reason=cleaned["reason"]
        )
        return reverse("evidence_list", kwargs={"inspection": row.inspection.public_id})

    page = _page(
        request.user, row, "归档材料", "measures/evidence_reason.html", done="已归档。",
        button="归档", lines=_lines(row, request.user),
        intro="归档后不再计为佐证材料，也不进入汇编；文件不删除，仍可在已归档的材料中查看和下载。",
    )  # fmt: skip
    return save_form(request, form, page, save)


def _writable(user: User, public_id: UUID) -> Evidence:
    """The file, for a person who may write at least one of its measures.

    404 where it is out of sight, 403 where it is only to be read.
    """
    rows = Evidence.objects.visible_to(user).select_related("inspection__organization")
    row = get_object_or_404(rows, public_id=public_id)
    own = Measure.objects.within(user.access, Ability.WRITE_PROGRESS)
    if not own.filter(evidence_links__evidence=row).exists():
        raise NotAllowed(NOT_YOURS)
    return row


def _lines(row: Evidence, user: User) -> list[Line]:
    """The file's measures that the person reads in full, each with what may be done."""
    linked = Measure.objects.filter(evidence_links__evidence=row)
    read = Measure.objects.within(user.access, Ability.SEE_FULL).filter(pk__in=linked)
    write = Measure.objects.within(user.access, Ability.WRITE_PROGRESS).filter(pk__in=linked)
    own = set(write.values_list("pk", flat=True))
    numbers = numbers_of(row.inspection)
    shared = row.links.count() > 1
    return [
        Line(numbers.get(one.pk), one, shared and one.pk in own and one.closed_at is None)
        for one in read.in_order()
    ]


def _candidates(row: Evidence, user: User) -> MeasureQuerySet:
    """Open measures of the file's inspection that the person may write and it does not support."""
    rows = Measure.objects.within(user.access, Ability.WRITE_PROGRESS)
    return (
        rows.filter(inspection_id=row.inspection_id, closed_at__isnull=True)
        .current()
        .exclude(evidence_links__evidence=row)
        .select_related("task__issue")
        .in_order()
    )


def _page(user: User, row: Evidence, title: str, template: str, **more: Any) -> FilePage:
    listed = reverse("evidence_list", kwargs={"inspection": row.inspection.public_id})
    manage = reverse("evidence_edit", kwargs={"evidence": row.public_id})
    top = template == "measures/evidence_edit.html"
    trail = [("台账", reverse("ledger", kwargs={"inspection": row.inspection.public_id})),
             ("佐证材料", listed)]  # fmt: skip
    if not top:
        trail.append(("管理材料", manage))
    return FilePage(
        title=title, template=template, back_url=listed if top else manage,
        trail=(*trail, (title, "")), file=row, **{"done": "", **more},
    )  # fmt: skip
