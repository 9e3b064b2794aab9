"""What surrounds every page: bureau, inspection, navigation, messages, display choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from issues.models import Inspection
from measures.domain.waiting import waiting_for
from rectify.accounts.display import COOKIE, Contrast, Display, Keys, TextSize, Theme, chosen
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Organization, User
from rectify.accounts.requests import visitor_of
from rectify.backups.domain.keeping import is_stale
from rectify.jobs.enums import Channel
from rectify.jobs.models import Delivery

PRODUCT = "整改台账"
SESSION_KEY = "inspection"
# For whom something can wait: they are asked about it on every page, the others never.
HAVE_INBOX = frozenset({Role.SECTION, Role.OFFICE, Role.LEADER, Role.SECRETARY, Role.DISCIPLINE})


@dataclass(frozen=True)
class Door:
    """One entry of the navigation. `covers`: beginnings of the URL names that it stands for."""

    key: str
    word: str
    icon: str
    covers: tuple[str, ...]
    per_inspection: bool = True


DOORS = (
    Door("dashboard", "首页", "home", ("dashboard", "home")),
    Door(
        "ledger",
        "台账",
        "ledger",
        (
            "ledger",
            "measure",
            "progress",
            "evidence",
            "operation",
            "look_back",
            "plan",
            "adjustment",
        ),
    ),
    Door("tree", "问题清单", "tree", ("tree", "inspection", "area", "issue", "task")),
    Door("digests", "周报", "digest", ("digest",)),
    Door("documents", "通报", "document", ("document", "notice")),
    Door("jobs", "任务", "job", ("job", "export"), per_inspection=False),
)
# Pages of the three administrators, who see no inspection; whoever sees one too gets one door.
ADMINISTRATION = Door(
    "administration", "管理", "lock",
    ("administration", "account", "section", "grant", "handover", "audit", "backup"), False,
)  # fmt: skip
ADMINISTRATORS_DOORS = (
    (Ability.MANAGE_ACCOUNTS, Door("accounts", "账号", "person", ("account", "section"), False)),
    (Ability.MANAGE_GRANTS, Door("grants", "授权", "lock", ("grant", "handover"), False)),
    (Ability.READ_AUDIT, Door("audit_log", "审计日志", "document", ("audit",), False)),
    (Ability.RUN_SYSTEM, Door("backups", "备份", "download", ("backup",), False)),
)


@dataclass(frozen=True)
class Entry:
    """A door that this person may open from this page."""

    key: str
    word: str
    icon: str
    url: str
    active: bool


@dataclass(frozen=True)
class Notice:
    """What must be said above every page; `url` "" where the person cannot act on it."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Shell:
    """`inspection` None: the person sees no inspection; `organization` None: nor any bureau;
    `waiting` None: nothing can ever wait for the person (待办)."""

    product: str
    organization: Organization | None
    inspection: Inspection | None
    inspections: Sequence[Inspection]
    unread: int
    waiting: int | None
    entries: Sequence[Entry]
    search_url: str
    notices: Sequence[Notice]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. `shell` asks the database only where a template uses it."""
    # Error pages may be drawn before the session is known.
    known = visitor_of(request) if hasattr(request, "user") else None
    return {
        "product": PRODUCT,
        "plain_http": settings.PLAIN_HTTP,
        "display": display_of(request, known),
        "display_choices": {
            "size": TextSize.choices,
            "contrast": Contrast.choices,
            "theme": Theme.choices,
            "keys": Keys.choices,
        },
        "shell": SimpleLazyObject(lambda: _shell_once(request, known)) if known else None,
    }


def display_of(request: HttpRequest, user: User | None) -> Display:
    return chosen(user.preferences if user else None, request.COOKIES.get(COOKIE, ""))


def _shell_once(request: HttpRequest, user: User) -> Shell:
    # A page and its fragments may be rendered apart in one request.
    kept: Shell | None = request.__dict__.get("_shell")
    if kept is None:
        kept = request.__dict__["_shell"] = _build(request, user)
    return kept


def _build(request: HttpRequest, user: User) -> Shell:
    inspections = list(
        Inspection.objects.visible_to(user).filter(archived_at__isnull=True).for_shell()
    )
    inspection = _current(request, inspections)
    organization = inspection.organization if inspection else _own_organization(user)
    return Shell(
        product=PRODUCT,
        organization=organization,
        inspection=inspection,
        inspections=inspections,
        unread=Delivery.objects.visible_to(user)
        .filter(channel=Channel.IN_APP, read_at__isnull=True)
        .count(),
        waiting=_waiting(user),
        entries=_entries(request, user, inspection),
        search_url=_url("ledger", inspection) if inspection else "",
        notices=[*_plain_http(user), *_notices(user)],
    )


def _waiting(user: User) -> int | None:
    """How many rows wait for the person, in one query."""
    return None if HAVE_INBOX.isdisjoint(user.access.by_role) else waiting_for(user).count()


def _plain_http(user: User) -> list[Notice]:
    """What an administrator must not get used to."""
    if not settings.PLAIN_HTTP or Role.administrators().isdisjoint(user.access.by_role):
        return []
    return [
        Notice("本站没有启用 HTTPS，口令和内容以明文经过网络。请尽快配置证书并去掉 PLAIN_HTTP。")
    ]


def _notices(user: User) -> list[Notice]:
    """A backup that is overdue, for those who make it and for the office. One query for them."""
    runs_system = bool(user.access.whole(Ability.RUN_SYSTEM))
    if not (runs_system or user.access.whole(Ability.DRAFT_DOCUMENT)) or not is_stale():
        return []
    overdue = "已超过 7 天没有成功的备份，一旦机器损坏，这段时间的内容将无法找回。"
    if runs_system:
        return [Notice(f"{overdue}请尽快处理。", _url("backups", None))]
    return [Notice(f"{overdue}请告知系统管理员。")]


def _current(request: HttpRequest, inspections: Sequence[Inspection]) -> Inspection | None:
    """The inspection that the address names, else the remembered one, else the newest."""
    by_id = {str(one.public_id): one for one in inspections}
    match = request.resolver_match
    named = str(match.kwargs.get("inspection", "")) if match else ""
    session = getattr(request, "session", None)
    remembered = str(session.get(SESSION_KEY, "")) if session is not None else ""
    if named in by_id:
        if session is not None and remembered != named:
            session[SESSION_KEY] = named
        return by_id[named]
    return by_id.get(remembered) or (inspections[0] if inspections else None)


def remember(request: HttpRequest, inspection: Inspection) -> None:
    """Make the inspection of the opened object the one that the shell shows and keeps."""
    request.session[SESSION_KEY] = str(inspection.public_id)


def _own_organization(user: User) -> Organization | None:
    """For people without any inspection, such as administrators."""
    ids = {pk for held in user.access.by_role.values() for pk in held}
    return Organization.objects.filter(pk__in=ids).first() if ids else None


def _entries(request: HttpRequest, user: User, inspection: Inspection | None) -> list[Entry]:
    match = request.resolver_match
    here = (match.url_name or "") if match else ""
    doors = [door for door in DOORS if _may_open(door.key, user, inspection)]
    kept = [door for ability, door in ADMINISTRATORS_DOORS if user.access.whole(ability)]
    doors += kept if inspection is None else [ADMINISTRATION] * bool(kept)
    entries = []
    for door in doors:
        url = _url(door.key, inspection if door.per_inspection else None)
        if url:
            active = here.startswith(door.covers)
            entries.append(Entry(door.key, door.word, door.icon, url, active))
    return entries


def _may_open(key: str, user: User, inspection: Inspection | None) -> bool:
    if inspection is None:
        return False
    access, bureau = user.access, inspection.organization_id
    abilities = {
        "dashboard": access.anywhere(Ability.SEE_SUMMARY),
        "ledger": access.anywhere(Ability.SEE_SUMMARY),
        "tree": access.whole(Ability.SEE_SUMMARY),
        "digests": access.whole(Ability.READ_DIGEST),
        "documents": access.whole(Ability.READ_DOCUMENT),
        "jobs": access.anywhere(Ability.EXPORT_LEDGER) | access.whole(Ability.DRAFT_DOCUMENT),
    }
    return bureau in abilities[key]


def _url(name: str, inspection: Inspection | None) -> str:
    """The address, or "" where no such page exists."""
    kwargs: dict[str, UUID] = {"inspection": inspection.public_id} if inspection else {}
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""
