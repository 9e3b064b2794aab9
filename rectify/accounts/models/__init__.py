"""Organizations, sections, people and their memberships."""

from rectify.accounts.models.membership import Membership
from rectify.accounts.models.organization import Organization, Section
from rectify.accounts.models.user import User

__all__ = ["Membership", "Organization", "Section", "User"]
