"""What higher rooms tell the log: the anchors that they print."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectify.audit.models import Chain


@dataclass(frozen=True)
class Anchor:
    """A place of a chain as it was written down elsewhere.

    `seq`: the number of the event · `hash`: its hash or the beginning of it, at least 16
    hexadecimal digits · `source`: where it was written down, in Chinese.
    """

    seq: int
    hash: str
    source: str


# Each gives the anchors of one chain that its room keeps.
ANCHORS: list[Callable[[Chain], Iterable[Anchor]]] = []


def register_anchors(known: Callable[[Chain], Iterable[Anchor]]) -> None:
    if known not in ANCHORS:
        ANCHORS.append(known)
