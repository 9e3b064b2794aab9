"""党组会议集中审议: the meeting's decision on many close-outs at once, recorded by the office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from issues.models import Inspection
from measures.domain.applications import decide, overtaken_words
from measures.domain.guards import hold
from measures.domain.paper import Paper, Scan, keep_upload, refuse_paper
from measures.enums import ApplicationState, Verdict
from measures.exceptions import Overtaken
from measures.models import ClosureApplication
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Operation

# Who decides, as it stands in every decision of the meeting.
PARTY_GROUP = "党组会议"


def awaiting_meeting(inspection: Inspection) -> Any:
    """Close-outs that wait for the party group, in the order of the ledger."""
    return ClosureApplication.objects.filter(
        measure__inspection=inspection, state=ApplicationState.PARTY_GROUP
    ).order_by("measure__place", "pk")


@transaction.atomic
def resolve_closures(
    inspection: Inspection,
    closures: Iterable[tuple[ClosureApplication, int]],
    *,
    actor: Actor,
    meeting: str,
    decided_on: date,
    scan: Scan | None = None,
) -> Operation:
    """Close the measures of all these applications (each with the version that was seen) by one
    decision of the party group: all of them or none.

    Raises NotAllowed, Overtaken (names every application that somebody was first with), Refused
    (none chosen, another inspection, no meeting, its date, a measure that cannot be closed).
    """
    require_in(actor, Ability.RECORD_PAPER, inspection.organization)
    rows = sorted(closures, key=lambda row: row[0].pk)
    if not rows:
        raise Refused("请勾选党组会议同意销号的措施。", field="closures")
    if any(one.measure.inspection_id != inspection.pk for one, _ in rows):
        raise Refused("只能集中审议同一次巡察的销号申请。", field="closures")
    if not meeting.strip():
        raise Refused("请填写作出决定的党组会议。", field="meeting")
    paper = Paper(PARTY_GROUP, decided_on, meeting=meeting, upload=scan)
    refuse_paper(paper, inspection, actor=actor)
    _refuse_overtaken(rows)
    operation = begin(
        actor=actor, organization=inspection.organization, kind="closure.resolve",
        reason=meeting.strip(),
    )  # fmt: skip
    paper = keep_upload(paper, inspection, actor=actor, operation=operation)
    for closure, version in rows:
        try:
            decide(closure, actor=actor, version=version, verdict=Verdict.ACCEPTED, paper=paper,
                   operation=operation)  # fmt: skip
        except (NotAllowed, Overtaken):
            raise
        except Refused as why:
            raise Refused(f"“{closure.measure}”：{why.message}", field="closures") from why
    return operation


def _refuse_overtaken(rows: Sequence[tuple[ClosureApplication, int]]) -> None:
    """Locks the applications and their measures. Raises Overtaken that names those not as seen."""
    hold(*(closure.measure_id for closure, _ in rows))
    keys = [closure.pk for closure, _ in rows]
    locked: Any = ClosureApplication.objects.select_for_update(of=("self",))
    found: Iterable[ClosureApplication] = (
        locked.filter(pk__in=keys).select_related("measure").order_by("pk")
    )
    stored = {one.pk: one for one in found}
    late = [
        stored[closure.pk]
        for closure, version in rows
        if stored[closure.pk].version != version
        or stored[closure.pk].state != ApplicationState.PARTY_GROUP
    ]
    if late:
        named = "".join(f"“{one.measure}”：{overtaken_words(one)}" for one in late)
        raise Overtaken(f"没有登记任何一项，请取消以下各项后重新登记。{named}")
