"""What becomes of a stored file: more measures, fewer measures, another kind, the archive.

A closed measure is read-only, and so is what proves it: a file of one keeps its kind and its
links. The file itself is never deleted.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from measures.domain.guards import refuse_closed
from measures.enums import ApplicationState, EvidenceKind
from measures.models import ClosureApplication, Evidence, EvidenceLink, Measure
from measures.reading import may, require
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion
from rectify.lib.clock import now

NOT_YOURS = "这份材料不在您可以填报的措施中，不能修改。"


@transaction.atomic
def link_evidence(evidence: Evidence, *, actor: Actor, measures: Sequence[Measure]) -> int:
    """Let the file support more measures of its inspection; returns how many are new.

    Those that it supports already are passed over. Raises NotAllowed and Refused (none chosen,
    another inspection, closed, the file archived or no evidence of a measure): then nothing is
    linked.
    """
    stored = _locked(evidence)
    _refuse_archived(stored)
    linked = set(stored.links.values_list("measure_id", flat=True))
    if not linked:
        raise Refused("这份文件不是措施的佐证材料，不能关联到措施。")
    if not measures:
        raise Refused("请至少选择一条措施。", field="measures")
    new = [measure for measure in measures if measure.pk not in linked]
    for measure in new:
        require(actor, Ability.WRITE_PROGRESS, measure)
        if measure.inspection_id != stored.inspection_id:
            raise Refused(
                f"“{_short(measure)}”属于另一次巡察，材料不能跨巡察关联。请在那次巡察中另行上传。",
                field="measures",
            )
        try:
            refuse_closed(measure)
        except Refused as refusal:
            raise Refused(f"“{_short(measure)}”：{refusal.message}", field="measures") from refusal
        same = EvidenceLink.objects.filter(measure=measure, evidence__sha256=stored.sha256)
        if same.filter(evidence__archived_at__isnull=True).exists():
            raise Refused(f"“{_short(measure)}”中已有内容相同的文件。", field="measures")
        EvidenceLink.objects.create(evidence=stored, measure=measure)
        _tell_history("evidence.share", stored, measure, actor=actor)
    return len(new)


@transaction.atomic
def unlink_evidence(evidence: Evidence, measure: Measure, *, actor: Actor, reason: str) -> None:
    """Take the file from one measure; it stays with the others.

    Raises NotAllowed, Refused (closed, 销号 applied for, no reason, no longer linked, the file's
    only measure: then it is archived instead).
    """
    require(actor, Ability.WRITE_PROGRESS, measure)
    refuse_closed(measure)
    stored = _locked(evidence)
    _refuse_archived(stored)
    link = stored.links.filter(measure=measure).first()
    if link is None:
        raise Refused("这份材料已不在这条措施中。")
    _refuse_applied(measure)
    if not reason.strip():
        raise Refused("请填写移除的理由。", field="reason")
    if stored.links.count() == 1:
        raise Refused("这份材料只关联了这一条措施，不能只移除；不再使用的，请归档。")
    link.delete()
    _tell_history("evidence.unlink", stored, measure, actor=actor, reason=reason.strip())


@transaction.atomic
def change_kind(evidence: Evidence, *, actor: Actor, version: int, kind: EvidenceKind) -> Evidence:
    """Say what the file is. Raises NotAllowed, StaleVersion, Refused (archived, a closed measure
    rests on it)."""
    stored = _locked(evidence)
    _refuse_archived(stored)
    measures = _measures_of(stored)
    if not any(may(actor, Ability.WRITE_PROGRESS, measure) for measure in measures):
        raise NotAllowed(NOT_YOURS)
    for measure in measures:
        refuse_closed(measure)
    return change(stored, actor=actor, organization=stored.inspection.organization,
                  action="evidence.kind", version=version, values={"kind": kind})  # fmt: skip


@transaction.atomic
def archive_evidence(evidence: Evidence, *, actor: Actor, version: int, reason: str) -> Evidence:
    """Put the file aside for all its measures: no longer counted, still to be read.

    Raises NotAllowed (a measure that is not the actor's), StaleVersion, Refused (closed, 销号
    applied for, archived before, no reason).
    """
    stored = _locked(evidence)
    if stored.version != version:
        raise StaleVersion(stored)
    _refuse_archived(stored)
    measures = _measures_of(stored)
    allowed = [may(actor, Ability.WRITE_PROGRESS, measure) for measure in measures]
    if not any(allowed):
        raise NotAllowed(NOT_YOURS)
    if not all(allowed):
        raise Refused(
            "这份材料还关联着其他科室的措施，不能归档。请从本科室的措施中移除，或请局办公室（整改办）归档。"
        )
    for measure in measures:
        refuse_closed(measure)
        _refuse_applied(measure)
    reason = reason.strip()
    if not reason:
        raise Refused("请填写归档的理由。", field="reason")
    archived = change(
        stored, actor=actor, organization=stored.inspection.organization,
        action="evidence.archive", version=version, values={"archived_at": now()},
        also={"reason": (None, reason)},
    )  # fmt: skip
    for measure in measures:
        _tell_history("evidence.archive", stored, measure, actor=actor, reason=reason)
    return archived


def _locked(evidence: Evidence) -> Evidence:
    rows = Evidence.objects.select_for_update(of=("self",))
    return rows.select_related("inspection__organization").get(pk=evidence.pk)


def _measures_of(evidence: Evidence) -> list[Measure]:
    rows = Measure.objects.filter(evidence_links__evidence=evidence)
    return list(rows.prefetch_related("supports", "co_leads").in_order())


def _refuse_archived(evidence: Evidence) -> None:
    if evidence.archived_at is not None:
        raise Refused("这份材料已归档，只能查看和下载。")


def _refuse_applied(measure: Measure) -> None:
    """What an application rests on is not taken from under it."""
    pending = ClosureApplication.objects.filter(
        measure=measure, state__in=ApplicationState.pending()
    )
    if pending.exists():
        raise Refused("该措施正在申请销号，佐证材料不能移除或归档。请先撤回申请。")


def _tell_history(
    action: str, evidence: Evidence, measure: Measure, *, actor: Actor, reason: str = ""
) -> None:
    changes: dict[str, tuple[object, object]] = {"evidence": (None, evidence.original_name)}
    if reason:
        changes["reason"] = (None, reason)
    record(actor=actor, organization=evidence.inspection.organization, action=action,
           subject=measure, changes=changes)  # fmt: skip


def _short(measure: Measure) -> str:
    return measure.text if len(measure.text) <= 20 else f"{measure.text[:20]}…"
