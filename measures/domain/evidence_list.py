"""The files of one inspection and the measures that have none, as far as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from issues.models import Inspection
from measures.models import Evidence, EvidenceLink, Measure
from measures.models.measure import MeasureQuerySet
from rectify.accounts.enums import Ability
from rectify.accounts.models import User


@dataclass(frozen=True)
class Numbered:
    """A measure with its 序号 in the inspection's whole ledger."""

    number: int
    measure: Measure


@dataclass(frozen=True)
class FileLine:
    """One file and those of its measures that the person reads in full."""

    file: Evidence
    measures: list[Numbered]


def numbers_of(inspection: Inspection) -> dict[int, int]:
    """The 序号 of every current measure by its key: the same whatever a filter shows."""
    rows = Measure.objects.filter(inspection=inspection).current().in_order()
    return {pk: number for number, pk in enumerate(rows.values_list("pk", flat=True), 1)}


def read_in_full(inspection: Inspection, user: User) -> MeasureQuerySet:
    """The current measures of the inspection whose evidence the person reads, in order."""
    rows = Measure.objects.within(user.access, Ability.SEE_FULL)
    return rows.filter(inspection=inspection).current().in_order()


def files_of(
    inspection: Inspection,
    user: User,
    *,
    kind: str = "",
    area_id: int | None = None,
    archived: bool = False,
) -> QuerySet[Evidence]:
    """Evidence of measures (no scans of decisions, nothing of a look-back), oldest first."""
    measures = read_in_full(inspection, user)
    if area_id is not None:
        measures = measures.filter(task__issue__area_id=area_id)
    linked = EvidenceLink.objects.filter(evidence=OuterRef("pk"), measure__in=measures.order_by())
    rows = Evidence.objects.filter(
        Exists(linked), inspection=inspection, archived_at__isnull=not archived
    )
    if kind:
        rows = rows.filter(kind=kind)
    return rows.select_related("preview").order_by("created_at", "pk")


def gaps_of(inspection: Inspection, user: User, *, area_id: int | None = None) -> MeasureQuerySet:
    """Measures without a single file that counts."""
    rows = read_in_full(inspection, user)
    if area_id is not None:
        rows = rows.filter(task__issue__area_id=area_id)
    proof = EvidenceLink.objects.filter(measure=OuterRef("pk"), evidence__archived_at__isnull=True)
    return rows.filter(~Exists(proof)).select_related("task__issue__area")


def lines(files: Iterable[Evidence], inspection: Inspection, user: User) -> list[FileLine]:
    """The files of one page with their measures, in a fixed number of queries."""
    rows, numbers = list(files), numbers_of(inspection)
    links = EvidenceLink.objects.filter(
        measure__in=read_in_full(inspection, user).order_by()
    ).select_related("measure")
    links = links.order_by("measure__place", "measure_id")
    prefetch_related_objects(rows, Prefetch("links", queryset=links, to_attr="read"))
    return [
        FileLine(one, [Numbered(numbers[at.measure_id], at.measure) for at in _read(one)])
        for one in rows
    ]


def _read(file: Evidence) -> list[EvidenceLink]:
    """What `lines` has fetched of the file's links."""
    found: list[EvidenceLink] = file.__dict__["read"]
    return found
