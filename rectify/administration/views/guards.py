"""The guard of pages that belong to nobody's object: lists and forms of a whole bureau."""

from rectify.accounts.enums import Ability
from rectify.accounts.models import User
from rectify.audit.exceptions import NotAllowed


def require_somewhere(user: User, ability: Ability) -> None:
    """Raises NotAllowed, with a sentence for the screen, unless the ability is held anywhere."""
    if not user.access.whole(ability):
        raise NotAllowed(f"您没有“{ability.label}”的权限。如确有需要，请联系本单位安全管理员。")
