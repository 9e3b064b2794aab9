"""Drafting documents. Sign-off and publication deepen this room."""

from datetime import date
from typing import Any

from django.db import transaction

from issues.domain.inspections import refuse_archived
from issues.models import Inspection
from rectify.accounts.domain.permissions import require_in
from rectify.accounts.enums import Ability
from rectify.audit.actors import Actor, person
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from reports.domain.notice import notice_title
from reports.domain.starter_texts import starter_sections
from reports.enums import DocumentKind, DocumentState
from reports.models import Document

EDITABLE = {"title", "dated_on", "as_of", "sections"}


def current_notice(inspection: Inspection) -> Document | None:
    """The public notice in work, or the latest one."""
    notices = Document.objects.filter(inspection=inspection, kind=DocumentKind.PUBLIC_NOTICE)
    return notices.filter(state=DocumentState.DRAFT).first() or notices.first()


@transaction.atomic
def draft_notice(
    inspection: Inspection,
    *,
    actor: Actor,
    sections: dict[str, Any] | None = None,
    dated_on: date | None = None,
    operation: Operation | None = None,
) -> Document:
    """Start the public notice with the given sections or the starter texts.

    Raises NotAllowed, Refused (archived), ValidationError when one is in work already.
    """
    require_in(actor, Ability.DRAFT_DOCUMENT, inspection.organization)
    refuse_archived(inspection)
    return add(
        Document(
            inspection=inspection, kind=DocumentKind.PUBLIC_NOTICE,
            title=notice_title(inspection), dated_on=dated_on,
            sections=sections or starter_sections(inspection),
            drafted_by=person(actor), drafted_by_name=actor.name,
        ),
        actor=actor, organization=inspection.organization, action="document.draft",
        operation=operation,
    )  # fmt: skip


@transaction.atomic
def edit_document(
    document: Document, *, actor: Actor, version: int, values: dict[str, Any]
) -> Document:
    """Change title, dates or sections of a draft. Raises NotAllowed, StaleVersion, Refused."""
    organization = document.inspection.organization
    require_in(actor, Ability.DRAFT_DOCUMENT, organization)
    if document.state != DocumentState.DRAFT:
        raise Refused("该文件已送审，内容只读。")
    refuse_archived(document.inspection)
    unknown = set(values) - EDITABLE
    if unknown:
        raise ValueError(f"not editable here: {sorted(unknown)}")
    return change(
        document, actor=actor, organization=organization, action="document.edit",
        version=version, values=values,
    )  # fmt: skip
