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


def require_account_manager(actor: Actor, organization: Organization | None) -> None:
    """Raises NotAllowed unless the actor manages accounts there; None means nowhere yet."""
    _require(
        actor, organization, Ability.MANAGE_ACCOUNTS, "只有系统管理员可以维护单位、科室和账号。"
    )


def require_grant_manager(actor: Actor, organization: Organization | None) -> None:
    """Raises NotAllowed unless the actor manages grants there; None means nowhere yet."""
    _require(actor, organization, Ability.MANAGE_GRANTS, "只有安全管理员可以授予或结束角色。")


def _require(
    actor: Actor, organization: Organization | None, ability: Ability, message: str
) -> None:
    if isinstance(actor, SystemActor):
        return
    if organization is None or organization.pk not in actor.access.whole(ability):
        raise NotAllowed(message)
