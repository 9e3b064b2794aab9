"""The rows that every rival of the sheet measurement writes, and how a rival is timed."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from reports.rendering.sheet_shape import Column

HEADER_ROWS = 3
_TEXT = (
    "完善窗口值班制度，明确岗位职责，按季度开展检查；印发《政务服务大厅管理办法（试行）》，"
    "组织培训3次，覆盖工作人员126人次；清理逾期事项，逐项明确责任科室和办理时限。"
) * 3
STATUSES = ("已完成", "基本完成", "正在推进", "未启动")
COLUMNS = (
    Column("number", "序号", 6, "int"),
    Column("area", "方面", 18, merge_by="area_key"),
    Column("issue", "反馈问题", 22, merge_by="issue_key"),
    Column("task", "问题表现", 22, merge_by="task_key"),
    Column("goal", "整改目标", 18),
    Column("text", "整改措施", 30),
    Column("leader", "责任领导", 10, merge_by="leader_key", centred=True),
    Column("lead_section", "牵头科室", 10, centred=True),
    Column("support_sections", "配合科室", 10, centred=True),
    Column("owner", "责任人", 8, centred=True),
    Column("due_on", "整改时限", 14, "date"),
    Column("nature", "整改类型", 10, centred=True),
    Column("result_text", "整改情况", 46),
    Column("status", "完成状态", 10, "status"),
    Column("completed_on", "完成时间", 14, "date"),
    Column("evidence", "佐证材料", 6, "int"),
    Column("remark", "备注", 12),
    Column("id", "编号", 34, "id", hidden=True),
)


def ledger_rows(count: int) -> Iterator[dict[str, object]]:
    """`count` rows of a plausible ledger: about 2 measures a task, 5 an issue, 19 an area."""
    for n in range(count):
        area, issue, task = n // 19, n // 5, n // 2
        yield {
            "number": n + 1,
            "area": f"方面{area}{_TEXT[:24]}",
            "area_key": area,
            "issue": f"问题{issue}{_TEXT[5:35]}",
            "issue_key": (area, issue),
            "task": f"表现{task}{_TEXT[9:50]}",
            "task_key": (area, issue, task),
            "goal": _TEXT[n % 40 : n % 40 + 20],
            "text": f"措施{n}{_TEXT[: 30 + n % 40]}",
            "leader": "分管领导（政务服务）",
            "leader_key": (area, issue, task),
            "lead_section": "政务服务科",
            "support_sections": "办公室、数据科",
            "owner": "科长",
            "due_on": date(2021, 1 + n % 12, 1 + n % 28),
            "nature": "限期整改",
            "result_text": f"完成{n}{_TEXT[: 40 + n % 160]}",
            "status": STATUSES[n % 4],
            "completed_on": date(2021, 4, 1 + n % 28) if n % 4 == 0 else None,
            "evidence": n % 5,
            "remark": "",
            "id": f"{n:032x}",
        }


def run_rival(write: Callable[[Path, int], None]) -> None:
    """Be one rival: write as many rows as the command line says, print time and peak memory.

    Making the rows is the same work for every rival; it is timed alone and taken off. A few rows
    are written beforehand: exports run in a worker that has long loaded its codecs and patterns.
    Processor time is taken because no rival waits for anything, and other work may run beside.
    """
    count = int(sys.argv[1])
    started = time.process_time()
    for _ in ledger_rows(count):
        pass
    making = time.process_time() - started
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "warm-up.xlsx", 20)
        started = time.process_time()
        write(Path(folder) / "sheet.xlsx", count)
        seconds = time.process_time() - started - making
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"seconds": seconds, "kibibytes": peak}) + "\n")
