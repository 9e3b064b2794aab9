"""Organizations, sections, people and their memberships."""

from rectify.accounts.models.membership import Membership
from rectify.accounts.models.organization import Organization, Section
from rectify.accounts.models.session import LoginSession
from rectify.accounts.models.user import FormerPassword, User

__all__ = ["FormerPassword", "LoginSession", "Membership", "Organization", "Section", "User"]
