"""佐证材料汇编: the files of an inspection, or of what a filter shows, in one archive.

Folders by 方面, 问题 and 措施; each file under its number; a table of contents as document and
sheet, which also says what is missing. A file of several measures lies in the folder of each, so
that every folder is complete by itself. Only evidence of measures: no scans of decisions, nothing
of a look-back.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from issues.models import Inspection
from measures.domain.evidence_list import numbers_of
from measures.models import Evidence, EvidenceLink, Measure
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.exceptions import Refused
from rectify.lib.clock import now
from rectify.lib.shanghai import SHANGHAI
from reports.domain.compilation_catalogue import Gap, Line, write_contents
from reports.domain.compilation_names import Folders, file_part

_PIECE = 1 << 20
# Beside the archive: its copy in the media folder, and what everybody else needs.
_SPARE = 64 << 20
# Formats that hold their content uncompressed; all others are packed already.
_LOOSE = frozenset({"doc", "xls", "ppt", "wps", "et", "dps", "tif", "tiff"})
BARE, MISSING, ALTERED = "没有佐证材料", "文件缺失", "文件损坏（与上传时不一致）"
# Told how far the work is: done, of how many, and words.
Tell = Callable[[int, int, str], None]


@dataclass
class Compiled:
    """What went into the archive and what did not."""

    measures: int
    lines: list[Line] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def facts(self) -> dict[str, int | str]:
        """Counts for the job, and a sentence for its page."""
        bare, missing, altered = (
            sum(gap.lack == lack for gap in self.gaps) for lack in (BARE, MISSING, ALTERED)
        )
        words = f"装入 {len(self.lines)} 份材料，涉及 {self.measures} 条措施；"
        words += f"没有佐证材料的措施 {bare} 条"
        if missing:
            words += f"，文件缺失 {missing} 份"
        if altered:
            words += f"，文件损坏 {altered} 份"
        return {
            "files": len(self.lines), "measures": self.measures, "gaps": bare,
            "missing": missing, "altered": altered, "words": f"{words}。",
        }  # fmt: skip


def compile_evidence(
    inspection: Inspection,
    path: Path,
    *,
    user: User | None,
    measure_ids: Sequence[int] | None = None,
    progress: Tell,
    printed_by: str,
) -> Compiled:
    """Write the archive to `path` and say what it holds.

    `measure_ids` narrows the measures (what a filter shows), None = all that `user` may take
    away; `user` None = the whole inspection. A file that is missing or altered stops nothing: it
    is listed. Raises Refused where the disk is too small; what `progress` raises goes on.
    """
    measures = _measures(inspection, user, measure_ids)
    files = _files(measures)
    _refuse_small_disk(path, files)
    numbers = numbers_of(inspection)
    with ZipFile(path, "w", ZIP_STORED, allowZip64=True) as archive:
        packer = _Packer(
            archive, Folders(inspection), Compiled(len(measures)), progress,
            total=sum(map(len, files.values())) + 1,
        )  # fmt: skip
        for measure in measures:
            packer.pack(measure, numbers[measure.pk], files[measure.pk])
        packer.tell("正在编制目录")
        with TemporaryDirectory(dir=path.parent) as scratch:
            for made in write_contents(
                Path(scratch), inspection, packer.compiled.lines, packer.compiled.gaps,
                measures=len(measures), whole=measure_ids is None, printed_by=printed_by,
            ):  # fmt: skip
                with made.open("rb") as source:
                    _write(archive, source, made.name, at=now())
    return packer.compiled


class _Packer:
    """Packs one measure after another. A file of several measures is read for its checksum once."""

    def __init__(
        self, archive: ZipFile, folders: Folders, compiled: Compiled, progress: Tell, *, total: int
    ) -> None:
        self.archive, self.folders, self.compiled = archive, folders, compiled
        self.progress, self.total, self.done = progress, total, 0
        self._lacks: dict[int, str] = {}
        self._first: dict[int, str] = {}

    def tell(self, words: str) -> None:
        self.progress(self.done, self.total, words)

    def pack(self, measure: Measure, number: int, files: Sequence[Evidence]) -> None:
        if not files:
            self.compiled.gaps.append(Gap(number, measure, BARE, BARE))
        folder = self.folders.of(measure, number)
        for order, evidence in enumerate(files, 1):
            self.tell(f"正在装入第 {self.done + 1} 份材料")
            self.done += 1
            label = f"{number:03d}-{order:02d}"
            if evidence.pk not in self._lacks:
                self._lacks[evidence.pk] = _lack_of(evidence)
            if lack := self._lacks[evidence.pk]:
                what = f"{lack}：{label} {evidence.original_name}"
                self.compiled.gaps.append(Gap(number, measure, lack, what))
                continue
            place = f"{folder}/{label} {file_part(evidence.original_name)}"
            extension = evidence.original_name.rpartition(".")[2].lower()
            with _stored(evidence) as stored:
                _write(self.archive, stored, place, at=evidence.created_at,
                       packing=ZIP_DEFLATED if extension in _LOOSE else ZIP_STORED)  # fmt: skip
            same_as = self._first.setdefault(evidence.pk, label)
            self.compiled.lines.append(
                Line(label, measure, evidence, place, same_as if same_as != label else "")
            )


def _measures(
    inspection: Inspection, user: User | None, measure_ids: Sequence[int] | None
) -> list[Measure]:
    rows = Measure.objects.filter(inspection=inspection).current()
    if user is not None:
        rows = rows.within(user.access, Ability.EXPORT_LEDGER).within(user.access, Ability.SEE_FULL)
    if measure_ids is not None:
        rows = rows.filter(pk__in=measure_ids)
    return list(rows.select_related("task__issue__area").in_order())


def _files(measures: Sequence[Measure]) -> dict[int, list[Evidence]]:
    """The files of each measure, in the order of their upload."""
    files: dict[int, list[Evidence]] = {measure.pk: [] for measure in measures}
    links = EvidenceLink.objects.filter(
        measure_id__in=list(files), evidence__archived_at__isnull=True
    ).select_related("evidence")
    for link in links.order_by("evidence__created_at", "evidence_id"):
        files[link.measure_id].append(link.evidence)
    return files


def _refuse_small_disk(path: Path, files: dict[int, list[Evidence]]) -> None:
    needed = 2 * sum(one.size for several in files.values() for one in several) + _SPARE
    if shutil.disk_usage(path.parent).free < needed:
        raise Refused(
            f"服务器磁盘空间不足：汇编需要约 {-(-needed >> 20)} MB。"
            "请告知系统管理员清理磁盘，或先筛选再汇编。"
        )


def _lack_of(evidence: Evidence) -> str:
    """Why the file is not packed; "" where it is what was uploaded."""
    sha256 = hashlib.sha256()
    try:
        with _stored(evidence) as stored:
            for piece in _pieces(stored):
                sha256.update(piece)
    except OSError:
        return MISSING
    return "" if sha256.hexdigest() == evidence.sha256 else ALTERED


def _write(
    archive: ZipFile, source: IO[bytes], place: str, *, at: datetime, packing: int = ZIP_STORED
) -> None:
    """One entry in pieces. A name outside ASCII carries the flag that says it is UTF-8."""
    info = ZipInfo(place, at.astimezone(SHANGHAI).timetuple()[:6])
    info.compress_type = packing
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as target:
        for piece in _pieces(source):
            target.write(piece)


def _stored(evidence: Evidence) -> IO[bytes]:
    opened: IO[bytes] = evidence.file.storage.open(str(evidence.file.name), "rb")
    return opened


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(_PIECE):
        yield piece
