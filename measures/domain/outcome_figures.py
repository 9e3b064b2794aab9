"""Counting outcomes: rules, money by kind, persons by form, meetings (counting rules 7 and 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from issues.models import Inspection
from measures.domain.moment import Moment
from measures.enums import MeetingKind, MoneyKind, PersonForm, RuleAction, RuleStage
from measures.models import (
    CountOutcome,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from measures.models.outcomes import OutcomeQuerySet
from rectify.accounts.models import User

# 制定和完善制度 (rule 8): made or revised, and issued; (试行) counts, drafts and repeals do not.
COUNTED_RULES = Q(stage=RuleStage.ISSUED, action__in=[RuleAction.CREATE, RuleAction.REVISE])
REPEALED_RULES = Q(stage=RuleStage.ISSUED, action=RuleAction.REPEAL)


@dataclass(frozen=True)
class MoneyLine:
    """One kind of money; due and paid in integer fen, apart. Kinds are never added together."""

    kind: MoneyKind
    rows: int
    due_fen: int
    paid_fen: int


@dataclass(frozen=True)
class PersonLine:
    """One form of dealing with people; persons and person-times are different figures."""

    form: PersonForm
    rows: int
    persons: int
    occasions: int


@dataclass(frozen=True)
class OutcomeFigures:
    rules: int
    rules_repealed: int
    rules_draft: int
    money: tuple[MoneyLine, ...]
    persons: tuple[PersonLine, ...]
    meetings: dict[str, int]
    counts: tuple[CountOutcome, ...]

    def money_of(self, kind: MoneyKind) -> MoneyLine:
        return next(line for line in self.money if line.kind == kind)

    def persons_of(self, form: PersonForm) -> PersonLine:
        return next(line for line in self.persons if line.form == form)


def counted_outcomes(
    model: type[Any], inspection: Inspection, moment: Moment, user: User | None
) -> OutcomeQuerySet:
    """Outcomes of one type from the inspection team's arrival (边巡边改) to the moment."""
    rows: OutcomeQuerySet = model.objects.filter(inspection=inspection).current()
    if user is not None:
        rows = rows.visible_to(user)
    window = Q(happened_on__lte=moment.as_of)
    if inspection.entered_on is not None:
        window &= Q(happened_on__gte=inspection.entered_on)
    return rows.filter(window | Q(happened_on__isnull=True))


def outcome_figures(inspection: Inspection, moment: Moment, user: User | None) -> OutcomeFigures:
    """Every figure of outcomes, zeros included. Five queries."""
    rules = counted_outcomes(RuleOutcome, inspection, moment, user).aggregate(
        counted=Count("pk", filter=COUNTED_RULES),
        repealed=Count("pk", filter=REPEALED_RULES),
        draft=Count("pk", filter=Q(stage=RuleStage.DRAFT)),
    )
    money = {
        row["kind"]: row
        for row in counted_outcomes(MoneyOutcome, inspection, moment, user)
        .order_by()
        .values("kind")
        .annotate(rows=Count("pk"), due=Sum("due_fen"), paid=Sum("paid_fen"))
    }
    persons = {
        row["form"]: row
        for row in counted_outcomes(PersonOutcome, inspection, moment, user)
        .order_by()
        .values("form")
        .annotate(rows=Count("pk"), people=Sum("persons"), times=Sum("occasions"))
    }
    meetings = dict(
        counted_outcomes(MeetingOutcome, inspection, moment, user)
        .order_by()
        .values_list("kind")
        .annotate(n=Count("pk"))
    )
    return OutcomeFigures(
        rules=rules["counted"],
        rules_repealed=rules["repealed"],
        rules_draft=rules["draft"],
        money=tuple(_money_line(kind, money.get(kind.value)) for kind in MoneyKind),
        persons=tuple(_person_line(form, persons.get(form.value)) for form in PersonForm),
        meetings={kind.value: meetings.get(kind.value, 0) for kind in MeetingKind},
        counts=tuple(counted_outcomes(CountOutcome, inspection, moment, user)),
    )


def _money_line(kind: MoneyKind, row: dict[str, Any] | None) -> MoneyLine:
    if row is None:
        return MoneyLine(kind, 0, 0, 0)
    return MoneyLine(kind, row["rows"], row["due"], row["paid"])


def _person_line(form: PersonForm, row: dict[str, Any] | None) -> PersonLine:
    if row is None:
        return PersonLine(form, 0, 0, 0)
    return PersonLine(form, row["rows"], row["people"], row["times"])
