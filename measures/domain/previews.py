"""Previews: asked for with every file, made by a job in batches, healed by the calendar."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import IO

from django.core.files import File
from django.db import transaction
from django.db.models import F, Q, QuerySet

from measures.enums import PreviewState
from measures.models import Evidence, EvidencePreview
from measures.rendering.drawing import NotDrawn, draw_pages
from rectify.accounts.models import Organization
from rectify.audit.actors import SYSTEM, Actor
from rectify.audit.domain.changes import change
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused, StaleVersion
from rectify.jobs.domain.work import request_job
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.jobs.registry import Progress

KIND = "preview_evidence"
# Files of one job: with 30 seconds each it ends well before a task's limit.
BATCH = 20
# Extensions that can be drawn, and the kind by which the drawing process knows them.
DRAWN = {"pdf": "pdf", "jpg": "jpg", "jpeg": "jpg", "png": "png", "tif": "tif", "tiff": "tif"}
_NONE = "该格式不提供预览，请下载后查看。"
_ALTERED = "文件缺失或与上传时不一致，无法显示。请联系管理员。"


def begin_preview(evidence: Evidence) -> EvidencePreview:
    """The preview's row of a new file, and the job that fills it. Inside the file's transaction."""
    preview = EvidencePreview.objects.create(evidence=evidence, **_beginning(evidence))
    if preview.state == PreviewState.WAITING:
        request_previews(evidence.inspection.organization)
    return preview


def request_previews(organization: Organization) -> Job:
    """Queue the job that makes what waits in the bureau; at most one is open at a time."""
    return request_job(
        KIND,
        actor=SYSTEM,
        organization=organization,
        title="生成佐证材料预览",
        params={},
        key=str(organization.pk),
    )


def previews_due() -> int:
    """The calendar: rows for files that have none, and a job wherever something waits.

    Returns how many jobs are new.
    """
    bare = Evidence.objects.filter(preview=None)[:500]
    EvidencePreview.objects.bulk_create(
        [EvidencePreview(evidence=one, **_beginning(one)) for one in bare], ignore_conflicts=True
    )
    waiting = EvidencePreview.objects.filter(state=PreviewState.WAITING)
    open_jobs = Job.objects.filter(kind=KIND, status__in=JobStatus.open_states())
    bureaus = Organization.objects.filter(
        pk__in=waiting.values("evidence__inspection__organization")
    ).exclude(pk__in=open_jobs.values("organization"))
    for bureau in bureaus:
        request_previews(bureau)
    return len(bureaus)


def make_previews(job: Job, progress: Progress) -> int:
    """Make up to BATCH previews that wait in the job's bureau, and those that this same job has
    failed to make before. Returns how many are ready.

    Raises Refused, after trying all, where some could not be made: the job counts as failed, so
    that it is seen and may be run again.
    """
    found = list(_to_make(job))
    failed = 0
    for number, preview in enumerate(found):
        progress(number, len(found), f"第 {number + 1} 份，共 {len(found)} 份")
        failed += not make_preview(preview, job=job)
    if failed:
        raise Refused(f"{failed} 份佐证材料未能生成预览，原因见各份材料的预览页。可重试一次。")
    return len(found)


def make_preview(preview: EvidencePreview, *, job: Job | None = None) -> bool:
    """Draw the file's pages and store them; whether there are pages to look at now.

    Harmless to run again: pictures lie under fixed names, and a row that somebody else has
    filled in the meantime stays as it is.
    """
    with tempfile.TemporaryDirectory(prefix="rectify-preview-") as scratch:
        folder = Path(scratch)
        try:
            pages = _drawn(preview.evidence, folder)
        except NotDrawn as refusal:
            values = {"state": PreviewState.FAILED, "reason": str(refusal), "tried_by": job}
            return _settle(preview, {**values, "pages": 0})
        for number, page in enumerate(pages, 1):
            _store(preview, number, page)
    return _settle(
        preview,
        {"state": PreviewState.READY, "pages": len(pages), "reason": "", "tried_by": None},
    )


def _to_make(job: Job) -> QuerySet[EvidencePreview]:
    mine = Q(state=PreviewState.FAILED, tried_by=job)
    return (
        EvidencePreview.objects.filter(evidence__inspection__organization=job.organization_id)
        .filter(Q(state=PreviewState.WAITING) | mine)
        .select_related("evidence__inspection__organization")
        .order_by(F("tried_by").asc(nulls_last=True), "pk")[:BATCH]
    )


def _beginning(evidence: Evidence) -> dict[str, str]:
    if _extension(evidence) in DRAWN:
        return {"state": PreviewState.WAITING}
    return {"state": PreviewState.NONE, "reason": _NONE}


def _extension(evidence: Evidence) -> str:
    return evidence.original_name.rpartition(".")[2].lower()


def _drawn(evidence: Evidence, folder: Path) -> list[Path]:
    """The pictures in `folder`. Raises NotDrawn, also for bytes that are no longer those taken."""
    source = folder / "source"
    sha256 = hashlib.sha256()
    try:
        storage = evidence.file.storage
        with storage.open(str(evidence.file.name), "rb") as stored, source.open("wb") as copy:
            while piece := stored.read(1 << 20):
                sha256.update(piece)
                copy.write(piece)
    except FileNotFoundError as error:
        raise NotDrawn(_ALTERED) from error
    if sha256.hexdigest() != evidence.sha256:
        raise NotDrawn(_ALTERED)
    return draw_pages(DRAWN[_extension(evidence)], source, folder)


def _store(preview: EvidencePreview, number: int, page: Path) -> None:
    storage = preview.evidence.file.storage
    name = preview.picture(number)
    storage.delete(name)  # a picture of an earlier try, so that the new one keeps the name
    with page.open("rb") as picture:
        storage.save(name, File(picture))


def _settle(preview: EvidencePreview, values: dict[str, object]) -> bool:
    try:
        change(
            preview,
            actor=SYSTEM,
            organization=preview.evidence.inspection.organization,
            action="evidence.preview_made",
            version=preview.version,
            values=values,
        )
    except StaleVersion as overtaken:
        return bool(overtaken.current.state == PreviewState.READY)
    return values["state"] == PreviewState.READY


@transaction.atomic
def look_at(evidence: Evidence, *, actor: Actor) -> EvidencePreview | None:
    """The preview as it stands, and the event that the person looked at it.

    None where no row has been made yet: it waits.
    """
    record(actor=actor, organization=evidence.inspection.organization,
           action="evidence.preview", subject=evidence)  # fmt: skip
    return EvidencePreview.objects.filter(evidence=evidence).first()


def open_page(evidence: Evidence, page: int) -> IO[bytes] | None:
    """The stored picture of a page from 1, or None where there is none."""
    preview = EvidencePreview.objects.filter(evidence=evidence, pages__gte=page).first()
    if preview is None or page < 1:
        return None
    try:
        return evidence.file.storage.open(preview.picture(page), "rb")
    except FileNotFoundError:
        return None
