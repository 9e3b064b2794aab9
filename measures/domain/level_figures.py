"""Which areas, issues and tasks a level figure counts: the figure and its list share this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from issues.enums import Disclosure, Level
from issues.models import Issue, Task
from measures.domain.rollup import NO_MEASURES, NODE_STATES, Node, Tree
from measures.enums import Status

STARTED, WITHHELD = "started", "withheld"
# Every word that `?state=` understands, in the order of the table of levels.
STATES: Mapping[str, str] = {STARTED: "已启动", **NODE_STATES, WITHHELD: "不向社会公开"}
LEVELS = (Level.AREA, Level.ISSUE, Level.TASK)
_HIDDEN = (Disclosure.WITHHELD, Disclosure.PARTY_ONLY)


@dataclass(frozen=True)
class Placed:
    """A node with the nodes above it, outermost first."""

    node: Node
    above: tuple[Node, ...] = ()

    @property
    def disclosure(self) -> str:
        """The narrowest word of the node and its parents; "" = public (never wider downward)."""
        words = {_own_disclosure(node) for node in (*self.above, self.node)}
        return next((word.value for word in _HIDDEN if word in words), "")

    @property
    def inherits(self) -> bool:
        """Whether it is a parent that keeps the node from the public."""
        return self.disclosure not in ("", _own_disclosure(self.node))


def placed(tree: Tree, level: Level) -> list[Placed]:
    """The nodes of a level in order."""
    found = [Placed(area) for area in tree.areas]
    for step in LEVELS[1:]:
        if level == LEVELS[0]:
            break
        found = [
            Placed(child, (*one.above, one.node)) for one in found for child in one.node.children
        ]
        if level == step:
            break
    return found


def counted_nodes(tree: Tree, level: Level, state: str = "") -> list[Placed]:
    """Exactly the nodes that the figure counts. Raises KeyError for an unknown state."""
    nodes = placed(tree, level)
    if not state:
        return nodes
    if state not in STATES:
        raise KeyError(state)
    return [one for one in nodes if _is(one, state)]


def level_counts(tree: Tree, level: Level) -> dict[str, int]:
    """`total` and the count of every state of one level."""
    nodes = placed(tree, level)
    return {
        "total": len(nodes),
        **{state: sum(_is(one, state) for one in nodes) for state in STATES},
    }


def _is(one: Placed, state: str) -> bool:
    if state == STARTED:
        return one.node.state not in (NO_MEASURES, Status.NOT_STARTED)
    if state == WITHHELD:
        return one.disclosure != ""
    return one.node.state == state


def _own_disclosure(node: Node) -> str:
    return node.row.disclosure if isinstance(node.row, (Issue, Task)) else ""
