"""Checking a chain from its first row to its head, and against what was printed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction

from rectify.audit.actors import Actor
from rectify.audit.domain.events import record, verify
from rectify.audit.exceptions import Refused
from rectify.audit.models import Chain, Event
from rectify.audit.registry import ANCHORS, Anchor

SHORTEST_HASH = 16


@dataclass(frozen=True)
class Finding:
    """What the check of one chain found.

    `broken`: the first row that is altered, missing or out of order · `departed`: the first
    anchor that the chain no longer agrees with. Both None: the chain holds.
    """

    chain: Chain
    broken: Event | None
    departed: Anchor | None
    anchors: int

    @property
    def holds(self) -> bool:
        return self.broken is None and self.departed is None

    @property
    def sentence(self) -> str:
        """One Chinese sentence that names the chain and the place."""
        name = self.chain.name
        if self.broken is not None and self.broken.action == "missing":
            return f"审计链不完整：{name}，全部记录缺失（链首记载 {self.chain.length} 条）。"
        if self.broken is not None:
            return (
                f"审计链不完整：{name}，第 {self.broken.seq} 条"
                f"（{self.broken.action} {self.broken.object_label}）。"
            )
        if self.departed is not None:
            return (
                f"审计链不完整：{name}，第 {self.departed.seq} 条与{self.departed.source}"
                f"记载的摘要 {self.departed.hash[:SHORTEST_HASH]} 不符。"
            )
        return f"{name}：{self.chain.length} 条，{self.anchors} 个锚点，完整。"


def check(chain: Chain, *, more: Sequence[Anchor] = ()) -> Finding:
    """Walk the chain as it stands now and compare it with every anchor, the given ones included.

    A chain that was rewritten as a whole fits together in itself: only an anchor finds it.
    """
    anchors = sorted(
        [*(one for known in ANCHORS for one in known(chain)), *more], key=lambda one: one.seq
    )
    return Finding(
        chain=chain,
        broken=verify(chain),
        departed=_departed(chain, anchors),
        anchors=len(anchors),
    )


def check_and_record(chain: Chain, *, actor: Actor) -> Finding:
    """The check that somebody asked for on screen: done now, and itself an event of the chain."""
    # Outside the transaction: on SQLite nobody else could write for as long as the walk takes.
    found = check(chain)
    with transaction.atomic():
        record(
            actor=actor,
            organization=chain.organization,
            action="audit.verify",
            subject=chain,
            label=chain.name,
            changes={"length": (None, chain.length)},
            success=found.holds,
        )
    return found


def lost_chains() -> list[str]:
    """A sentence for every bureau whose chain is gone as a whole, head included, and one for
    events whose chain is: a chain that is not there cannot say so itself."""
    bureaus: Any = apps.get_model("accounts", "Organization")
    found = [
        f"审计链不完整：{bureau}，整条链缺失。"
        for bureau in bureaus.objects.filter(audit_chain__isnull=True).order_by("pk")
    ]
    if stray := Event.objects.exclude(chain__in=Chain.objects.all()).count():
        found.append(f"审计链不完整：{stray} 条记录所属的链缺失。")
    return found


def read_anchor(text: str) -> Anchor:
    """`SEQ:HASH` as a person copies it from a printed digest.

    HASH is the whole hash or its first 16 digits or more. Raises Refused for anything else.
    """
    found = re.fullmatch(r"\s*([0-9]{1,18})\s*[:：]\s*([0-9A-Fa-f]{16,64})\s*", text)
    if found is None or int(found[1]) == 0:
        raise Refused("锚点应写作“条数:摘要”，摘要至少 16 位，例如 1234:0123456789abcdef。")
    return Anchor(int(found[1]), found[2].lower(), "所给锚点")


def _departed(chain: Chain, anchors: Sequence[Anchor]) -> Anchor | None:
    rows = chain.events.filter(seq__in={anchor.seq for anchor in anchors})
    hashes = dict(rows.values_list("seq", "hash"))
    for anchor in anchors:
        if not hashes.get(anchor.seq, "").startswith(anchor.hash):
            return anchor
    return None
