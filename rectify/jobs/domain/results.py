"""Handing out what a job left, and saying in Chinese why one failed or cannot be run again."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files import File
from django.db import transaction

from rectify.audit.actors import Actor
from rectify.audit.domain.events import record
from rectify.audit.exceptions import Refused
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job

# Beginnings of recorded errors, and what the requester can do about them.
_CAUSES = (
    ("OSError: [Errno 28]", "服务器磁盘空间不足。请告知系统管理员清理磁盘后重试。"),
    ("PermissionError", "服务器的存储目录不可写。请告知系统管理员检查目录权限后重试。"),
    ("SoftTimeLimitExceeded", "处理时间过长，已中止。可缩小范围（如先筛选再导出）后重试。"),
    ("MemoryError", "服务器内存不足。可缩小范围（如先筛选再导出）后重试。"),
    ("PdfUnavailable", "生成 PDF 所需的组件没有装好。请系统管理员运行 make doctor 查看缺少什么。"),
    ("MissingGlyphs", "正文中有字库不含的字符，无法排版。请换用通行字后重试。"),
    ("CellTooLong", "有单元格内容超过电子表格的上限（32767 字）。请精简后重试。"),
    ("TooManyRows", "行数超过电子表格的上限。请筛选后再导出。"),
    ("OperationalError", "数据库暂时没有应答。请稍后重试。"),
)


def hand_out(job: Job, *, actor: Actor) -> File[Any]:
    """Open the result for download, after checking its bytes; recorded as `job.download`.

    Raises Refused where there is no file, or its bytes no longer have the recorded sha256; that
    too is recorded.
    """
    name = job.result_file.name
    if not name:
        raise Refused("这个任务没有可下载的文件。")
    stored: File[Any] | None = None
    try:
        stored = job.result_file.storage.open(name, "rb")
        intact = hashlib.file_digest(stored, "sha256").hexdigest() == job.result_sha256
    except OSError:
        intact = False
    with transaction.atomic():
        record(actor=actor, organization=job.organization, action="job.download", subject=job,
               success=intact)  # fmt: skip
    if stored is None:
        raise Refused("文件在存储中缺失，请重新生成。")
    if not intact:
        stored.close()
        raise Refused("文件内容与生成时不一致，已停止下载。请重新生成，并告知系统管理员。")
    stored.seek(0)
    return stored


def why_not_retried(job: Job) -> str:
    """The reason why the job cannot be run again now; "" where it can."""
    if job.is_open:
        return "任务还没有结束，无需重试。"
    if job.status == JobStatus.SUCCEEDED:
        return "任务已经完成。需要最新内容时，请回到原页面重新生成。"
    if Job.objects.filter(kind=job.kind, key=job.key, status__in=JobStatus.open_states()).exists():
        return "同样的任务正在进行，无需重试。"
    return ""


def cause_of(job: Job) -> str:
    """What went wrong, for the requester; "" where the job did not fail."""
    if job.status != JobStatus.FAILED:
        return ""
    if job.error == job.message and job.error:
        return job.error  # a rule refused the work: its sentence is Chinese already
    for beginning, sentence in _CAUSES:
        if job.error.startswith(beginning):
            return sentence
    if job.error and not job.log:
        return job.error
    return "处理时出现未预料的错误。请重试一次；仍不成功时，请把下面的技术信息告知系统管理员。"
