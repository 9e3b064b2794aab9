"""Several files of one upload: each taken or refused by itself; what a name says of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from measures.domain.evidence import attach_evidence, refuse_evidence
from measures.domain.guards import refuse_closed
from measures.enums import EvidenceKind
from measures.models import Evidence, Measure
from measures.reading import require
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor
from rectify.audit.exceptions import NotAllowed, Refused

# What a file is called at its end says more than a word somewhere in its name.
_RULES = ("制度", "办法", "规定", "细则", "规程", "规范", "章程")
# In this order: 会议照片 is a photo, 合同评审会纪要 minutes of a meeting.
_WORDS: tuple[tuple[EvidenceKind, tuple[str, ...]], ...] = (
    (EvidenceKind.PHOTO, ("照片", "图片", "现场图")),
    (EvidenceKind.MEETING, ("会议", "纪要", "签到", "会签")),
    (EvidenceKind.VOUCHER, ("发票", "凭证", "回单", "收据", "票据", "转账", "缴款")),
    (EvidenceKind.CONTRACT, ("合同", "协议")),
    (EvidenceKind.RULE, _RULES),
)
_PICTURES = frozenset({"jpg", "jpeg", "png"})
# What may stand behind the last word of a rule's title.
_CLOSINGS = "》」”）)】 _-0123456789."


@dataclass(frozen=True)
class Offered:
    """One file of an upload under its clean name. `file` None: `why` and `code` say which rule of
    the door refused it."""

    name: str
    size: int
    kind: EvidenceKind
    file: IO[bytes] | None
    why: str = ""
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of one file: taken as `evidence`, or `why` not."""

    name: str
    evidence: Evidence | None
    why: str = ""


def take_files(measure: Measure, *, actor: Actor, offered: Sequence[Offered]) -> list[Answer]:
    """Store and link every file that a rule lets in, and say of each other one why not.

    Each file is a transaction of its own: a bad one does not take the good ones with it. Raises
    NotAllowed and Refused (closed) for all of them together.
    """
    require(actor, Ability.WRITE_PROGRESS, measure)
    refuse_closed(measure)
    return [_take(measure, one, actor=actor) for one in offered]


def guess_kind(name: str) -> EvidenceKind:
    """What a file is, by its name; 其他 where the name says nothing."""
    stem, _, extension = name.rpartition(".")
    stem = stem or name
    if stem.rstrip(_CLOSINGS).removesuffix("（试行").removesuffix("（暂行").endswith(_RULES):
        return EvidenceKind.RULE
    for kind, words in _WORDS:
        if any(word in stem for word in words):
            return kind
    return EvidenceKind.PHOTO if extension.lower() in _PICTURES else EvidenceKind.OTHER


def _take(measure: Measure, one: Offered, *, actor: Actor) -> Answer:
    if one.file is None:
        refuse_evidence(measure, actor=actor, name=one.name, code=one.code)
        return Answer(one.name, None, one.why)
    try:
        taken = attach_evidence(
            measure, actor=actor, file=one.file, name=one.name, size=one.size, kind=one.kind
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return Answer(one.name, None, refusal.message)
    return Answer(one.name, taken)
