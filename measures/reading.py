"""What of a measure a person may read, and what they may do with it (trust.md §1)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Flag, auto
from typing import TYPE_CHECKING

from rectify.accounts.enums import Ability, Role, Scope
from rectify.audit.actors import SystemActor
from rectify.audit.exceptions import NotAllowed

if TYPE_CHECKING:
    from measures.models import Measure
    from rectify.accounts.models import User
    from rectify.accounts.rules import Access
    from rectify.audit.actors import Actor


class Reading(Flag):
    """Parts of a measure. SUMMARY: number, titles, text, section, leader, deadline, status,
    nature. RESULT: result, difficulty, decisions. FULL adds progress, evidence, outcomes, people.
    """

    NOTHING = 0
    SUMMARY = auto()
    RESULT = auto()
    FULL = auto()


def reading(user: User, measure: Measure) -> Reading:
    """The parts that the person may read; lists call it per row without further queries
    when `supports` and `co_leads` are prefetched."""
    parts = Reading.NOTHING
    for ability, part in (
        (Ability.SEE_SUMMARY, Reading.SUMMARY),
        (Ability.SEE_RESULT, Reading.RESULT),
        (Ability.SEE_FULL, Reading.FULL),
    ):
        if holds(user.access, ability, measure):
            parts |= part
    return parts


def holds(access: Access, ability: Ability, measure: Measure) -> bool:
    """Whether the ability reaches this measure; the row-wise twin of `Measure.objects.within`."""
    organization_id = measure.organization_id
    if organization_id in access.whole(ability):
        return True
    for role in access.portfolio_roles(ability, organization_id):
        scope = access.scope_of(ability, role)
        if role == Role.SECTION and _section_holds(access, measure, scope):
            return True
        if role == Role.LEADER and _leads(access, measure):
            return True
    return False


def may(actor: Actor, ability: Ability, measure: Measure) -> bool:
    return isinstance(actor, SystemActor) or holds(actor.access, ability, measure)


def require(actor: Actor, ability: Ability, measure: Measure) -> None:
    """Raises NotAllowed, with a sentence for the screen, unless `may`."""
    if not may(actor, ability, measure):
        raise NotAllowed(f"这条措施不在您“{ability.label}”的范围内。")


def _section_holds(access: Access, measure: Measure, scope: Scope | None) -> bool:
    if measure.lead_section_id in access.sections:
        return True
    supporting: Iterable[int] = (row.section_id for row in measure.supports.all())
    return scope == Scope.PORTFOLIO and not access.sections.isdisjoint(supporting)


def _leads(access: Access, measure: Measure) -> bool:
    return measure.leader_id == access.user_id or any(
        row.user_id == access.user_id for row in measure.co_leads.all()
    )
