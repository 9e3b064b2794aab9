"""Accounts of people: opening, changing, closing. What they may do is `grants`."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from pypinyin import Style, lazy_pinyin

from rectify.accounts.domain.grants import close_membership, refuse_last_administrator
from rectify.accounts.domain.passwords import issue_initial_password
from rectify.accounts.domain.permissions import require_account_manager
from rectify.accounts.domain.sessions import end_sessions
from rectify.accounts.models import Membership, Organization, User
from rectify.audit.actors import Actor
from rectify.audit.domain.changes import add, change
from rectify.audit.domain.events import record
from rectify.audit.domain.operations import begin
from rectify.audit.exceptions import Refused
from rectify.audit.models import Operation
from rectify.lib.clean_text import clean_text
from rectify.lib.login_names import canonical_login_name, is_login_name

CHANGEABLE = ("name", "position", "email", "sort_order")


@dataclass(frozen=True)
class NewAccount:
    """An account and the initial password that is shown this one time."""

    user: User
    password: str


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    organization: Organization | None = None,
    username: str,
    name: str,
    position: str = "",
    sort_order: int = 1000,
    email: str = "",
    password: str | None,
    must_change_password: bool = False,
    operation: Operation | None = None,
) -> User:
    """A new person of the bureau without any grant; `password` None means that nobody can log in.

    Fills pinyin in full and as initials for searching. Raises NotAllowed unless the actor keeps
    the accounts of `organization` (None: only the system may), and ValidationError for a login
    name that is taken (in any spelling that looks alike) or holds odd characters, a name of
    several lines, or a password that the rules refuse.
    """
    require_account_manager(actor, organization)
    name = clean_text(name)
    login_name = canonical_login_name(username)
    _refuse(username=login_name_fault(login_name), name=name_fault(name))
    user = User(
        username=login_name,
        name=name,
        position=clean_text(position),
        organization=organization,
        sort_order=sort_order,
        email=email,
        must_change_password=must_change_password,
        pinyin=pinyin_of(name),
        pinyin_initials=pinyin_initials_of(name),
    )
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    return add(
        user, actor=actor, organization=organization, action="user.create", operation=operation
    )


@transaction.atomic
def update_user(user: User, *, actor: Actor, version: int, values: dict[str, Any]) -> User:
    """Change 姓名, 职务, e-mail or the place in the official order; the login name stays.

    Raises NotAllowed, ValidationError and StaleVersion.
    """
    require_account_manager(actor, user.organization)
    values = {name: values[name] for name in CHANGEABLE if name in values}
    if "name" in values:
        _refuse(name=name_fault(values["name"]))
        values["pinyin"] = pinyin_of(values["name"])
        values["pinyin_initials"] = pinyin_initials_of(values["name"])
    return change(
        user,
        actor=actor,
        organization=user.organization,
        action="user.update",
        version=version,
        values=values,
    )


@transaction.atomic
def deactivate_user(
    user: User, *, actor: Actor, reason: str, operation: Operation | None = None
) -> User:
    """Close an account: sessions and every grant end, the row and its past stay.

    The grants end too, so that opening the account again never gives rights back without the
    security administrator. Raises NotAllowed, and Refused for oneself, a missing reason, a closed
    account and a bureau's last system or security administrator.
    """
    require_account_manager(actor, user.organization)
    if actor == user:
        raise Refused("不能停用本人的账号，请由另一名系统管理员办理。")
    if not (reason := clean_text(reason)):
        raise Refused("请写明停用原因。", field="reason")
    found = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not found.is_active:
        raise Refused("该账号已经停用。")
    live = Membership.objects.live().filter(user=found).select_related("user", "organization")
    grants = list(live.order_by("organization", "pk"))
    refuse_last_administrator(grants)
    operation = operation or begin(
        actor=actor, organization=found.organization, kind="user.deactivate", reason=reason
    )
    for membership in grants:
        close_membership(membership, actor=actor, operation=operation)
    closed = change(
        found,
        actor=actor,
        organization=found.organization,
        action="user.deactivate",
        version=found.version,
        values={"is_active": False},
        operation=operation,
    )
    end_sessions(closed)
    return closed


@transaction.atomic
def reactivate_user(user: User, *, actor: Actor) -> str:
    """Open a closed account, without any grant; returns its new initial password.

    Raises NotAllowed, Refused where it is open already, and StaleVersion.
    """
    require_account_manager(actor, user.organization)
    if user.is_active:
        raise Refused("该账号已经启用，无需再次启用。")
    opened = change(
        user,
        actor=actor,
        organization=user.organization,
        action="user.reactivate",
        version=user.version,
        values={"is_active": True},
    )
    return issue_initial_password(opened, actor=actor)


@transaction.atomic
def log_out_everywhere(user: User, *, actor: Actor) -> int:
    """End every login of the person, recorded; returns how many there were.

    Raises NotAllowed, and Refused for oneself: the answer could not be shown any more.
    """
    require_account_manager(actor, user.organization)
    if actor == user:
        raise Refused("不能这样退出本人的登录。修改口令时，本人在其他设备上的登录会自动退出。")
    ended = end_sessions(user)
    record(actor=actor, organization=user.organization, action="user.end_sessions", subject=user)
    return ended


def pinyin_of(name: str) -> str:
    """The name's syllables in lower case without tones or spaces: "zhangsan"."""
    return "".join(lazy_pinyin(name)).lower()[:200]


def pinyin_initials_of(name: str) -> str:
    """The first letter of each syllable: "zs"."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:60]


def login_name_fault(canonical: str) -> str:
    """What is wrong with the characters of a canonical login name; "" if nothing."""
    if is_login_name(canonical):
        return ""
    return "登录名只能用英文字母、数字、汉字和 . _ - @，并以字母、数字或汉字开头，请修改。"


def name_fault(name: str) -> str:
    """What is wrong with the characters of a person's name; "" if nothing."""
    return "" if name.isprintable() else "姓名中有换行或不可见的字符，请重新输入。"


def _refuse(**faults: str) -> None:
    """Raises ValidationError for the columns whose fault is not empty."""
    if found := {column: fault for column, fault in faults.items() if fault}:
        raise ValidationError(found)
