"""Creating and changing inspections."""

from typing import Any

from django.db import transaction

from issues.enums import Stage
from issues.models import Inspection
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.accounts.models import Organization
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation

ARCHIVED = "该巡察已归档，内容只读，只能查看和导出。"


@transaction.atomic
def create_inspection(
    *,
    actor: Actor,
    organization: Organization,
    code: str,
    name: str,
    operation: Operation | None = None,
    **fields: Any,
) -> Inspection:
    """A new inspection of the bureau, audited as `inspection.create`.

    Raises NotAllowed without edit_tree, ValidationError for a used code, a date out of order, or
    content classified 秘密 and above.
    """
    require_in(actor, Ability.EDIT_TREE, organization)
    return add(
        Inspection(organization=organization, code=code, name=name, **fields),
        actor=actor,
        organization=organization,
        action="inspection.create",
        operation=operation,
    )


@transaction.atomic
def update_inspection(
    inspection: Inspection,
    *,
    actor: Actor,
    version: int,
    values: dict[str, Any],
    operation: Operation | None = None,
) -> Inspection:
    """Change the inspection's own columns.

    Raises NotAllowed, StaleVersion, ValidationError, Refused (archived).
    """
    require_in(actor, Ability.EDIT_TREE, inspection.organization)
    refuse_archived(inspection)
    return change(
        inspection,
        actor=actor,
        organization=inspection.organization,
        action="inspection.update",
        version=version,
        values=values,
        operation=operation,
    )


def refuse_archived(inspection: Inspection) -> None:
    """Raises Refused for an archived inspection: all that lies in it is read-only.

    Asks the row, not the object that was loaded before.
    """
    if Inspection.objects.filter(pk=inspection.pk, archived_at__isnull=False).exists():
        raise Refused(ARCHIVED)


def move_to_stage(inspection: Inspection, stage: Stage, *, actor: Actor) -> Inspection:
    """Enter a stage of the cycle (product.md §5)."""
    return update_inspection(
        inspection, actor=actor, version=inspection.version, values={"stage": stage}
    )
