"""Searching the ledger as people type: width and brackets do not matter, pinyin is enough."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q

from measures.models import Measure, MeasureLeader, MeasureSupport
from rectify.accounts.enums import Ability
from rectify.accounts.rules import Access

# Marks that people type for one another; the full-width twin of an ASCII mark is always added.
_ALIKE = (
    "([{（【〔", ")]}）】〕", "<《〈", ">》〉", "\"“”", "'‘’", "-—–", ",，、",
)  # fmt: skip
_FULL_WIDTH_SHIFT = 0xFEE0
_SUMMARY_TEXTS = (
    "text", "goal", "task__title", "task__issue__title", "task__issue__area__title",
    "leader_name", "lead_section_name", "leader__pinyin", "leader__pinyin_initials",
)  # fmt: skip
_FULL_TEXTS = ("owner_name", "owner__pinyin", "owner__pinyin_initials")


def folded_pattern(word: str) -> str:
    """A regular expression that finds `word` in any width and with any kind of its brackets.

    Reads the same in Python's `re` (SQLite) and in PostgreSQL.
    """
    return "".join(_one_of(character) for character in word)


def matching(query: str, access: Access) -> Q:
    """Measures that hold every word of the query in a text that the person may read.

    The result counts only where the person reads results, the owner only where they read all:
    otherwise a search would tell what the list hides.
    """
    condition = Q()
    for word in query.split():
        condition &= _holding(folded_pattern(word), access)
    return condition


def _holding(pattern: str, access: Access) -> Q:
    summary = Q()
    for name in _SUMMARY_TEXTS:
        summary |= Q(**{f"{name}__iregex": pattern})
    here = {"measure": OuterRef("pk"), "name__iregex": pattern}
    summary |= Q(Exists(MeasureSupport.objects.filter(**here)))
    summary |= Q(Exists(MeasureLeader.objects.filter(**here)))
    full = Q()
    for name in _FULL_TEXTS:
        full |= Q(**{f"{name}__iregex": pattern})
    return (
        summary
        | (Q(result_text__iregex=pattern) & _readable(access, Ability.SEE_RESULT))
        | (full & _readable(access, Ability.SEE_FULL))
    )


def _readable(access: Access, ability: Ability) -> Q:
    return Q(pk__in=Measure.objects.within(access, ability).values("pk"))


def _one_of(character: str) -> str:
    variants = _variants(character)
    if len(variants) == 1:
        return character if character.isalnum() else re.escape(character)
    inside = "".join(f"\\{one}" if one in r"\]^-[" else one for one in variants)
    return f"[{inside}]"


def _variants(character: str) -> str:
    found = {character}
    code = ord(character)
    if 0x21 <= code <= 0x7E:
        found.add(chr(code + _FULL_WIDTH_SHIFT))
    elif 0xFF01 <= code <= 0xFF5E:
        found.add(chr(code - _FULL_WIDTH_SHIFT))
    for family in _ALIKE:
        if not found.isdisjoint(family):
            found.update(family)
    return "".join(sorted(found))
