"""The tree as its page shows it: numbers as printed, bars, and links to the rows counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from issues.enums import IssueSource, Level
from issues.models import Inspection, Issue, Task
from issues.schemes import SCHEMES, SchemeError, heading
from measures.domain.level_figures import LEVELS, STATES, Placed, counted_nodes, level_counts
from measures.domain.rollup import Node, Tree
from measures.enums import Status
from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.marks import Part, mark_of

# The columns of the table of levels that are measures' conditions too, and so open the ledger.
_OF_MEASURES = ("started", *Status.values)


@dataclass(frozen=True)
class Rights:
    """What of the tree the person reads and changes. `whole`: every node; `origin`: what the
    feedback says word for word, and why something is withheld; `edits`: adds and changes nodes."""

    whole: bool
    origin: bool
    edits: bool
    adds_measures: bool

    @classmethod
    def of(cls, user: User, inspection: Inspection) -> Rights:
        def reaches(ability: Ability) -> bool:
            return inspection.organization_id in user.access.whole(ability)

        return cls(
            whole=reaches(Ability.SEE_SUMMARY),
            origin=reaches(Ability.SEE_FULL),
            edits=reaches(Ability.EDIT_TREE),
            adds_measures=reaches(Ability.EDIT_MEASURE),
        )


@dataclass(frozen=True)
class Branch:
    """One node on the page. `parts` count its measures by status; `number` is the printed one."""

    placed: Placed
    number: str
    title: str
    parts: list[Part]
    ledger_url: str
    source: str = ""
    recurs: Issue | None = None
    children: list[Branch] = field(default_factory=list)

    @property
    def node(self) -> Node:
        return self.placed.node

    @property
    def anchor(self) -> str:
        return f"{self.node.level.value}-{self.node.row.public_id}"

    @property
    def is_implicit(self) -> bool:
        return isinstance(self.node.row, Task) and self.node.row.is_implicit

    @property
    def path(self) -> str:
        """The titles of the nodes above, for a flat list."""
        return " / ".join(title_of(one) for one in self.placed.above)


@dataclass(frozen=True)
class LevelRow:
    """One line of the table of levels: (word, count, address) per column."""

    label: str
    cells: list[tuple[str, int | None, str]]


class Drawing:
    """Turns nodes into branches for one person, one inspection and one day asked for."""

    def __init__(
        self, inspection: Inspection, rights: Rights, as_of: date | None, recurs: dict[int, Issue]
    ) -> None:
        self.inspection = inspection
        self.rights = rights
        self.scheme = SCHEMES[inspection.scheme]
        self.recurs = recurs
        self.always = {"as_of": as_of.isoformat()} if as_of else {}
        here = {"inspection": inspection.public_id}
        self.ledger_page, self.tree_page = (
            reverse("ledger", kwargs=here),
            reverse("tree", kwargs=here),
        )

    def tree(self, tree: Tree) -> list[Branch]:
        return [self.branch(Placed(area)) for area in tree.areas]

    def branch(self, placed: Placed, *, deep: bool = True) -> Branch:
        node, row = placed.node, placed.node.row
        above = (*placed.above, node)
        return Branch(
            placed=placed,
            number=self._number(node),
            title=title_of(node),
            parts=self._parts(node),
            ledger_url=self._ledger(node),
            source=_source(row) if isinstance(row, Issue) else "",
            recurs=self.recurs.get(row.recurs_from_id or 0) if isinstance(row, Issue) else None,
            children=[self.branch(Placed(one, above)) for one in node.children] if deep else [],
        )

    def levels(self, tree: Tree) -> list[LevelRow]:
        """The table of levels, every figure with the address of what it counts."""
        rows = []
        for level in LEVELS:
            counts = level_counts(tree, level)
            columns = [("", "合计"), *STATES.items()]
            cells: list[tuple[str, int | None, str]] = [
                (word, counts[key or "total"], self.tree_url(level, key)) for key, word in columns
            ]
            rows.append(LevelRow(self.inspection.label_of(level), cells))
        rows.append(self._measures_row(tree))
        return rows

    def tree_url(self, level: Level, state: str = "") -> str:
        chosen = {"level": level.value, **({"state": state} if state else {}), **self.always}
        return f"{self.tree_page}?{urlencode(chosen)}"

    def _measures_row(self, tree: Tree) -> LevelRow:
        by_status = {s.value: sum(area.by_status[s.value] for area in tree.areas) for s in Status}
        total = sum(by_status.values())
        started = total - by_status[Status.NOT_STARTED]
        counts = {"total": total, "started": started, **by_status}
        cells: list[tuple[str, int | None, str]] = [("合计", total, self._rows(figure="total"))]
        for key, word in STATES.items():
            known = key in _OF_MEASURES
            cells.append(
                (word, counts[key] if known else None, self._rows(figure=key) if known else "")
            )
        return LevelRow(self.inspection.label_of(Level.MEASURE), cells)

    def _parts(self, node: Node) -> list[Part]:
        parts = []
        for status in reversed(Status):
            mark = mark_of(status.value)
            count = node.by_status[status.value]
            parts.append(Part(mark.word, count, mark.tone, self._ledger(node, status.value)))
        return [part for part in parts if part.count]

    def _ledger(self, node: Node, figure: str = "total") -> str:
        """The ledger's rows below an area or issue; a task has no filter of its own there."""
        if node.level == Level.TASK:
            return ""
        return self._rows(figure=figure, **{node.level.value: str(node.row.public_id)})

    def _rows(self, **chosen: str) -> str:
        return f"{self.ledger_page}?{urlencode({**chosen, **self.always})}"

    def _number(self, node: Node) -> str:
        """The number that the notice prints; for a level it does not print, 1、2、3."""
        row = node.row
        mark = {Level.AREA: self.scheme.area, Level.ISSUE: self.scheme.issue}.get(
            node.level, self.scheme.task
        )
        if mark is None or (node.level == Level.TASK and not self.inspection.prints_tasks):
            return f"{row.position}、"
        try:
            return heading(mark, row.position, title_of(node)).number.rstrip("，")
        except SchemeError:  # a title or number that no notice could print still has to be listed
            return f"{row.position}、"


def title_of(node: Node) -> str:
    row = node.row
    return "（未分解）" if isinstance(row, Task) and row.is_implicit else row.title


def flat(drawing: Drawing, tree: Tree, level: Level, state: str) -> list[Branch]:
    """The list behind one level figure."""
    return [drawing.branch(one, deep=False) for one in counted_nodes(tree, level, state)]


def _source(row: Issue) -> str:
    return "" if row.source == IssueSource.FEEDBACK else str(IssueSource(row.source).label)
