"""Setting up bureaus and their sections."""

from django.db import transaction

from rectify.accounts.domain.permissions import require_account_manager
from rectify.accounts.enums import SectionKind
from rectify.accounts.models import Organization, Section
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add
from rectify.audit.models import Operation


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
