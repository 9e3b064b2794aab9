"""Reading of policy.yaml: which memberships give which ability how far (trust.md §1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from rectify.accounts.enums import Ability, Role, Scope

POLICY_FILE = Path(__file__).with_name("policy.yaml")


@cache
def policy() -> Mapping[Ability, Mapping[Role, Scope]]:
    """The policy as enums. Raises ValueError for a word that is no ability, role or scope."""
    raw = yaml.safe_load(POLICY_FILE.read_text(encoding="utf-8"))
    return {
        Ability(ability): {Role(role): Scope(scope) for role, scope in grants.items()}
        for ability, grants in raw.items()
    }


@dataclass(frozen=True)
class Access:
    """What a person's memberships add up to, read once per request.

    `by_role`: organization ids per role · `sections`: ids of sections acted for ·
    `below`: ids of organizations under those where the person has the oversight role.
    """

    user_id: int
    by_role: Mapping[Role, frozenset[int]] = field(default_factory=dict)
    sections: frozenset[int] = frozenset()
    below: frozenset[int] = frozenset()

    def organizations(self, ability: Ability, *scopes: Scope) -> frozenset[int]:
        """Ids of the organizations where the ability is held with one of the scopes."""
        found: set[int] = set()
        for role, scope in policy().get(ability, {}).items():
            if scope in scopes:
                found |= self.below if scope is Scope.BELOW else self.by_role.get(role, frozenset())
        return frozenset(found)

    def whole(self, ability: Ability) -> frozenset[int]:
        """Ids of the organizations where the ability reaches every record."""
        return self.organizations(ability, Scope.BUREAU, Scope.BELOW)

    def anywhere(self, ability: Ability) -> frozenset[int]:
        """Ids of the organizations where the ability reaches at least some records."""
        return self.organizations(ability, *Scope)

    @property
    def audited(self) -> frozenset[int]:
        """Ids of the organizations whose log the person reads: for `audit`, which lies below the
        abilities and cannot name one."""
        return self.whole(Ability.READ_AUDIT)

    @property
    def operated(self) -> frozenset[int]:
        """Ids of the organizations whose operations the person sees and may undo: for `audit`,
        as above."""
        return self.whole(Ability.EDIT_MEASURE)

    def has_role(self, role: Role, organization_id: int) -> bool:
        return organization_id in self.by_role.get(role, frozenset())

    def portfolio_roles(self, ability: Ability, organization_id: int) -> frozenset[Role]:
        """Roles by which the ability reaches the person's own part of that organization."""
        return frozenset(
            role
            for role, scope in policy().get(ability, {}).items()
            if scope in (Scope.PORTFOLIO, Scope.LEAD) and self.has_role(role, organization_id)
        )

    def scope_of(self, ability: Ability, role: Role) -> Scope | None:
        return policy().get(ability, {}).get(role)
