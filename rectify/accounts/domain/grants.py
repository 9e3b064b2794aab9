"""Who may do what where: giving and ending roles, and the rules that keep administrators apart."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from rectify.accounts.domain.permissions import require_grant_manager
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.audit.actors import Actor, SystemActor
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clean_text import clean_text
from rectify.lib.clock import now

# A bureau without one of these cannot help itself any more.
INDISPENSABLE = (Role.SYSADMIN, Role.SECADMIN)


@transaction.atomic
def grant(
    user: User,
    *,
    actor: Actor,
    organization: Organization,
    role: Role | str,
    section: Section | None = None,
    operation: Operation | None = None,
) -> Membership:
    """Give a person a role in an organization, in effect from the next request.

    Raises NotAllowed; Refused for oneself, a disabled account, a section of another bureau or out
    of use, and where 三员分立 forbids the combination; ValidationError where the role needs a
    section, may have none, or is held already.
    """
    require_grant_manager(actor, organization)
    _refuse_own(user, actor)
    if section is not None and section.organization_id != organization.pk:
        raise Refused("所选科室不属于该单位，请重新选择。", field="section")
    if section is not None and section.archived_at is not None:
        raise Refused("所选科室已停用，请重新选择。", field="section")
    # The person's row is the lock: two grants at once could each find the other one missing.
    if not User.objects.select_for_update(no_key=True).get(pk=user.pk).is_active:
        raise Refused("该账号已停用，请先由系统管理员重新启用。")
    _refuse_mixed(user, Role(role))
    row = Membership(user=user, organization=organization, role=role, section=section)
    added = add(
        row,
        actor=actor,
        organization=organization,
        action="membership.grant",
        operation=operation,
    )
    _forget_access(user)
    return added


@transaction.atomic
def end_membership(
    membership: Membership,
    *,
    actor: Actor,
    reason: str = "",
    operation: Operation | None = None,
) -> Membership:
    """End a grant now; the row stays, so that the past stays explained.

    A person gives the reason, unless the `operation` that this is part of holds it. Raises
    NotAllowed, Refused for oneself, without a reason, where it has ended already and for the
    bureau's last system or security administrator, and StaleVersion.
    """
    require_grant_manager(actor, membership.organization)
    _refuse_own(membership.user, actor)
    if operation is None and not isinstance(actor, SystemActor):
        if not (reason := clean_text(reason)):
            raise Refused("请写明结束授权的原因。", field="reason")
        operation = begin(
            actor=actor, organization=membership.organization, kind="membership.end", reason=reason
        )
    if membership.ended_at is not None:
        raise Refused("该授权已经结束。")
    refuse_last_administrator([membership])
    return close_membership(membership, actor=actor, operation=operation)


def close_membership(
    membership: Membership, *, actor: Actor, operation: Operation | None = None
) -> Membership:
    """The write behind every end of a grant, for callers that have asked the rules.

    Who no longer acts for a section is no longer its head (负责人), which is recorded too.
    """
    ended = change(
        membership,
        actor=actor,
        organization=membership.organization,
        action="membership.end",
        version=membership.version,
        values={"ended_at": now()},
        operation=operation,
    )
    _end_headship(ended, actor, operation)
    _forget_access(ended.user)
    return ended


def _end_headship(ended: Membership, actor: Actor, operation: Operation | None) -> None:
    if ended.section_id is None:
        return
    section = Section.objects.filter(pk=ended.section_id, head=ended.user_id).first()
    if section is not None:
        change(
            section,
            actor=actor,
            organization=ended.organization,
            action="section.end_head",
            version=section.version,
            values={"head": None},
            operation=operation,
        )


def refuse_last_administrator(memberships: Iterable[Membership]) -> None:
    """Raises Refused where a bureau would be left without an active system or security
    administrator if these live grants ended.

    Locks the bureaus, so that the last two cannot end each other at once. Must run inside the
    transaction of the change.
    """
    kept = [row for row in memberships if row.role in INDISPENSABLE and row.user.is_active]
    for row in sorted(kept, key=lambda row: (row.organization_id, row.role)):
        Organization.objects.select_for_update(no_key=True).get(pk=row.organization_id)
        others = Membership.objects.live().filter(
            organization=row.organization_id, role=row.role, user__is_active=True
        )
        if not others.exclude(user=row.user_id).exists():
            word = Role(row.role).label
            raise Refused(
                f"{row.organization}只有{row.user}一名{word}，不能没有{word}。"
                f"请先授予另一人{word}角色，再进行这项操作。"
            )


def mixed_accounts() -> list[tuple[User, list[Role]]]:
    """Active people whose live roles 三员分立 would not allow together, with these roles."""
    held: dict[int, set[Role]] = {}
    rows = Membership.objects.live().filter(user__is_active=True)
    for user_id, role in rows.values_list("user_id", "role"):
        held.setdefault(user_id, set()).add(Role(role))
    mixed = {pk: roles for pk, roles in held.items() if _is_mixed(roles)}
    return [(user, sorted(mixed[user.pk])) for user in User.objects.filter(pk__in=mixed)]


def _is_mixed(roles: set[Role]) -> bool:
    return len(roles) > 1 and not roles.isdisjoint(Role.administrators())


def _refuse_mixed(user: User, role: Role) -> None:
    """三员分立: an administrator has no other role anywhere, and no one else becomes one."""
    if not settings.THREE_ADMINS:
        return
    rows = Membership.objects.live().filter(user=user)
    held = {Role(one) for one in rows.values_list("role", flat=True)}
    if _is_mixed({*held, role}):
        words = "、".join(one.label for one in sorted(held - {role}))
        raise Refused(
            f"三员分立：{user}已有“{words}”角色，不能同时担任“{role.label}”。"
            "请另选一人，或先结束其原有授权。",
            field="role",
        )


def _refuse_own(user: User, actor: Actor) -> None:
    if actor == user:
        raise Refused("不能变更本人的授权，请由另一名安全管理员办理。")


def _forget_access(user: User) -> None:
    # `access` is read once per object; the caller may go on using this one.
    user.__dict__.pop("access", None)
