"""The voucher or the minutes of an outcome, uploaded with it: evidence of the linked measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from measures.domain.evidence import keep_file
from measures.domain.guards import refuse_closed
from measures.enums import EvidenceKind
from measures.models import Evidence, EvidenceLink, Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation

# The column of an outcome that holds a file → the kind of evidence that it is.
FILE_COLUMNS: Mapping[str, EvidenceKind] = {
    "voucher_file": EvidenceKind.VOUCHER,
    "minutes": EvidenceKind.MEETING,
}


@dataclass(frozen=True)
class Upload:
    """A file that was checked already. `column`: the outcome's column that will name it."""

    file: IO[bytes]
    name: str
    size: int
    column: str


def keep_upload(
    upload: Upload,
    measures: Sequence[Measure],
    *,
    actor: Actor,
    operation: Operation | None = None,
) -> Evidence:
    """Store the file as evidence of those of the measures that are still open, once.

    Raises NotAllowed, Refused (no measure to store it with).
    """
    still_open = [row for row in measures if row.closed_at is None and row.archived_at is None]
    if not still_open:
        raise Refused(
            "上传的文件存为所选措施的佐证材料：请先勾选至少一条未销号的措施，或从已有材料中选择。",
            field="upload",
        )
    for measure in still_open:
        require(actor, Ability.WRITE_PROGRESS, measure)
        refuse_closed(measure)
    inspection = still_open[0].inspection
    evidence = keep_file(
        inspection, actor=actor, file=upload.file, name=upload.name, size=upload.size,
        kind=FILE_COLUMNS[upload.column], operation=operation,
    )  # fmt: skip
    for measure in still_open:
        _, new = EvidenceLink.objects.get_or_create(evidence=evidence, measure=measure)
        if new:
            record(actor=actor, organization=inspection.organization, action="evidence.link",
                   subject=measure, changes={"evidence": (None, evidence.original_name)},
                   operation=operation)  # fmt: skip
    return evidence
