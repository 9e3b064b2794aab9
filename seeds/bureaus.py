"""Setting up the fictional bureaus: organizations, sections, people, grants."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.organizations import add_organization, add_section
from rectify.accounts.domain.people import create_user
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import SYSTEM

SEEDS = Path(__file__).parent


@dataclass
class Bureau:
    """One organization with everything that measures name."""

    organization: Organization
    sections: dict[str, Section] = field(default_factory=dict)
    leaders: dict[str, User] = field(default_factory=dict)
    clerks: dict[str, User] = field(default_factory=dict)
    by_role: dict[str, User] = field(default_factory=dict)

    @property
    def office(self) -> User:
        return self.by_role["office"]


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def set_up_bureaus(password: str) -> dict[str, Bureau]:
    """All bureaus by code; every account gets the same generated password."""
    bureaus: dict[str, Bureau] = {}
    people: dict[str, User] = {}
    for spec in read_yaml(SEEDS / "organizations.yaml")["organizations"]:
        parent = bureaus[spec["parent"]].organization if spec.get("parent") else None
        organization = add_organization(
            actor=SYSTEM, parent=parent, code=spec["code"], name=spec["name"],
            short_name=spec["short_name"], party_group_name=spec.get("party_group_name", ""),
            phone=spec["phone"], address=spec["address"], postcode=spec["postcode"],
            email=spec["email"],
        )  # fmt: skip
        bureau = bureaus[spec["code"]] = Bureau(organization)
        for section in spec["sections"]:
            bureau.sections[section["name"]] = add_section(
                organization, actor=SYSTEM, name=section["name"], kind=section["kind"],
                sort_order=section["sort_order"],
            )  # fmt: skip
        for one in spec["people"]:
            _settle(one, bureau, people, password)
    return bureaus


def _settle(spec: dict[str, Any], bureau: Bureau, people: dict[str, User], password: str) -> None:
    """A person with grants; somebody named before only gets further grants."""
    user = people.get(spec["username"])
    if user is None:
        user = people[spec["username"]] = create_user(
            actor=SYSTEM, organization=bureau.organization,
            username=spec["username"], name=spec["name"],
            position=spec.get("position", ""), sort_order=spec.get("sort_order", 1000),
            email=f"{spec['username']}@shili.example", password=password,
        )  # fmt: skip
    if key := spec.get("key"):
        bureau.leaders[key] = user
    for role in spec["roles"]:
        section = bureau.sections[role["section"]] if role.get("section") else None
        grant(user, actor=SYSTEM, organization=bureau.organization, role=role["role"],
              section=section)  # fmt: skip
        bureau.by_role.setdefault(role["role"], user)
        if section is not None:
            bureau.clerks[section.name] = user
