"""What makes a completed measure worth a look: suggestions for directed checks, with reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from issues.models import Inspection
from measures.domain.look_back_sample import being_checked
from measures.domain.moment import STALLED_ROUNDS
from measures.enums import EvidenceKind, Status
from measures.models import EvidenceLink, Measure, MoneyOutcome, ProgressEntry, WeeklyRound
from measures.models.measure import MeasureQuerySet
from rectify.lib.shanghai import SHANGHAI


@dataclass(frozen=True)
class Suspicion:
    """One ground: `label` heads its list, `reason` stands ready as the reason of the check."""

    key: str
    label: str
    reason: str


NO_VOUCHER = Suspicion(
    "no_voucher", "已登记实缴资金，没有凭证类材料",
    "登记有实缴资金，佐证材料中没有凭证，需核实资金是否到账。",
)  # fmt: skip
ON_THE_DAY = Suspicion("on_the_day", "到期当天销号", "在到期日当天销号，需核实是否确已整改到位。")
ONLY_WORDS = Suspicion(
    "only_words", "佐证材料只有会议或制度",
    "佐证材料只有会议或制度，没有落实的凭据，需核实实际成效。",
)  # fmt: skip
STALLED = Suspicion(
    "stalled", "曾停滞后报完成",
    f"曾连续{STALLED_ROUNDS}轮填报“无变化”，之后报已完成，需核实完成情况。",
)  # fmt: skip


@dataclass(frozen=True)
class Suspected:
    """A ground and the measures that it fits, in the order of the 一览表."""

    suspicion: Suspicion
    measures: list[Measure]


def suspected(inspection: Inspection) -> list[Suspected]:
    """Every ground, those without a measure too. At most six queries, however many measures."""
    return [
        Suspected(suspicion, list(found.select_related("task__issue").in_order()))
        for suspicion, found in _grounds(inspection)
    ]


def reason_of(key: str) -> str:
    """The reason that stands ready for a ground, "" for an unknown one."""
    return next((one.reason for one in _FOUND if one.key == key), "")


def open_to_check(inspection: Inspection) -> MeasureQuerySet:
    """What a check may be opened of: completed, not archived, not being checked."""
    rows = Measure.objects.filter(inspection=inspection, status=Status.COMPLETED).current()
    return rows.filter(~being_checked())


def _grounds(inspection: Inspection) -> Iterator[tuple[Suspicion, MeasureQuerySet]]:
    rows = open_to_check(inspection)
    for suspicion, narrow in _FOUND.items():
        yield suspicion, narrow(rows, inspection)


def _without_voucher(rows: MeasureQuerySet, inspection: Inspection) -> MeasureQuerySet:
    """Money was paid, and neither the outcome nor the measure has a file that proves it."""
    through: Any = MoneyOutcome.measures.through
    paid = through.objects.filter(
        measure_id=OuterRef("pk"),
        moneyoutcome__paid_fen__gt=0,
        moneyoutcome__archived_at__isnull=True,
        moneyoutcome__voucher_file__isnull=True,
    )
    return rows.filter(Exists(paid), ~_files(kind=EvidenceKind.VOUCHER))


def _closed_on_the_day(rows: MeasureQuerySet, inspection: Inspection) -> MeasureQuerySet:
    return rows.annotate(closing_day=TruncDate("closed_at", tzinfo=SHANGHAI)).filter(
        closing_day=F("due_on")
    )


def _words_alone(rows: MeasureQuerySet, inspection: Inspection) -> MeasureQuerySet:
    words = Q(evidence__kind__in=[EvidenceKind.MEETING, EvidenceKind.RULE])
    other = Exists(_links().filter(~words))
    return rows.filter(_files(), ~other)


def _once_stalled(rows: MeasureQuerySet, inspection: Inspection) -> MeasureQuerySet:
    """Three rounds running without change by the lead section, at any time before it was done."""
    rounds = WeeklyRound.objects.filter(inspection=inspection).order_by("week_start")
    mondays = list(rounds.values_list("week_start", flat=True))
    entries = ProgressEntry.objects.filter(
        measure__inspection=inspection,
        measure__status=Status.COMPLETED,
        section_id=F("measure__lead_section_id"),
        no_change=True,
        week_start__lte=F("measure__completed_on"),
    )
    weeks: dict[int, set[date]] = defaultdict(set)
    for measure_id, monday in entries.values_list("measure_id", "week_start"):
        weeks[measure_id].add(monday)
    still = [measure_id for measure_id, found in weeks.items() if _stood_still(mondays, found)]
    return rows.filter(pk__in=still)


def _stood_still(mondays: list[date], without_change: set[date]) -> bool:
    runs = (mondays[start : start + STALLED_ROUNDS] for start in range(len(mondays)))
    return any(len(run) == STALLED_ROUNDS and without_change.issuperset(run) for run in runs)


def _links() -> Any:
    return EvidenceLink.objects.filter(measure=OuterRef("pk"), evidence__archived_at__isnull=True)


def _files(**narrow: Any) -> Exists:
    return Exists(_links().filter(**{f"evidence__{name}": one for name, one in narrow.items()}))


_FOUND: dict[Suspicion, Callable[[MeasureQuerySet, Inspection], MeasureQuerySet]] = {
    NO_VOUCHER: _without_voucher,
    ON_THE_DAY: _closed_on_the_day,
    ONLY_WORDS: _words_alone,
    STALLED: _once_stalled,
}
