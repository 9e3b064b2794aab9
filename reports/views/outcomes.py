"""The rows behind every figure of outcomes: rules, money, persons, meetings, other counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Choices, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from issues.models import Inspection
from measures.domain.moment import Moment, moment_of
from measures.domain.outcome_figures import (
    COUNTED_RULES,
    REPEALED_RULES,
    counted_outcomes,
    outcome_figures,
)
from measures.domain.outcomes import MODELS, changeable, may_enter
from measures.enums import MeetingKind, MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import (
    CountOutcome,
    Measure,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.accounts.requests import LoggedIn
from reports.interfaces.forms import DaysForm
from reports.views.figure_links import FigureLinks
from reports.views.outcome_totals import totals_of


@dataclass(frozen=True)
class Kind:
    """One type of outcome: its rows, and how a `sub` value narrows them. `every` = without sub."""

    word: str
    model: type[Any]
    subs: Mapping[str, tuple[str, Q]]
    every: Q = field(default_factory=Q)


def _by(name: str, choices: type[Choices]) -> dict[str, tuple[str, Q]]:
    return {str(choice.value): (str(choice.label), Q(**{name: choice.value})) for choice in choices}


KINDS: Mapping[str, Kind] = {
    "rule": Kind(
        "制度", RuleOutcome,
        {
            RuleAction.CREATE.value: ("制定", COUNTED_RULES & Q(action=RuleAction.CREATE)),
            RuleAction.REVISE.value: ("修订", COUNTED_RULES & Q(action=RuleAction.REVISE)),
            RuleAction.REPEAL.value: ("废止", REPEALED_RULES),
            RuleStage.DRAFT.value: ("草案（不计数）", Q(stage=RuleStage.DRAFT)),
        },
        every=COUNTED_RULES,
    ),
    "money": Kind("资金", MoneyOutcome, _by("kind", MoneyKind)),
    "person": Kind("人员处理", PersonOutcome, _by("form", PersonForm)),
    "meeting": Kind("会议", MeetingOutcome, _by("kind", MeetingKind)),
    "count": Kind("其他数量", CountOutcome, {}),
}  # fmt: skip


@require_safe
def outcomes(request: LoggedIn, inspection: UUID) -> HttpResponse:
    """Exactly the rows that an outcome figure counted; an unknown kind or sub is told."""
    user = request.user
    found = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("organization"), public_id=inspection
    )
    form = DaysForm(request.GET)
    as_of = form.day("as_of")
    moment = moment_of(found, as_of)
    key, sub = request.GET.get("kind", "rule"), request.GET.get("sub", "")
    notes = form.notes
    if key not in KINDS:
        notes, key, sub = [*notes, "没有这一类成果，已显示制度。"], "rule", ""
    if sub and sub not in KINDS[key].subs:
        notes, sub = [*notes, "没有这一小类，已显示全部。"], ""
    links = FigureLinks.of(found, as_of)
    rows = _rows(found, moment, user, KINDS[key], sub)
    totals = totals_of(key, outcome_figures(found, moment, user), links)
    return render(request, "reports/outcomes.html", {
        "inspection": found,
        "moment": moment,
        "notes": notes,
        "key": key,
        "sub": sub,
        "kind": KINDS[key],
        "sub_word": KINDS[key].subs[sub][0] if sub else "",
        "rows": rows,
        "totals": totals,
        "uncounted": _uncounted(found, moment, user, KINDS[key]),
        "forms": _forms(found, user),
        "changes": any(row.edit_url for row in rows),
        "reads_result": found.organization_id in user.access.anywhere(Ability.SEE_RESULT),
        "reads_whole": found.organization_id in user.access.whole(Ability.SEE_FULL),
        "tabs": [(one.word, links.outcomes(name), name == key) for name, one in KINDS.items()],
        "subs": [(word, links.outcomes(key, value), value == sub)
                 for value, (word, _) in KINDS[key].subs.items()],
        "all_href": links.outcomes(key),
        "trail": [("首页", links.dashboard_page), ("整改成果", "")],
    })  # fmt: skip


def _rows(inspection: Inspection, moment: Moment, user: User, kind: Kind, sub: str) -> list[Any]:
    """The counted rows, each with `shown`: those of its measures that the person may be told."""
    narrow = kind.subs[sub][1] if sub else kind.every
    mine = Measure.objects.visible_to(user).filter(inspection=inspection).in_order()
    rows = counted_outcomes(kind.model, inspection, moment, user).filter(narrow)
    found = list(rows.prefetch_related(Prefetch("measures", queryset=mine, to_attr="shown")))
    if kind.model is PersonOutcome:
        # Which measure somebody was dealt with for is told to those alone who read it in full.
        full = set(Measure.objects.within(user.access, Ability.SEE_FULL).filter(
            inspection=inspection).values_list("pk", flat=True))  # fmt: skip
        for row in found:
            row.shown = [measure for measure in row.shown if measure.pk in full]
    keys = changeable(found, inspection, user)
    word = next(word for word, model in MODELS.items() if model is kind.model)
    for row in found:
        address = {"kind": word, "outcome": row.public_id}
        row.edit_url = reverse("outcome_edit", kwargs=address) if row.pk in keys else ""
    return found


def _uncounted(inspection: Inspection, moment: Moment, user: User, kind: Kind) -> int:
    """How many current rows lie outside the counted days: one just entered is not to be missed."""
    every = kind.model.objects.filter(inspection=inspection).current().visible_to(user)
    counted: int = counted_outcomes(kind.model, inspection, moment, user).count()
    return int(every.count()) - counted


def _forms(inspection: Inspection, user: User) -> list[tuple[str, str]]:
    """Word and address of every form that enters an outcome, for who may."""
    if not may_enter(user, inspection):
        return []
    address = {"inspection": inspection.public_id}
    return [(KINDS[kind].word, reverse(f"outcome_{kind}_new", kwargs=address)) for kind in MODELS]
