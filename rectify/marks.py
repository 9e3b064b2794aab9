"""How states look on every screen: the word comes from the enum, the shape and tone from here."""

from dataclasses import dataclass

from django.db.models import Choices

from issues.enums import Disclosure
from measures.enums import ApplicationState, Lamp, LookBackVerdict, Nature, Status
from rectify.jobs.enums import DeliveryStatus, JobStatus
from reports.enums import DocumentState


@dataclass(frozen=True)
class Mark:
    """`icon` names a symbol of static/img/icons.svg, `tone` a CSS tone (late is red: 超期 only)."""

    word: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Part:
    """One stretch of a stacked bar: what it is called, how many, its tone, and where it leads."""

    label: str
    count: int
    tone: str
    href: str = ""


def _marks(shapes: dict[Choices, tuple[str, str]]) -> dict[str, Mark]:
    return {
        str(choice.value): Mark(str(choice.label), icon, tone)
        for choice, (icon, tone) in shapes.items()
    }


# Facts that are computed and belong to no enum.
_FACTS = {
    "overdue": Mark("超期", "s-late", "late"),
    "due_soon": Mark("临期", "s-soon", "soon"),
    "stalled": Mark("停滞", "s-stalled", "soon"),
    "unanswered": Mark("本周未报", "s-silent", "soon"),
    "no_change": Mark("无变化", "level", "none"),
    "closed": Mark("已销号", "s-closed", "done"),
    "unsampled": Mark("未抽核", "s-empty", "outline"),
    "sampled": Mark("抽核属实", "s-check", "done"),
    "awaiting_closure": Mark("待销号", "s-waiting", "near"),
    "sent_back": Mark("已退回", "s-returned", "soon"),
    "no_measures": Mark("尚无措施", "s-silent", "none"),
    "frozen": Mark("已冻结", "lock", "none"),
    "archived": Mark("已归档", "lock", "none"),
}

MARKS: dict[str, Mark] = {
    **_FACTS,
    **_marks(
        {
            Status.NOT_STARTED: ("s-empty", "none"),
            Status.IN_PROGRESS: ("s-half", "run"),
            Status.BASICALLY_DONE: ("s-most", "near"),
            Status.COMPLETED: ("s-check", "done"),
            Nature.IMMEDIATE: ("s-bolt", "outline"),
            Nature.TIME_LIMITED: ("s-limit", "outline"),
            Nature.LONG_TERM: ("s-long", "outline"),
            JobStatus.QUEUED: ("s-empty", "none"),
            JobStatus.RUNNING: ("s-half", "run"),
            JobStatus.SUCCEEDED: ("s-check", "done"),
            JobStatus.FAILED: ("warning", "soon"),
            JobStatus.CANCELLED: ("cross", "none"),
            DeliveryStatus.PENDING: ("s-empty", "none"),
            DeliveryStatus.SENT: ("s-check", "done"),
            Disclosure.PUBLIC: ("s-public", "outline"),
            Disclosure.PARTY_ONLY: ("s-party", "outline"),
            Disclosure.WITHHELD: ("s-hidden", "outline"),
        }
    ),
}

# These share words with others, so a badge of theirs names its kind.
KINDS: dict[str, dict[str, Mark]] = {
    "account": {
        "active": Mark("启用", "s-check", "done"),
        "inactive": Mark("已停用", "cross", "none"),
        "idle": Mark("闲置", "s-stalled", "soon"),
        "never": Mark("从未登录", "s-empty", "none"),
        "initial": Mark("初始口令未改", "s-waiting", "outline"),
        "factor": Mark("已开启", "s-check", "done"),
        "in_use": Mark("在用", "s-check", "done"),
        "right": Mark("无误", "s-check", "done"),
    },
    "application": _marks(
        {
            ApplicationState.CONFIRMING: ("s-waiting", "none"),
            ApplicationState.REVIEWING: ("s-waiting", "run"),
            ApplicationState.DECIDING: ("s-waiting", "near"),
            ApplicationState.VERIFYING: ("s-waiting", "near"),
            ApplicationState.PARTY_GROUP: ("s-waiting", "near"),
            ApplicationState.ACCEPTED: ("s-closed", "done"),
            ApplicationState.RETURNED: ("s-returned", "soon"),
            ApplicationState.WITHDRAWN: ("cross", "none"),
            ApplicationState.VOIDED: ("cross", "none"),
        }
    ),
    "look_back": _marks(
        {
            LookBackVerdict.OPEN: ("s-half", "run"),
            LookBackVerdict.CONFIRMED: ("s-check", "done"),
            LookBackVerdict.DENIED: ("s-returned", "soon"),
        }
    ),
    "document": _marks(
        {
            DocumentState.DRAFT: ("s-empty", "none"),
            DocumentState.SECRECY_REVIEW: ("s-half", "run"),
            DocumentState.PARTY_GROUP: ("s-half", "run"),
            DocumentState.OVERSIGHT_REVIEW: ("s-half", "run"),
            DocumentState.SIGN_OFF: ("s-most", "near"),
            DocumentState.PUBLISHED: ("s-check", "done"),
            DocumentState.WITHDRAWN: ("s-returned", "soon"),
            DocumentState.CORRECTED: ("s-returned", "soon"),
        }
    ),
}

LAMPS: dict[str, Mark] = {
    Lamp.RED: Mark("红灯", "l-red", "late"),
    Lamp.YELLOW: Mark("黄灯", "l-yellow", "soon"),
    Lamp.GREEN: Mark("绿灯", "l-green", "done"),
    Lamp.NONE: Mark("—", "l-none", "none"),
}


def mark_of(value: str, kind: str = "") -> Mark:
    """The mark of a state; an unknown state shows its own word rather than nothing."""
    marks = KINDS.get(kind, MARKS)
    return marks.get(str(value)) or Mark(str(value), "info", "none")
