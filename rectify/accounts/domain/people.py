"""People and what they are granted."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from pypinyin import Style, lazy_pinyin

from rectify.accounts.domain.permissions import (
    require_any_account_manager,
    require_grant_manager,
)
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clean_text import clean_text
from rectify.lib.clock import now


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    position: str = "",
    sort_order: int = 1000,
    email: str = "",
    password: str | None,
    must_change_password: bool = False,
    operation: Operation | None = None,
) -> User:
    """A new person without any grant; `password` None means that nobody can log in as them.

    Fills pinyin in full and as initials for searching. Raises NotAllowed, and ValidationError for
    a login name that is taken or a password that the rules refuse.
    """
    require_any_account_manager(actor)
    name = clean_text(name)
    user = User(
        username=username.strip(),
        name=name,
        position=clean_text(position),
        sort_order=sort_order,
        email=email,
        must_change_password=must_change_password,
        pinyin=pinyin_of(name),
        pinyin_initials=pinyin_initials_of(name),
    )
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    return add(user, actor=actor, organization=None, action="user.create", operation=operation)


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

    Raises NotAllowed, Refused for a section of another bureau, and ValidationError where the role
    needs a section, may have none, or is held already.
    """
    require_grant_manager(actor, organization)
    if section is not None and section.organization_id != organization.pk:
        raise Refused("所选科室不属于该单位，请重新选择。", field="section")
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
    operation: Operation | None = None,
) -> Membership:
    """End a grant now; the row stays, so that the past stays explained.

    Raises NotAllowed, Refused where it has ended already, and StaleVersion.
    """
    require_grant_manager(actor, membership.organization)
    if membership.ended_at is not None:
        raise Refused("该授权已经结束。")
    ended = change(
        membership,
        actor=actor,
        organization=membership.organization,
        action="membership.end",
        version=membership.version,
        values={"ended_at": now()},
        operation=operation,
    )
    _forget_access(ended.user)
    return ended


def pinyin_of(name: str) -> str:
    """The name's syllables in lower case without tones or spaces: "zhangsan"."""
    return "".join(lazy_pinyin(name)).lower()[:200]


def pinyin_initials_of(name: str) -> str:
    """The first letter of each syllable: "zs"."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:60]


def _forget_access(user: User) -> None:
    # `access` is read once per object; the caller may go on using this one.
    user.__dict__.pop("access", None)
