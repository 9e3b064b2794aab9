"""The guard that every domain function starts with."""

from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization
from rectify.audit.actors import Actor, SystemActor
from rectify.audit.exceptions import NotAllowed


def may_in(actor: Actor, ability: Ability, organization: Organization) -> bool:
    """Whether the ability reaches every record of the organization."""
    return isinstance(actor, SystemActor) or organization.pk in actor.access.whole(ability)


def require_in(actor: Actor, ability: Ability, organization: Organization) -> None:
    """Raises NotAllowed, with a sentence for the screen, unless `may_in`."""
    if not may_in(actor, ability, organization):
        raise NotAllowed(f"您在{organization}没有“{ability.label}”的权限。")
