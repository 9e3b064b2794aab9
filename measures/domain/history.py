"""What happened to one measure, in Chinese sentences, read from the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from issues.enums import Disclosure
from measures.domain.outcome_history import OUTCOMES, about_outcomes, outcome_silence, outcome_words
from measures.enums import ApplicationState, LookBackVerdict, Nature, Status
from measures.models import (
    Adjustment,
    ClosureApplication,
    Extension,
    Instruction,
    LookBack,
    Measure,
    ProgressEntry,
)
from rectify.accounts.models import Section, User
from rectify.audit.models import Event
from rectify.lib.chinese_dates import format_date
from rectify.lib.clean_text import clean_text
from rectify.lib.money import format_grouped
from rectify.lib.shanghai import SHANGHAI
from rectify.lib.weeks import week_label

# A text longer than this (characters) is unfolded on demand instead of standing in the sentence.
LONGEST_INLINE = 30
_YES = "是"
_HEADS = {
    "measure.create": "建立了这条措施",
    "measure.report": "填报",
    "measure.update": "修改措施",
    "measure.step_back": "退回状态，理由",
    "measure.close": "销号",
    "measure.reopen": "重新启动，理由",
    "measure.extend": "延期",
    "measure.archive": "取消这条措施",
    "measure.undo": "撤销批量修改",
    "evidence.link": "上传佐证材料",
    "evidence.share": "关联已有佐证材料",
    "evidence.unlink": "移除佐证材料",
    "evidence.archive": "归档佐证材料",
    "outcome.link": "登记成果",
    "outcome.unlink": "不再对应成果",
    "outcome.update": "修改成果",
    "outcome.archive": "作废成果",
    "progress.write": "填报进展",
    "progress.rewrite": "修改进展",
    "progress.return": "退回修改进展",
    "measure.join": "关联为同一措施",
    "measure.leave": "不再与其他措施关联为同一措施",
    "instruction.give": "批示",
    "instruction.record": "代录批示、议定事项",
    "instruction.reply": "答复批示",
    "instruction.rewrite": "修改对批示的答复",
    "closure.apply": "申请销号",
    "closure.reapply": "重新申请销号",
    "closure.confirm": "确认销号申请",
    "closure.office_review": "办公室初审销号申请",
    "closure.leader": "分管领导审定销号申请",
    "closure.verification": "核实销号申请",
    "closure.party_group": "审议销号申请",
    "closure.withdraw": "撤回销号申请",
    "closure.void": "作废销号申请",
    "extension.apply": "申请延期",
    "extension.reapply": "重新申请延期",
    "extension.confirm": "确认延期申请",
    "extension.office_review": "初审延期申请",
    "extension.leader": "审定延期申请",
    "extension.withdraw": "撤回延期申请",
    "extension.void": "作废延期申请",
    "look_back.sampled": "抽中回头看核查",
    "look_back.pick": "指定回头看核查",
    "look_back.issue": "回头看核查",
    "adjustment.apply": "申请措施调整",
    "adjustment.reapply": "重新申请措施调整",
    "adjustment.confirm": "确认措施调整申请",
    "adjustment.office_review": "初审措施调整申请",
    "adjustment.leader": "审定措施调整申请",
    "adjustment.withdraw": "撤回措施调整申请",
    "adjustment.void": "作废措施调整申请",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": dict(Status.choices),
    "nature": dict(Nature.choices),
    "disclosure": {**dict(Disclosure.choices), "": "随上级"},
    "state": dict(ApplicationState.choices),
    **outcome_words(),
    "verdict": {**dict(LookBackVerdict.choices), LookBackVerdict.OPEN: ""},
}
_PEOPLE = frozenset({"leader", "owner", "disclosure_approver", "returned_by"})
_SECTIONS = frozenset({"lead_section", "section"})
_OTHER_LABELS = {
    "co_leaders": "共同责任领导",
    "support_sections": "配合科室",
    "evidence": "佐证材料",
    "reason": "理由",
}
# Events whose only change completes the sentence by itself: no name of a column in between.
_BARE = frozenset(
    {"evidence.link", "evidence.share", "outcome.link", "outcome.unlink", "measure.step_back"}
)
# Columns that repeat another one or say nothing to a reader.
_SILENT = frozenset(
    {
        "organization", "inspection", "task", "position", "place", "leader_name", "owner_name",
        "lead_section_name", "measure", "section_name", "author", "author_name", "written_at",
        "week_start", "values", "changes", "act", "applied_by", "applied_by_name", "applied_at",
        "same_as", "extra",
        "printed_number", "printed_ordinal", "span_start", "span_end", "co_leader_ids",
        "support_section_ids",
    }
)  # fmt: skip
# What an entry repeats of its measure and its author, and what closing says by its name.
_SILENT_OF = outcome_silence() | frozenset(
    {("progressentry", "status"), ("progressentry", "section"), ("measure", "closed_at")}
    | {("progressentry", "returned_by")}
    | {("instruction", name) for name in ("section", "kind", "given_by", "medium", "recorded_by")}
    | {("instruction", name) for name in ("replied_by", "replied_at", "replied_by_name")}
    | {("lookback", name) for name in ("sample", "issued_at", "issued_by", "issued_by_name")}
)
# What of an issued look-back is told: neither its notes nor the wordings before the last.
_LOOK_BACK = ("look_back.sampled", "look_back.pick", "look_back.issue")
_MODELS: Mapping[str, type[models.Model]] = {
    **OUTCOMES,
    "measure": Measure,
    "progressentry": ProgressEntry,
    "closureapplication": ClosureApplication,
    "extension": Extension,
    "adjustment": Adjustment,
    "instruction": Instruction,
    "lookback": LookBack,
}


@dataclass(frozen=True)
class Change:
    """One column: what it is called, before and after as words. `long`: show it unfolded only."""

    label: str
    before: str
    after: str
    long: bool
    bare: bool = False

    @property
    def sentence(self) -> str:
        if self.bare:
            return self.after
        if self.long:
            return f"{'填写' if not self.before else '修改'}了{self.label}"
        if not self.before:
            return self.label if self.after == _YES else f"{self.label}：{self.after}"
        if not self.after:
            return f"清除了{self.label}（原为{self.before}）"
        return f"{self.label}由“{self.before}”改为“{self.after}”"


@dataclass(frozen=True)
class Happening:
    """One event: when, who in which role, and what changed."""

    at: datetime
    who: str
    head: str
    changes: Sequence[Change]

    @property
    def sentence(self) -> str:
        short = [change.sentence.rstrip("。；") for change in self.changes]
        return f"{self.head}：{'；'.join(short)}。" if short else f"{self.head}。"

    @property
    def long_changes(self) -> list[Change]:
        return [change for change in self.changes if change.long]


def history(measure: Measure) -> list[Happening]:
    """Everything that was done to the measure, newest first. At most ten queries.

    What the discipline group does in a look-back is its own until it is issued: then its choice and
    its outcome are told, never its notes.
    """
    about = Q(object_type="measure", object_id=str(measure.pk))
    for kind, rows in (
        ("progressentry", measure.entries),
        ("closureapplication", measure.closures),
        ("extension", measure.extensions),
        ("adjustment", measure.adjustments),
        ("instruction", measure.instructions),
    ):
        keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
        about |= Q(object_type=kind, object_id__in=keys)
    about |= about_outcomes(measure)
    issued = measure.look_backs.filter(issued_at__isnull=False).values_list("pk", flat=True)
    keys = [str(pk) for pk in issued]
    about |= Q(object_type="lookback", object_id__in=keys, action__in=_LOOK_BACK)
    return told(list(Event.objects.filter(about).filter(success=True).order_by("-at", "-seq")))


def told(events: Sequence[Event]) -> list[Happening]:
    """The events as sentences, in their order. Two queries for the names."""
    names = _names(events)
    return [_happening(event, names) for event in events]


def _happening(event: Event, names: Mapping[tuple[str, Any], str]) -> Happening:
    head = _HEADS.get(event.action, "修改")
    if event.object_type == "progressentry":
        head = f"{head}（{_week_in(event.object_label)}）"
    if event.object_type in OUTCOMES:
        head = f"{head}“{event.object_label}”"
    changes = []
    first = event.action == "measure.create"
    # The reason ends the sentence; the databases keep the columns in different orders.
    for name, pair in sorted(event.changes.items(), key=lambda change: change[0] == "reason"):
        if first and name in {"text", "status"}:
            continue
        change = _change(event, name, pair, names)
        if change is not None:
            changes.append(change)
    return Happening(event.at, event.actor_name, head, changes)


def _change(
    event: Event, column: str, pair: Sequence[Any], names: Mapping[tuple[str, Any], str]
) -> Change | None:
    kind, name = event.object_type, column.removesuffix("_id")
    before, after = (_words(name, value, names) for value in pair)
    if name in _SILENT or (kind, name) in _SILENT_OF or before == after:
        return None
    if event.action in _BARE:
        return Change(name, "", after, long=False, bare=True)
    long = max(len(before), len(after)) > LONGEST_INLINE
    return Change(_label(kind, name), before, after, long)


def _week_in(label: str) -> str:
    """The label of a progress event, "section 2021-05-10", with its week as people say it."""
    section, _, monday = label.rpartition(" ")
    try:
        return f"{section}，{week_label(date.fromisoformat(monday))}"
    except ValueError:
        return label


def _label(kind: str, name: str) -> str:
    if name in _OTHER_LABELS:
        return _OTHER_LABELS[name]
    try:
        field = _MODELS[kind]._meta.get_field(name)
    except (FieldDoesNotExist, KeyError):
        return name
    return str(getattr(field, "verbose_name", name)).removesuffix("（分）")


def _words(name: str, value: Any, names: Mapping[tuple[str, Any], str]) -> str:
    """A recorded value as a reader knows it."""
    if value is None or value == "":
        return _WORDS[name][""] if name == "disclosure" and value == "" else ""
    if isinstance(value, bool):
        return _YES if value else ""
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    kind = "person" if name in _PEOPLE else "section" if name in _SECTIONS else ""
    if kind:
        return names.get((kind, value), "已停用的人员或科室")
    if name in _WORDS:
        return _WORDS[name].get(str(value), str(value))
    return _dated(name, str(value))


def _dated(name: str, text: str) -> str:
    """Columns that end in _on and _at hold a date and a moment in ISO form, in _fen an amount."""
    if name.endswith("_fen"):
        return format_grouped(int(text))
    if name.endswith("_on"):
        return format_date(date.fromisoformat(text))
    if name.endswith("_at"):
        local = datetime.fromisoformat(text).astimezone(SHANGHAI)
        return f"{format_date(local.date())} {local.hour}:{local.minute:02d}"
    return clean_text(text)


def _names(events: Iterable[Event]) -> dict[tuple[str, Any], str]:
    """Names of every person and section that the events refer to by key. Two queries."""
    people: set[int] = set()
    sections: set[int] = set()
    for event in events:
        for column, pair in event.changes.items():
            name = column.removesuffix("_id")
            found = people if name in _PEOPLE else sections if name in _SECTIONS else None
            if found is not None:
                found.update(value for value in pair if isinstance(value, int))
    named: dict[tuple[str, Any], str] = {}
    for pk, word in User.objects.filter(pk__in=people).values_list("pk", "name"):
        named["person", pk] = word
    for pk, word in Section.objects.filter(pk__in=sections).values_list("pk", "name"):
        named["section", pk] = word
    return named
