"""Setting up bureaus and their sections."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from rectify.accounts.domain.permissions import require_account_manager
from rectify.accounts.enums import Role, SectionKind
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clock import now

CHANGEABLE = (
    "name", "short_name", "party_group_name", "phone", "address", "postcode", "email",
)  # fmt: skip
SECTION_CHANGEABLE = ("name", "kind", "sort_order", "head")


@transaction.atomic
def add_organization(
    *,
    actor: Actor,
    code: str,
    name: str,
    short_name: str,
    party_group_name: str = "",
    parent: Organization | None = None,
    phone: str = "",
    address: str = "",
    postcode: str = "",
    email: str = "",
    operation: Operation | None = None,
) -> Organization:
    """Set up a bureau and open its audit chain with the event.

    Raises NotAllowed unless the actor is the system or manages the accounts of `parent`, and
    ValidationError for a code or name that is taken or malformed.
    """
    require_account_manager(actor, parent)
    row = Organization(
        code=code,
        name=name,
        short_name=short_name,
        party_group_name=party_group_name,
        parent=parent,
        phone=phone,
        address=address,
        postcode=postcode,
        email=email,
    )
    return add(row, actor=actor, organization=row, action="organization.add", operation=operation)


@transaction.atomic
def add_section(
    organization: Organization,
    *,
    actor: Actor,
    name: str,
    kind: SectionKind | str,
    sort_order: int,
    operation: Operation | None = None,
) -> Section:
    """Add a section at its place in the bureau's fixed order.

    Raises NotAllowed, and ValidationError for a name that the bureau already has.
    """
    require_account_manager(actor, organization)
    row = Section(organization=organization, name=name, kind=kind, sort_order=sort_order)
    return add(
        row, actor=actor, organization=organization, action="section.add", operation=operation
    )


@transaction.atomic
def update_organization(
    organization: Organization, *, actor: Actor, version: int, values: dict[str, Any]
) -> Organization:
    """Change what a bureau is called and where it is reached; its code and its parent stay.

    Raises NotAllowed, ValidationError for a name that another has, and StaleVersion.
    """
    require_account_manager(actor, organization)
    return change(
        organization,
        actor=actor,
        organization=organization,
        action="organization.update",
        version=version,
        values={name: values[name] for name in CHANGEABLE if name in values},
    )


@transaction.atomic
def update_section(
    section: Section, *, actor: Actor, version: int, values: dict[str, Any]
) -> Section:
    """Rename a section, change its kind, its place in the order or its head (负责人).

    Raises NotAllowed, Refused for a head who does not act for the section, ValidationError for a
    name that the bureau already has, and StaleVersion.
    """
    require_account_manager(actor, section.organization)
    _refuse_head(section, values.get("head"))
    return change(
        section,
        actor=actor,
        organization=section.organization,
        action="section.update",
        version=version,
        values={name: values[name] for name in SECTION_CHANGEABLE if name in values},
    )


@transaction.atomic
def archive_section(section: Section, *, actor: Actor) -> Section:
    """Take a section out of use: it is offered no more, what names it stays as it is.

    Raises NotAllowed, Refused where it is out of use already or people still act for it, and
    StaleVersion.
    """
    require_account_manager(actor, section.organization)
    if section.archived_at is not None:
        raise Refused("该科室已经停用。")
    if Membership.objects.live().filter(section=section).exists():
        raise Refused(
            f"“{section}”还有人担任责任科室角色。请先由安全管理员结束或移交这些授权，再停用科室。"
        )
    return _set_archived(section, now(), actor=actor, action="section.archive")


@transaction.atomic
def restore_section(section: Section, *, actor: Actor) -> Section:
    """Put a section back into use. Raises NotAllowed, Refused where it is, and StaleVersion."""
    require_account_manager(actor, section.organization)
    if section.archived_at is None:
        raise Refused("该科室正在使用，无需恢复。")
    return _set_archived(section, None, actor=actor, action="section.restore")


def people_of_section(section: Section) -> QuerySet[User]:
    """Those who act for the section now, as they are listed: one of them may be its head."""
    acting = Membership.objects.live().filter(section=section, role=Role.SECTION)
    return User.objects.filter(is_active=True, pk__in=acting.values("user")).order_by(
        "sort_order", "pk"
    )


def _refuse_head(section: Section, head: User | None) -> None:
    """Raises Refused for somebody without the role; locks the grant, which may end meanwhile."""
    if head is None or head.pk == section.head_id:
        return
    acting = Membership.objects.live().filter(section=section, role=Role.SECTION, user=head)
    if acting.select_for_update(of=("self",)).first() is None:
        raise Refused(
            f"{head}没有担任“{section}”的责任科室角色。请先由安全管理员授予，再定为负责人。",
            field="head",
        )


def _set_archived(
    section: Section, moment: datetime | None, *, actor: Actor, action: str
) -> Section:
    return change(
        section,
        actor=actor,
        organization=section.organization,
        action=action,
        version=section.version,
        values={"archived_at": moment},
    )
