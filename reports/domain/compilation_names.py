"""Names inside a compilation: safe on every system, unique, and short enough to unpack anywhere."""

from __future__ import annotations

import re

from issues.models import Inspection, Issue, ProblemArea
from measures.interfaces.uploads import clean_name
from measures.models import Measure

# Characters. Three folders and a file stay well below the 260 characters of a path on Windows.
LONGEST_FOLDER = 30
LONGEST_FILE = 60
_LONGEST_EXTENSION = 8
_SPACES = re.compile(r"\s+")


class Folders:
    """The folder of each measure: 方面/问题/措施, numbered as the whole inspection counts them."""

    def __init__(self, inspection: Inspection) -> None:
        areas = ProblemArea.objects.filter(inspection=inspection, archived_at__isnull=True)
        issues = Issue.objects.filter(inspection=inspection, archived_at__isnull=True)
        ordered = areas.order_by("position", "pk").values_list("pk", flat=True)
        self._areas = {pk: number for number, pk in enumerate(ordered, 1)}
        self._issues: dict[int, int] = {}
        counted: dict[int, int] = {}
        for pk, area in issues.order_by("position", "pk").values_list("pk", "area_id"):
            counted[area] = self._issues[pk] = counted.get(area, 0) + 1

    def of(self, measure: Measure, number: int) -> str:
        """`01 方面/02 问题/013 措施`."""
        issue = measure.task.issue
        area = self._areas.get(issue.area_id, 0)
        return "/".join(
            (
                f"{area:02d} {folder_part(issue.area.title)}",
                f"{self._issues.get(issue.pk, 0):02d} {folder_part(issue.title)}",
                f"{number:03d} {folder_part(measure.text)}",
            )
        )


def folder_part(text: str) -> str:
    """A text as part of a folder's name: at most LONGEST_FOLDER characters, a cut shows as …"""
    clean = _clean(text)
    if len(clean) > LONGEST_FOLDER:
        clean = f"{clean[: LONGEST_FOLDER - 1].rstrip(' .')}…"
    return clean or "未命名"


def file_part(name: str) -> str:
    """A file's name with its extension: at most LONGEST_FILE characters, a cut shows as …"""
    clean = _clean(name)
    if len(clean) <= LONGEST_FILE:
        return clean or "未命名"
    stem, dot, extension = clean.rpartition(".")
    if not stem or len(extension) > _LONGEST_EXTENSION:
        stem, dot, extension = clean, "", ""
    room = LONGEST_FILE - len(f"…{dot}{extension}")
    return f"{stem[:room].rstrip(' .')}…{dot}{extension}"


def _clean(text: str) -> str:
    """One line without slashes, controls, direction marks and what Windows does not take."""
    return clean_name(_SPACES.sub(" ", text.replace("/", "_").replace("\\", "_")))
