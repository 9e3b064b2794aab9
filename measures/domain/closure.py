"""销号: section applies → head confirms → office reviews → leader decides → closed; reopening."""

from django.db import transaction

from issues.domain.inspections import refuse_archived
from measures.domain.applications import file_application, void_pending
from measures.domain.evidence import attach_evidence
from measures.domain.guards import hold, refuse_closed
from measures.domain.paper import Paper, refuse_paper
from measures.domain.states import write_state
from measures.enums import Status
from measures.models import ClosureApplication, Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation


def missing_for_closure(measure: Measure) -> list[tuple[str, str]]:
    """(form field, words) for each thing that a close-out still needs; empty = may be applied."""
    missing = []
    if measure.status != Status.COMPLETED:
        missing.append(("status", "状态为“已完成”"))
    if not measure.result_text.strip():
        missing.append(("result_text", "填写整改情况"))
    if not measure.evidence_links.filter(evidence__archived_at__isnull=True).exists():
        missing.append(("file", "上传佐证材料"))
    return missing


@transaction.atomic
def apply_closure(
    measure: Measure, *, actor: Actor, reason: str = "", operation: Operation | None = None
) -> ClosureApplication:
    """Ask to close a completed measure that has a result and evidence.

    Raises NotAllowed, Refused (closed or not ready).
    """
    require(actor, Ability.APPLY_CLOSURE, measure)
    refuse_closed(measure)
    stored = Measure.objects.get(pk=measure.pk)
    for field, words in missing_for_closure(stored):
        raise Refused(f"还不能申请销号，须先{words}。", field=field)
    return file_application(
        ClosureApplication(measure=measure, reason=reason.strip()),
        actor=actor, operation=operation,
    )  # fmt: skip


@transaction.atomic
def reopen(
    measure: Measure,
    *,
    actor: Actor,
    version: int,
    reason: str,
    paper: Paper,
    operation: Operation | None = None,
) -> Measure:
    """重新启动 a closed measure by a decision that the office records; it is 正在推进 again. The
    scan of the paper joins its evidence.

    Raises NotAllowed, StaleVersion, Refused (neither closed nor completed, no reason, the paper).
    """
    require(actor, Ability.RECORD_PAPER, measure)
    refuse_paper(paper, measure.inspection, actor=actor)
    if not reason.strip():
        raise Refused("请写明重新启动的理由。", field="reason")
    words = f"{reason.strip()}（{paper.in_words}）"
    opened = reopen_closed(measure, actor=actor, version=version, reason=words, operation=operation)
    if paper.upload is not None:
        attach_evidence(
            opened, actor=actor, file=paper.upload.file, name=paper.upload.name,
            size=paper.upload.size, operation=operation,
        )  # fmt: skip
    return opened


@transaction.atomic
def reopen_closed(
    measure: Measure,
    *,
    actor: Actor,
    version: int,
    reason: str,
    operation: Operation | None = None,
) -> Measure:
    """Take 销号 and 已完成 back from a measure, without asking who may: the caller has
    (`reopen`, and a look-back that denies the close-out).

    Raises StaleVersion, Refused (neither closed nor completed; it or its inspection archived).
    """
    hold(measure.pk)
    stored = Measure.objects.select_related("inspection__organization").get(pk=measure.pk)
    if stored.archived_at is not None:
        raise Refused("该措施已归档，内容只读。")
    refuse_archived(stored.inspection)
    if stored.status != Status.COMPLETED:
        raise Refused("该措施没有完成，不需要重新启动。")
    void_pending(stored, actor=actor, operation=operation)
    change(
        stored, actor=actor, organization=stored.inspection.organization, action="measure.reopen",
        version=version, also={"reason": ("", reason)}, operation=operation,
        values={"closed_at": None, "status": Status.IN_PROGRESS, "completed_on": None},
    )  # fmt: skip
    write_state(stored)
    return stored
