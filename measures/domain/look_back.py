"""回头看 of one measure by the discipline group: private until it is issued, then for ever."""

from __future__ import annotations

from datetime import date
from typing import IO, Any

from django.db import transaction
from django.db.models import Q

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from measures.domain.closure import reopen_closed
from measures.domain.evidence import keep_file
from measures.domain.guards import hold
from measures.enums import LookBackMethod, LookBackVerdict, Status
from measures.exceptions import Overtaken
from measures.models import Evidence, LookBack, Measure
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Membership, User
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.audit.models import Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import now, today
from rectify.lib.shanghai import day_of

# What the group writes down while it checks.
DRAFT_FIELDS = frozenset({"method", "checked_on", "finding", "private_notes"})
LONGEST_NAME = 255


@transaction.atomic
def pick(
    measure: Measure, *, actor: Actor, reason: str, operation: Operation | None = None
) -> LookBack:
    """Open a check of a measure that the group chose, with its reason.

    Raises NotAllowed, Refused (no reason, not completed, archived), ValidationError (being
    checked already).
    """
    inspection = measure.inspection
    require_in(actor, Ability.LOOK_BACK, inspection.organization)
    refuse_archived(inspection)
    stored = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    if stored.archived_at is not None:
        raise Refused("该措施已归档，内容只读。", field="measure")
    if stored.status != Status.COMPLETED:
        raise Refused("该措施还没有完成，不能回头看。请选择已完成或已销号的措施。", field="measure")
    if not reason.strip():
        raise Refused("指定核查须写明选取理由。", field="reason")
    if LookBack.objects.filter(measure=stored, issued_at__isnull=True).exists():
        raise Refused("该措施正在核查中，不需要再次选取。", field="measure")
    return add(
        LookBack(measure=measure, pick_reason=reason.strip()), actor=actor,
        organization=inspection.organization, action="look_back.pick", label=str(measure),
        operation=operation,
    )  # fmt: skip


@transaction.atomic
def save_check(check: LookBack, *, actor: Actor, version: int, values: dict[str, Any]) -> LookBack:
    """Keep what the group has found so far (columns of DRAFT_FIELDS); nobody else sees it.

    Raises NotAllowed, StaleVersion, Overtaken (issued meanwhile), Refused (a day before the
    completion or in the future).
    """
    unknown = set(values) - DRAFT_FIELDS
    if unknown:
        raise ValueError(f"not written while checking: {sorted(unknown)}")
    stored = _open(check, actor, version)
    _refuse_day(stored, values.get("checked_on", stored.checked_on))
    return change(
        stored, action="look_back.save", version=version,
        values={**values, "checked_by": person(actor), "checked_by_name": actor.name},
        **_said(stored, actor),
    )  # fmt: skip


@transaction.atomic
def issue(
    check: LookBack, *, actor: Actor, version: int, verdict: LookBackVerdict, finding: str
) -> LookBack:
    """Issue the check: from now on it, its finding and its files are read with the measure.

    A denial takes 销号 and 已完成 back from the measure and tells its section, its leaders and the
    office. Raises NotAllowed, StaleVersion, Overtaken, Refused (no verdict, method, day or, for a
    denial, finding; a confirmation of what is no longer completed).
    """
    stored = _open(check, actor, version)
    finding = finding.strip()
    # Not locked here: whoever decides on it takes the application first and the measure second.
    measure = Measure.objects.get(pk=stored.measure_id)
    _refuse_unfinished(stored, measure, verdict, finding)
    # Two events: the history of the measure tells the second, and no earlier wording.
    stored = change(stored, action="look_back.save", version=version,
                    values={"finding": finding}, **_said(stored, actor))  # fmt: skip
    issued = change(
        stored, action="look_back.issue", version=stored.version,
        values={"verdict": verdict, "issued_at": now(), "issued_by": person(actor),
                "issued_by_name": actor.name},
        also={"finding": (None, finding)} if finding else None, **_said(stored, actor),
    )  # fmt: skip
    if verdict == LookBackVerdict.DENIED:
        _reopen(measure, actor, finding)
        _tell_denied(issued, measure, actor)
    return issued


@transaction.atomic
def add_file(check: LookBack, *, actor: Actor, file: IO[bytes], name: str, size: int) -> Evidence:
    """Keep a file (already checked by `interfaces.uploads`) with the check alone.

    It is stored under a name that begins with the check's number: the same bytes under the same
    name are one row of an inspection, and a section that uploads them must not learn who had them.
    Raises NotAllowed, Overtaken (issued), Refused (already there, archived).
    """
    stored = _open(check, actor)
    inspection = stored.measure.inspection
    kept = keep_file(inspection, actor=actor, file=file, name=name_of_file(stored, name),
                     size=size)  # fmt: skip
    if stored.files.filter(pk=kept.pk).exists():
        raise Refused(f"“{name}”已经在核查材料中，无需重复上传。", field="file")
    stored.files.add(kept)
    record(action="look_back.file", subject=stored, changes={"file": (None, kept.original_name)},
           **_said(stored, actor))  # fmt: skip
    return kept


@transaction.atomic
def drop_file(check: LookBack, *, actor: Actor, evidence: Evidence) -> None:
    """Take a file out that was uploaded by mistake; the row is archived, the bytes stay.

    Raises NotAllowed, Overtaken (issued), Refused (not of this check, archived).
    """
    stored = _open(check, actor)
    if not stored.files.filter(pk=evidence.pk).exists():
        raise Refused("该文件已不在核查材料中。")
    stored.files.remove(evidence)
    change(evidence, action="look_back.drop_file", version=evidence.version,
           values={"archived_at": now()}, **_said(stored, actor))  # fmt: skip


@transaction.atomic
def refuse_file(check: LookBack, *, actor: Actor, name: str, code: str) -> None:
    """Record that an upload was not taken: its clean name and the code of the reason, no content.

    Raises NotAllowed, Overtaken, Refused (archived).
    """
    stored = _open(check, actor)
    record(action="evidence.refuse", subject=stored, success=False,
           changes={"evidence": (None, name), "reason": (None, code)},
           **_said(stored, actor))  # fmt: skip


def number_of(check: LookBack) -> str:
    """What the check is called on paper: the beginning of its public id."""
    return check.public_id.hex[:6].upper()


def name_of_file(check: LookBack, name: str) -> str:
    """The name under which a file of the check is stored, never longer than its column."""
    head = f"核查{number_of(check)}-"
    stem, dot, extension = name.rpartition(".")
    return f"{head}{stem[: LONGEST_NAME - len(head) - len(extension) - 1]}{dot}{extension}"


def not_before(check: LookBack) -> tuple[date | None, str]:
    """The earliest day of the check and what happened on it: the closing where the measure was
    closed when it was chosen, otherwise its completion, the beginning of the inspection at least.
    """
    measure, inspection = check.measure, check.measure.inspection
    if measure.closed_at is not None and measure.closed_at <= check.created_at:
        return day_of(measure.closed_at), "销号"
    if measure.completed_on is not None:
        return measure.completed_on, "完成"
    if inspection.entered_on is not None:
        return inspection.entered_on, "进驻"
    return inspection.feedback_on, "反馈"


def _open(check: LookBack, actor: Actor, version: int | None = None) -> LookBack:
    """The check as it stands, its row and its measure's locked: still open, and what the actor
    saw."""
    hold(check.measure_id)
    stored = (
        LookBack.objects.select_for_update(of=("self",))
        .select_related("measure__inspection__organization")
        .get(pk=check.pk)
    )
    inspection = stored.measure.inspection
    require_in(actor, Ability.LOOK_BACK, inspection.organization)
    refuse_archived(inspection)
    if stored.issued_at is not None:
        raise Overtaken(
            f"{stored.issued_by_name}已于{format_date(day_of(stored.issued_at))}出具核查结论"
            f"“{stored.get_verdict_display()}”，内容只读。您填写的内容没有保存。"
        )
    if version is not None and stored.version != version:
        raise StaleVersion(stored)
    return stored


def _said(check: LookBack, actor: Actor) -> dict[str, Any]:
    measure = check.measure
    return {
        "actor": actor,
        "organization": measure.inspection.organization,
        "label": str(measure),
    }


def _refuse_day(check: LookBack, day: date | None) -> None:
    if day is None:
        return
    if day > today():
        raise Refused("核查日期不能晚于今天。", field="checked_on")
    earliest, what = not_before(check)
    if earliest is not None and day < earliest:
        said = f"核查日期不能早于{what}日期（{format_date(earliest)}）。"
        raise Refused(said, field="checked_on")


def _refuse_unfinished(
    check: LookBack, measure: Measure, verdict: LookBackVerdict, finding: str
) -> None:
    if verdict not in (LookBackVerdict.CONFIRMED, LookBackVerdict.DENIED):
        raise Refused("请选择结论：属实或不属实。", field="verdict")
    if check.method not in LookBackMethod.values or check.checked_on is None:
        raise Refused("请先填写核查方式和核查日期并保存，再出具结论。")
    _refuse_day(check, check.checked_on)
    if verdict == LookBackVerdict.DENIED and not finding:
        raise Refused("认定不属实须写明核查情况：哪里与填报不符。", field="finding")
    if verdict == LookBackVerdict.CONFIRMED and measure.status != Status.COMPLETED:
        raise Refused("该措施已不是“已完成”状态，不能认定属实。", field="verdict")


def _reopen(measure: Measure, actor: Actor, finding: str) -> None:
    """Take the completion back, unless somebody has already."""
    if measure.status != Status.COMPLETED or measure.archived_at is not None:
        return
    try:
        reopen_closed(measure, actor=actor, version=measure.version,
                      reason=f"回头看核查不属实：{finding}")  # fmt: skip
    except StaleVersion as error:
        raise Refused("该措施刚刚被他人修改，结论没有出具。请核对后再提交一次。") from error


def _tell_denied(check: LookBack, measure: Measure, actor: Actor) -> None:
    """The lead section, the responsible leaders and the office must act on it."""
    inspection: Inspection = check.measure.inspection
    live = Membership.objects.live().filter(organization=inspection.organization_id)
    duty = Q(role=Role.OFFICE) | Q(role=Role.SECTION, section=measure.lead_section_id)
    to_act = (
        Q(pk__in=live.filter(duty).values("user_id"))
        | Q(pk__in=Measure.objects.filter(pk=measure.pk).values("leader"))
        | Q(pk__in=measure.co_leads.values("user_id"))
    )
    for recipient in User.objects.filter(to_act, is_active=True):
        if recipient == actor:
            continue
        tell(
            key=f"look_back:{check.pk}:denied",
            organization=inspection.organization,
            recipient=recipient,
            subject="一条措施经回头看核查不属实，已重新启动",
            body="该措施已撤销完成和销号，恢复为正在推进。请打开措施查看核查情况，重新组织整改。",
            link=f"/measures/{measure.public_id}/#decisions",
        )
