"""Outcomes that look like one that is entered already: suggested, never blocked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from measures.models import (
    CountOutcome,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from measures.models.outcomes import Outcome
from rectify.accounts.models import User
from rectify.audit.actors import Actor
from rectify.audit.exceptions import Refused
from rectify.lib.clean_text import clean_text
from rectify.lib.money import format_grouped

# A notice that hands a rule out is told by the rule: 关于印发《…》的通知, 关于…的通知.
_NOTICE = re.compile(
    r".*?关于(?:印发|转发|发布|下发|修订|制定|废止)?(.+?)的?(?:通知|公告|决定|批复)"
)
_HANDED_OUT = re.compile(r"(?:印发|转发|发布|下发)(.+)")
_IGNORED = re.compile(r"[\s《》〈〉<>「」『』“”\"'()\[\]【】〔〕{}、,.·:;-]")


class LikelyTwins(Refused):
    """The outcome looks entered already. `rows`: those that the person may see, in order;
    `unseen`: how many others there are."""

    def __init__(self, rows: Sequence[Outcome], unseen: int) -> None:
        super().__init__(
            "可能重复登记：请核对列出的成果，不是同一项的，勾选“仍要登记”后再保存。",
            field="confirmed",
        )
        self.rows = rows
        self.unseen = unseen


def normal_title(text: str) -> str:
    """A rule's title as it is stored: without the 《》 around the whole; (试行) stays."""
    title = clean_text(text)
    while len(title) > 1 and title[0] == "《" and _closes_at_the_end(title):
        title = clean_text(title[1:-1])
    return title


def title_key(title: str) -> str:
    """What two spellings of one rule's title share: 《》, spaces, brackets, width and 关于…的通知
    make no difference; (试行) does."""
    plain = unicodedata.normalize("NFKC", normal_title(title)).lower()
    for pattern in (_NOTICE, _HANDED_OUT):
        if match := pattern.fullmatch(_IGNORED.sub("", plain)):
            plain = match[1]
    return _IGNORED.sub("", plain)


def in_words(outcome: Outcome) -> str:
    """The outcome in one phrase, without names of persons."""
    if isinstance(outcome, RuleOutcome):
        return f"{outcome.get_action_display()}《{outcome.title}》"
    if isinstance(outcome, MoneyOutcome):
        due, paid = format_grouped(outcome.due_fen), format_grouped(outcome.paid_fen)
        return f"{outcome.get_kind_display()}应缴{due}、实缴{paid}"
    if isinstance(outcome, MeetingOutcome):
        return f"{outcome.get_kind_display()}：{outcome.title}"
    return str(outcome)


def refuse_twins(outcome: Outcome, *, actor: Actor) -> None:
    """Raises LikelyTwins where the inspection has a current outcome of the same key. One query,
    two where there are any."""
    model = type(outcome)
    key = _key(outcome)
    if key is None:
        return
    rows: Any = model._default_manager
    others = rows.filter(inspection=outcome.inspection_id).current().exclude(pk=outcome.pk)
    twins = [row for row in others if _key(row) == key]
    if not twins:
        return
    seen = set(others.visible_to(actor).values_list("pk", flat=True)) if _person(actor) else None
    shown = [row for row in twins if seen is None or row.pk in seen]
    raise LikelyTwins(shown, len(twins) - len(shown))


def same_key(one: Outcome, other: Outcome) -> bool:
    """Whether what makes a likely duplicate is the same in both."""
    return _key(one) == _key(other)


def _key(outcome: Outcome) -> tuple[Any, ...] | None:
    """None where too little is known to compare."""
    return KEYS[type(outcome)](outcome)


def _day_key(kind: str, outcome: Any) -> tuple[Any, ...] | None:
    return None if outcome.happened_on is None else (kind, outcome.happened_on)


KEYS: Mapping[type[Outcome], Callable[[Any], tuple[Any, ...] | None]] = {
    RuleOutcome: lambda row: (title_key(row.title),),
    MoneyOutcome: lambda row: (row.kind, row.due_fen, title_key(row.payer)),
    PersonOutcome: lambda row: _day_key(row.form, row),
    MeetingOutcome: lambda row: _day_key(row.kind, row),
    CountOutcome: lambda row: (title_key(row.label), row.value, row.unit),
}


def _person(actor: Actor) -> bool:
    return isinstance(actor, User)


def _closes_at_the_end(title: str) -> bool:
    """Whether the 《 at the beginning is closed by the last character and not before."""
    depth = 0
    for place, mark in enumerate(title):
        depth += (mark == "《") - (mark == "》")
        if depth == 0:
            return place == len(title) - 1
    return False
