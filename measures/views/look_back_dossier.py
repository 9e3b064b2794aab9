"""What lies before whoever checks a measure: the same on the check's page and on its sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from measures.domain.look_back import number_of
from measures.enums import Status
from measures.models import ClosureApplication, Evidence, LookBack, Measure
from measures.reading import may
from rectify.accounts.enums import Ability
from rectify.accounts.models import User


@dataclass(frozen=True)
class Dossier:
    """One check with its measure. `private`: the person belongs to the group and reads the notes.

    `evidence` is None for somebody who does not read the measure in full.
    """

    check: LookBack
    number: str
    private: bool
    evidence: Sequence[Evidence] | None
    files: Sequence[Evidence]
    closures: Sequence[ClosureApplication]

    @property
    def measure(self) -> Measure:
        return self.check.measure

    @property
    def why(self) -> str:
        """How the measure came to be checked."""
        sample = self.check.sample
        return f"第{sample.number}次抽样抽中" if sample else f"指定核查：{self.check.pick_reason}"


def pick_url(measure: Measure, user: User, checks: Iterable[LookBack]) -> str:
    """Where the group opens a check of the measure; "" for others, for a measure that cannot be
    checked, and where one of its `checks` is open."""
    if not may(user, Ability.LOOK_BACK, measure) or measure.status != Status.COMPLETED:
        return ""
    if measure.archived_at is not None or any(one.issued_at is None for one in checks):
        return ""
    address = reverse("look_back_pick", kwargs={"inspection": measure.inspection.public_id})
    return f"{address}?measure={measure.public_id}"


def checks_of(user: User) -> QuerySet[LookBack]:
    """The checks that the person may see, with the names that every list of them shows."""
    return LookBack.objects.visible_to(user).select_related(
        "measure__task__issue__area", "measure__inspection__organization", "sample"
    )


def dossiers(checks: Iterable[LookBack], user: User) -> list[Dossier]:
    """In the order of the checks; the same number of queries however many there are."""
    checks = list(checks)
    keys = [check.measure_id for check in checks]
    full = set(
        Measure.objects.within(user.access, Ability.SEE_FULL)
        .filter(pk__in=keys)
        .values_list("pk", flat=True)
    )
    group = user.access.whole(Ability.LOOK_BACK)
    measures = {
        measure.pk: measure
        for measure in Measure.objects.visible_to(user)
        .filter(pk__in=keys)
        .prefetch_related(
            "evidence_links__evidence",
            Prefetch(
                "closures",
                ClosureApplication.objects.visible_to(user).prefetch_related("decisions"),
                to_attr="told_closures",
            ),
        )
    }
    files = _files(checks, user)
    found = []
    for check in checks:
        measure = measures[check.measure_id]
        links = measure.evidence_links.all()
        found.append(
            Dossier(
                check=check,
                number=number_of(check),
                private=measure.organization_id in group,
                evidence=[link.evidence for link in links if link.evidence.archived_at is None]
                if measure.pk in full
                else None,
                files=files.get(check.pk, []),
                closures=vars(measure)["told_closures"],
            )
        )
    return found


def _files(checks: Sequence[LookBack], user: User) -> dict[int, list[Evidence]]:
    """The group's own files by check, as far as the person may open them."""
    through = LookBack.files.through
    pairs = list(
        through.objects.filter(lookback__in=[check.pk for check in checks])
        .order_by("pk")
        .values_list("lookback_id", "evidence_id")
    )
    rows = (
        Evidence.objects.visible_to(user)
        .filter(pk__in=[pk for _, pk in pairs], archived_at__isnull=True)
        .select_related("preview")
    )
    by_pk = {row.pk: row for row in rows}
    found: dict[int, list[Evidence]] = {}
    for check, evidence in pairs:
        if evidence in by_pk:
            found.setdefault(check, []).append(by_pk[evidence])
    return found
