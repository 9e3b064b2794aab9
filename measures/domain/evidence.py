"""佐证材料: taking files in, linking them, handing them out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from django.core.files import File
from django.core.files.storage import Storage, default_storage
from django.db import transaction

from issues.models import Inspection
from measures.domain.guards import refuse_closed
from measures.domain.previews import begin_preview
from measures.enums import EvidenceKind
from measures.models import Evidence, EvidenceLink, EvidencePreview, Measure
from measures.reading import require
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation


@transaction.atomic
def attach_evidence(
    measure: Measure,
    *,
    actor: Actor,
    file: IO[bytes],
    name: str,
    size: int,
    kind: EvidenceKind = EvidenceKind.OTHER,
    operation: Operation | None = None,
) -> Evidence:
    """Store a file (already checked by `interfaces.uploads`) and link it to the measure.

    `size` in bytes. The same bytes under the same name are one row of the inspection with
    several links. Raises NotAllowed, Refused (closed, already linked).
    """
    require(actor, Ability.WRITE_PROGRESS, measure)
    refuse_closed(measure)
    inspection = measure.inspection
    file.seek(0)
    sha256 = _digest(file)
    linked = EvidenceLink.objects.filter(measure=measure, evidence__sha256=sha256)
    if linked.filter(evidence__archived_at__isnull=True).exists():
        raise Refused(f"“{name}”已经在这条措施的佐证材料中，无需重复上传。", field="file")
    evidence = keep_file(
        inspection, actor=actor, file=file, name=name, size=size, sha256=sha256, kind=kind,
        operation=operation,
    )  # fmt: skip
    EvidenceLink.objects.create(evidence=evidence, measure=measure)
    record(actor=actor, organization=inspection.organization, action="evidence.link",
           subject=measure, changes={"evidence": (None, evidence.original_name)},
           operation=operation)  # fmt: skip
    return evidence


@transaction.atomic
def keep_scan(
    inspection: Inspection,
    *,
    actor: Actor,
    file: IO[bytes],
    name: str,
    size: int,
    operation: Operation | None = None,
) -> Evidence:
    """Store the scan of a signed paper (already checked by `interfaces.uploads`) without a link to
    any measure: it is read with the decision that it proves. Raises NotAllowed.
    """
    require_in(actor, Ability.RECORD_PAPER, inspection.organization)
    return keep_file(inspection, actor=actor, file=file, name=name, size=size, operation=operation)


@transaction.atomic
def keep_file(
    inspection: Inspection,
    *,
    actor: Actor,
    file: IO[bytes],
    name: str,
    size: int,
    sha256: str = "",
    kind: EvidenceKind = EvidenceKind.OTHER,
    operation: Operation | None = None,
) -> Evidence:
    """The row of a file of the inspection, stored unless the same bytes are there by that name.

    The caller has checked the right. `sha256` spares reading the bytes twice.
    """
    if not sha256:
        file.seek(0)
        sha256 = _digest(file)
    # Shared only under the name that the person gave: another section's name is not theirs to see.
    known = Evidence.objects.filter(
        inspection=inspection, sha256=sha256, original_name=name, archived_at__isnull=True
    ).first()
    if known is not None:
        return known
    file.seek(0)
    evidence = add(
        Evidence(inspection=inspection, file=File(file, name=name), original_name=name,
                 sha256=sha256, size=size, kind=kind, uploaded_by=person(actor),
                 uploaded_by_name=actor.name),
        actor=actor, organization=inspection.organization, action="evidence.add",
        operation=operation,
    )  # fmt: skip
    begin_preview(evidence)
    return evidence


@transaction.atomic
def refuse_evidence(measure: Measure, *, actor: Actor, name: str, code: str) -> None:
    """Record that an upload was not taken: its clean name and the code of the reason, no content.

    Raises NotAllowed.
    """
    require(actor, Ability.WRITE_PROGRESS, measure)
    record(actor=actor, organization=measure.inspection.organization, action="evidence.refuse",
           subject=measure, changes={"evidence": (None, name), "reason": (None, code)},
           success=False)  # fmt: skip


def hand_out(evidence: Evidence, *, actor: Actor) -> IO[bytes]:
    """Open the stored file for download, after checking its bytes, and record who took it.

    Raises Refused where the file is missing or no longer has the recorded sha256; the event of
    the refused download stays.
    """
    stored: IO[bytes] | None = None
    try:
        stored = evidence.file.storage.open(str(evidence.file.name), "rb")
        intact = _digest(stored) == evidence.sha256
    except OSError:
        intact = False
    with transaction.atomic():
        record(actor=actor, organization=evidence.inspection.organization,
               action="evidence.download", subject=evidence, success=intact)  # fmt: skip
    if stored is None:
        raise Refused("文件在存储中缺失，请联系管理员从备份恢复。")
    if not intact:
        stored.close()
        raise Refused("文件内容与上传时不一致，已停止下载。请联系管理员。")
    stored.seek(0)
    return stored


@dataclass
class Stock:
    """What `take_stock` found: how many files it read, which rows have no file or another one,
    and which files no row knows (names in the media folder)."""

    looked_at: int = 0
    missing: list[Evidence] = field(default_factory=list)
    altered: list[Evidence] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def take_stock() -> Stock:
    """Read every stored file of evidence against its sha256 and size. Changes nothing."""
    stock = Stock()
    known = set()
    rows = Evidence.objects.select_related("inspection__organization").order_by("pk")
    for evidence in rows.iterator(chunk_size=500):
        stock.looked_at += 1
        known.add(str(evidence.file.name))
        try:
            with evidence.file.storage.open(str(evidence.file.name), "rb") as stored:
                right = _digest(stored) == evidence.sha256 and stored.tell() == evidence.size
        except OSError:
            stock.missing.append(evidence)
            continue
        if not right:
            stock.altered.append(evidence)
    for preview in EvidencePreview.objects.select_related("evidence").iterator(chunk_size=500):
        known.update(preview.picture(page) for page in range(1, preview.pages + 1))
    stored_names = (
        name for top in ("evidence", "previews") for name in _files(default_storage, top)
    )
    stock.unknown = sorted(name for name in stored_names if name not in known)
    return stock


def _files(storage: Storage, folder: str) -> Iterator[str]:
    """Every file below the folder, as the storage names them."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files(storage, f"{folder}/{name}")


def _digest(file: IO[bytes]) -> str:
    """SHA-256 of the rest of a file, read in pieces: not every upload is a buffer."""
    sha256 = hashlib.sha256()
    while piece := file.read(1 << 20):
        sha256.update(piece)
    return sha256.hexdigest()
