"""A decision that was taken on paper or in a meeting, and is recorded by the office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import IO, Any

from issues.models import Inspection
from measures.domain.evidence import keep_scan
from measures.enums import Medium
from measures.models import Evidence
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.actors import Actor, person
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.chinese_dates import format_date
from rectify.lib.clock import today


@dataclass(frozen=True)
class Scan:
    """A scan as it was uploaded and checked by `interfaces.uploads`, not stored yet."""

    file: IO[bytes]
    name: str
    size: int


@dataclass(frozen=True)
class Paper:
    """What the signed paper says. `decided_by` where the signer has an account; the name is kept
    in any case. `meeting` such as 党组会议2021年第4次会议; `scan` of the same inspection, or
    `upload`, which `keep_upload` stores."""

    decided_by_name: str
    decided_on: date
    decided_by: User | None = None
    meeting: str = ""
    scan: Evidence | None = None
    upload: Scan | None = None

    @property
    def name(self) -> str:
        return self.decided_by.name if self.decided_by else self.decided_by_name.strip()

    @property
    def in_words(self) -> str:
        """Who, when, in which meeting, and that the office typed it in: for a sentence."""
        parts = (self.meeting.strip(), self.name, format_date(self.decided_on), Medium.PAPER.label)
        return "，".join(str(part) for part in parts if part)


def refuse_paper(paper: Paper, inspection: Inspection, *, actor: Actor) -> None:
    """Raises NotAllowed unless the actor may record papers, Refused for a paper without a name,
    dated in the future or before the feedback, or with a scan of another inspection."""
    require_in(actor, Ability.RECORD_PAPER, inspection.organization)
    if not paper.name:
        raise Refused("请填写在纸质材料上签批的人或会议。", field="decided_by_name")
    if paper.decided_on > today():
        raise Refused("签批日期不能晚于今天。", field="decided_on")
    earliest = inspection.entered_on or inspection.feedback_on
    if earliest and paper.decided_on < earliest:
        raise Refused(
            f"签批日期不能早于{'进驻' if inspection.entered_on else '反馈'}日期"
            f"（{format_date(earliest)}）。",
            field="decided_on",
        )
    if paper.scan is not None and paper.scan.inspection_id != inspection.pk:
        raise Refused("扫描件不属于本次巡察，请重新上传。", field="scan")


def keep_upload(
    paper: Paper, inspection: Inspection, *, actor: Actor, operation: Operation | None = None
) -> Paper:
    """The paper with its scan stored, once nothing else can refuse it; as it is without a scan."""
    if paper.upload is None:
        return paper
    scan = keep_scan(
        inspection, actor=actor, file=paper.upload.file, name=paper.upload.name,
        size=paper.upload.size, operation=operation,
    )  # fmt: skip
    return replace(paper, scan=scan, upload=None)


def signature(actor: Actor, paper: Paper | None) -> dict[str, Any]:
    """Columns of a Decision that say who decided, when, how, and who typed it in."""
    if paper is None:
        return {
            "decided_by": person(actor), "decided_by_name": actor.name, "decided_on": today(),
            "medium": Medium.SYSTEM,
        }  # fmt: skip
    return {
        "decided_by": paper.decided_by, "decided_by_name": paper.name,
        "decided_on": paper.decided_on, "medium": Medium.PAPER, "recorded_by": person(actor),
        "recorded_by_name": actor.name, "scan": paper.scan, "meeting": paper.meeting.strip(),
    }  # fmt: skip
