"""回头看 of one inspection: draws, picks, what is being checked and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import Inspection
from measures.domain.look_back import pick
from measures.domain.look_back_coverage import Coverage, coverage
from measures.domain.look_back_sample import draw_sample, frame_of, proof
from measures.domain.look_back_suspicions import Suspected, open_to_check, reason_of, suspected
from measures.enums import LookBackVerdict, SampleFrame
from measures.interfaces.look_back_forms import DrawForm, PickForm
from measures.models import LookBackSample, Measure
from measures.views.look_back_dossier import checks_of, dossiers
from rectify.accounts.domain.permissions import may_in, require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from rectify.audit.exceptions import NotAllowed
from rectify.form_pages import FormPage, posted, save_form

# What the list of checks may be narrowed to, in the words of its figures.
NARROWED = {
    "open": "核查中",
    LookBackVerdict.CONFIRMED.value: "属实",
    LookBackVerdict.DENIED.value: "不属实",
}


@dataclass(frozen=True)
class PickPage(FormPage):
    """The page of a directed pick, with the grounds that the records give."""

    inspection: Inspection | None = None
    suggestions: Sequence[Suspected] = ()


@require_safe
def look_backs(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Draws and open checks for the discipline group, issued ones for who reads decisions."""
    user = request.user
    found = _inspection(user, inspection)
    if found.organization_id not in user.access.anywhere(Ability.SEE_RESULT):
        raise NotAllowed("回头看核查结论不在您的查看范围内。")
    group = may_in(user, Ability.LOOK_BACK, found.organization)
    shown = request.GET.get("verdict", "")
    rows = checks_of(user).filter(measure__inspection=found)
    if shown in NARROWED:
        rows = rows.filter(verdict=shown)
    figures = coverage(found, user)
    samples = LookBackSample.objects.visible_to(user).filter(inspection=found)
    context: dict[str, Any] = {
        "inspection": found,
        "group": group,
        "shown": NARROWED.get(shown, ""),
        "open": rows.filter(issued_at__isnull=True).order_by("-created_at", "pk"),
        "issued": rows.filter(issued_at__isnull=False).order_by("-issued_at", "-pk"),
        "samples": samples.annotate(done=Count("checks__issued_at")).order_by("-number"),
        "figures": _figures(found, figures),
        "archived": found.archived_at is not None,
        "trail": _trail(found, ""),
    }
    return render(request, "measures/look_backs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def look_back_draw(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Ask for a random sample: its size and frame are chosen, nothing else."""
    user = request.user
    found = _inspection(user, inspection)
    require_in(user, Ability.LOOK_BACK, found.organization)
    back = _address(found)
    able = [(one.label, frame_of(found, one).count()) for one in SampleFrame]
    page = FormPage(
        title="随机抽样", done="已抽样，抽中的措施列入核查。", back_url=back,
        trail=_trail(found, "随机抽样"), template="measures/look_back_draw.html",
        intro="随机种子由系统在提交的一刻根据审计链生成并记录，任何人不能选择；"
        "每一次抽样都会保留，不能作废或重抽。",
        facts=tuple((word, f"可抽 {count} 条") for word, count in able),
    )  # fmt: skip

    def save(values: dict[str, Any]) -> str:
        sample = draw_sample(found, actor=user, size=values["size"],
                             frame=SampleFrame(values["frame"]))  # fmt: skip
        return reverse("look_back_sample", kwargs={"sample": sample.public_id})

    return save_form(request, DrawForm(posted(request)), page, save)


@require_http_methods(["GET", "HEAD", "POST"])
def look_back_pick(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Choose one measure with a reason; what the records make doubtful is suggested below."""
    user = request.user
    found = _inspection(user, inspection)
    require_in(user, Ability.LOOK_BACK, found.organization)
    page = PickPage(
        title="指定核查", done="已列入核查。", back_url=_address(found),
        trail=_trail(found, "指定核查"), template="measures/look_back_pick.html",
        intro="选取一条已完成或已销号的措施，写明理由。在出具结论之前，只有纪检监察组知道。",
        inspection=found, suggestions=suspected(found),
    )  # fmt: skip
    initial = {
        "measure": request.GET.get("measure", ""),
        "reason": reason_of(request.GET.get("why", "")),
    }
    form = PickForm(posted(request), measures=open_to_check(found).in_order(), initial=initial)

    def save(values: dict[str, Any]) -> str:
        check = pick(values["measure"], actor=user, reason=values["reason"])
        return reverse("look_back", kwargs={"look_back": check.public_id})

    return save_form(request, form, page, save)


@require_safe
def look_back_sample(request: LoggedIn, sample: UUID) -> HttpResponse:
    """One draw: its seed, everything that could be drawn, and the draw done again just now."""
    user = request.user
    found = _sample(user, sample)
    drawn = {check.measure_id: check for check in checks_of(user).filter(sample=found)}
    measures = Measure.objects.visible_to(user).filter(inspection=found.inspection)
    in_frame = set(found.frame_ids)
    rows = [row for row in measures.in_order() if row.public_id.hex in in_frame]
    context = {
        "sample": found,
        "inspection": found.inspection,
        "proof": proof(found),
        "checks": list(drawn.values()),
        "frame": [(row, drawn.get(row.pk)) for row in rows],
        "trail": _trail(found.inspection, f"第{found.number}次抽样"),
    }
    return render(request, "measures/look_back_sample.html", context)


@require_safe
def look_back_sample_sheet(request: LoggedIn, sample: UUID) -> HttpResponse:
    """The check sheets of one draw, one page of paper each."""
    found = _sample(request.user, sample)
    checks = checks_of(request.user).filter(sample=found).order_by("measure__place", "pk")
    context = {
        "dossiers": dossiers(checks, request.user),
        "inspection": found.inspection,
        "back_url": reverse("look_back_sample", kwargs={"sample": found.public_id}),
    }
    return render(request, "measures/look_back_sheet.html", context)


def _inspection(user: User, public_id: UUID) -> Inspection:
    rows = Inspection.objects.visible_to(user).select_related("organization")
    return get_object_or_404(rows, public_id=public_id)


def _sample(user: User, public_id: UUID) -> LookBackSample:
    rows = LookBackSample.objects.visible_to(user).select_related("inspection__organization")
    return get_object_or_404(rows, public_id=public_id)


def _address(inspection: Inspection) -> str:
    return reverse("look_backs", kwargs={"inspection": inspection.public_id})


def _trail(inspection: Inspection, word: str) -> list[tuple[str, str]]:
    home = (inspection.name, reverse("dashboard", kwargs={"inspection": inspection.public_id}))
    if not word:
        return [home, ("回头看", "")]
    return [home, ("回头看", _address(inspection)), (word, "")]


def _figures(inspection: Inspection, found: Coverage) -> list[tuple[str, int, str]]:
    """(word, count, address of the rows)."""
    here = _address(inspection)
    ledger = reverse("ledger", kwargs={"inspection": inspection.public_id})
    day = f"&as_of={found.as_of.isoformat()}"
    figures = [
        ("已销号", found.closed, f"{ledger}?figure=closed{day}"),
        ("其中未抽核", found.unchecked, f"{ledger}?figure=closed_unsampled{day}"),
        ("列入核查" if found.under_way is not None else "已出具", found.checks, here),
        ("属实", found.confirmed, f"{here}?verdict={LookBackVerdict.CONFIRMED}"),
        ("不属实", found.denied, f"{here}?verdict={LookBackVerdict.DENIED}"),
    ]
    if found.under_way is not None:
        figures.append(("核查中", found.under_way, f"{here}?verdict=open"))
    return figures
