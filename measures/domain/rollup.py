"""States of tasks, issues and areas, from the measures under them (counting rules 1 and 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from issues.enums import Level
from issues.models import Inspection, Issue, ProblemArea, Task
from measures.domain.conditions import counted
from measures.domain.moment import Moment
from measures.enums import Status
from rectify.accounts.enums import Ability
from rectify.accounts.models import User

NO_MEASURES = "no_measures"
NODE_STATES: Mapping[str, str] = {**dict(Status.choices), NO_MEASURES: "尚无措施"}


@dataclass
class Node:
    """One area, issue or task with its count of measures by status and its own state."""

    level: Level
    row: ProblemArea | Issue | Task
    by_status: Counter[str] = field(default_factory=Counter)
    children: list[Node] = field(default_factory=list)

    @property
    def measures(self) -> int:
        return sum(self.by_status.values())

    @property
    def state(self) -> str:
        return state_of(self.by_status)


def state_of(by_status: Mapping[str, int]) -> str:
    """Counting rule 4 over the measures below a node: completed if all are; basically done if
    all are at least that; not started only if all are; otherwise in progress."""
    total = sum(by_status.values())
    if not total:
        return NO_MEASURES
    if by_status.get(Status.COMPLETED, 0) == total:
        return Status.COMPLETED
    if by_status.get(Status.COMPLETED, 0) + by_status.get(Status.BASICALLY_DONE, 0) == total:
        return Status.BASICALLY_DONE
    if by_status.get(Status.NOT_STARTED, 0) == total:
        return Status.NOT_STARTED
    return Status.IN_PROGRESS


@dataclass(frozen=True)
class Tree:
    """The inspection's tree as the person may see it."""

    areas: list[Node]

    def nodes(self, level: Level) -> list[Node]:
        found = self.areas
        for step in (Level.ISSUE, Level.TASK):
            if level in (Level.AREA, Level.MEASURE):
                break
            found = [child for node in found for child in node.children]
            if level == step:
                break
        return found

    def counts(self, level: Level) -> dict[str, int]:
        """total, started, one count per state, and withheld (issues and tasks) at a level."""
        nodes = self.nodes(level)
        by_state = Counter(node.state for node in nodes)
        return {
            "total": len(nodes),
            "started": sum(by_state[s] for s in Status if s != Status.NOT_STARTED),
            **{state: by_state[state] for state in NODE_STATES},
        }


def tree(
    inspection: Inspection, moment: Moment, user: User | None, *, public_only: bool = False
) -> Tree:
    """The whole tree with states in four queries. Who does not read the bureau whole gets only
    nodes that carry a measure of theirs."""
    below = _by_task(inspection, moment, user, public_only)
    whole = user is None or inspection.organization_id in user.access.whole(Ability.SEE_SUMMARY)
    areas = ProblemArea.objects.filter(inspection=inspection, archived_at__isnull=True)
    issues = Issue.objects.filter(inspection=inspection, archived_at__isnull=True)
    tasks = Task.objects.filter(inspection=inspection, archived_at__isnull=True)
    if public_only:
        issues, tasks = issues.public(), tasks.public()
    by_issue: dict[int, list[Node]] = {}
    for task in tasks.order_by("position", "pk"):
        if whole or task.pk in below:
            node = Node(Level.TASK, task, below.get(task.pk, Counter()))
            by_issue.setdefault(task.issue_id, []).append(node)
    by_area: dict[int, list[Node]] = {}
    for issue in issues.order_by("position", "pk"):
        if whole or issue.pk in by_issue:
            node = _parent(Level.ISSUE, issue, by_issue.get(issue.pk, []))
            by_area.setdefault(issue.area_id, []).append(node)
    return Tree([
        _parent(Level.AREA, area, by_area.get(area.pk, []))
        for area in areas.order_by("position", "pk")
        if whole or area.pk in by_area
    ])  # fmt: skip


def _parent(level: Level, row: ProblemArea | Issue, children: Iterable[Node]) -> Node:
    node = Node(level, row, children=list(children))
    for child in node.children:
        node.by_status.update(child.by_status)
    return node


def _by_task(
    inspection: Inspection, moment: Moment, user: User | None, public_only: bool
) -> dict[int, Counter[str]]:
    rows = (
        counted(inspection, moment, user, public_only=public_only)
        .order_by()
        .values("task_id")
        .annotate(**{f"n_{s.value}": Count("pk", filter=Q(state_status=s)) for s in Status})
    )
    plain: Iterable[Any] = rows
    return {
        row["task_id"]: Counter({s.value: row[f"n_{s.value}"] for s in Status}) for row in plain
    }
