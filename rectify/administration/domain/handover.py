"""移交: the grants that one person held go to another, in one step that can be traced."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.sessions import end_sessions
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Organization, User
from rectify.administration.registry import open_work
from rectify.audit.actors import Actor
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.jobs.domain.outbox import tell
from rectify.lib.clean_text import clean_text


@transaction.atomic
def hand_over(
    memberships: Sequence[Membership], *, to: User, actor: Actor, reason: str
) -> Operation:
    """Give `to` the live grants of one person in one bureau and end them there, all or none.

    What `to` holds already is only ended at the other's. The other's logins end, and the bureau's
    office is told how much open work still names that person. Raises what `grant` and
    `end_membership` raise, and Refused for no grants, no reason or the same person.
    """
    if not memberships:
        raise Refused("请至少勾选一项要移交的授权。", field="grants")
    if not (reason := clean_text(reason)):
        raise Refused("请写明移交原因。", field="reason")
    giver, organization = memberships[0].user, memberships[0].organization
    if any((row.user_id, row.organization_id) != (giver.pk, organization.pk)
           for row in memberships):  # fmt: skip
        raise Refused("一次只能移交同一人在同一单位的授权。", field="grants")
    if to == giver:
        raise Refused("接手人不能是移交人本人。", field="to")
    operation = begin(actor=actor, organization=organization, kind="handover", reason=reason)
    held = set(
        Membership.objects.live()
        .filter(user=to, organization=organization)
        .values_list("role", "section_id")
    )
    # First the new grants: a bureau's last administrator may hand over, never just leave.
    for row in memberships:
        if (row.role, row.section_id) not in held:
            grant(to, actor=actor, organization=organization, role=row.role,
                  section=row.section, operation=operation)  # fmt: skip
    for row in memberships:
        end_membership(row, actor=actor, operation=operation)
    end_sessions(giver)
    _tell_office(operation, organization, giver, to)
    return operation


def _tell_office(operation: Operation, organization: Organization, giver: User, to: User) -> None:
    """One in-app message for each inspection whose open measures still name the giver."""
    for work in open_work(organization, giver):
        for recipient in User.objects.holding(Role.OFFICE, organization):
            tell(
                key=f"handover:{operation.public_id}:{work.link}",
                organization=organization,
                recipient=recipient,
                subject=f"{giver}的角色已移交{to}，请核对责任领导",
                body=f"“{work.where}”还有 {work.count} 项未销号的措施，责任领导仍写{giver}。"
                "请逐项核对，需要变更的在措施页面修改。",
                link=work.link,
            )
