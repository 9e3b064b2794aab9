"""Narrowing the log by day, person, action, kind of object and result; and its rows in words."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django import forms

from rectify.accounts.enums import Role
from rectify.audit.models import Chain, Event
from rectify.audit.models.event import EventQuerySet
from rectify.audit.wording import (
    GROUPS,
    action_word,
    field_word,
    kind_word,
    may_show_label,
)
from rectify.form_fields import ChineseDateField, CleanTextField
from rectify.lib.shanghai import SHANGHAI, start_of_day

RESULTS = {"done": "成功", "refused": "失败或拒绝"}
SHORT_HASH = 16


class AuditFilter(forms.Form):
    """`rows` of one chain as the query string narrows them; none while a field is wrong."""

    since = ChineseDateField(label="起始日期", required=False)
    until = ChineseDateField(label="截止日期", required=False)
    person = CleanTextField(
        label="人员", required=False, max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )  # fmt: skip
    action = forms.ChoiceField(label="动作", required=False)
    kind = forms.ChoiceField(label="对象", required=False)
    result = forms.ChoiceField(label="结果", required=False)

    def __init__(self, data: Mapping[str, Any], *, chain: Chain) -> None:
        super().__init__(data)
        self.chain = chain
        kinds = Event.objects.filter(chain=chain).exclude(object_type="").order_by()
        words = {
            kind: kind_word(kind) for kind in kinds.values_list("object_type", flat=True).distinct()
        }
        self._choose("action", [(group, list(words.items())) for group, words in GROUPS.items()])
        self._choose("kind", sorted(words.items(), key=lambda pair: pair[1]))
        self._choose("result", list(RESULTS.items()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "截止日期早于起始日期，请重新填写。")
        return cleaned

    @property
    def rows(self) -> EventQuerySet:
        rows = Event.objects.filter(chain=self.chain)
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["since"]:
            rows = rows.filter(at__gte=start_of_day(asked["since"]))
        if asked["until"]:
            rows = rows.filter(at__lt=start_of_day(asked["until"] + timedelta(days=1)))
        if asked["person"]:
            rows = rows.filter(actor_name__contains=asked["person"])
        if asked["action"]:
            rows = rows.filter(action=asked["action"])
        if asked["kind"]:
            rows = rows.filter(object_type=asked["kind"])
        if asked["result"]:
            rows = rows.filter(success=asked["result"] == "done")
        return rows

    @property
    def narrowed(self) -> bool:
        return any(str(self.data.get(name, "")).strip() for name in self.fields)

    def chosen(self) -> dict[str, str]:
        """What was typed, for the hidden fields of the export."""
        typed = {name: str(self.data.get(name, "")) for name in self.fields}
        return {name: value for name, value in typed.items() if value.strip()}

    def conditions(self) -> str:
        """What was chosen in words, for the head of a printed page."""
        words: dict[str, Callable[[str], str]] = {
            "action": action_word,
            "kind": kind_word,
            "result": lambda value: RESULTS.get(value, value),
        }
        return "，".join(
            f"{self[name].label}：{words[name](value) if name in words else value}"
            for name, value in self.chosen().items()
        )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = [("", "全部"), *choices]
        field.error_messages["invalid_choice"] = "没有这一选项，请重新选择。"


@dataclass(frozen=True)
class Line:
    """One event in words. Values before and after are never here: only who may read an object in
    full may see them, and the log's readers may not."""

    event: Event

    @property
    def moment(self) -> str:
        """To the second, Shanghai time: 2021-05-12 09:05:07."""
        return self.event.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")

    @property
    def roles(self) -> str:
        held = [role for role in self.event.roles.split(",") if role]
        return "、".join(str(Role(one).label) if one in Role.values else one for one in held)

    @property
    def action(self) -> str:
        return action_word(self.event.action)

    @property
    def kind(self) -> str:
        return kind_word(self.event.object_type)

    @property
    def label(self) -> str:
        """The object's name where it may be shown, else its number."""
        if may_show_label(self.event.action, self.event.object_type):
            return self.event.object_label
        return f"第 {self.event.object_id} 号" if self.event.object_id else ""

    @property
    def fields(self) -> str:
        names = [field_word(self.event.object_type, name) for name in self.event.changes]
        return "、".join(dict.fromkeys(names))

    @property
    def result(self) -> str:
        return RESULTS["done" if self.event.success else "refused"]

    @property
    def short_hash(self) -> str:
        return self.event.hash[:SHORT_HASH]


COLUMNS = (
    "序号", "时间", "人员", "角色", "地址", "请求编号", "动作", "动作代码", "对象类型", "对象编号",
    "对象", "变化字段", "结果", "前条摘要", "本条摘要",
)  # fmt: skip
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """What the csv writer writes to: hands each row back."""

    def write(self, row: str) -> str:
        return row


def as_csv(rows: Iterator[Event], *, last_word: str = "") -> Iterator[bytes]:
    """The rows as lines of a file that a spreadsheet opens as UTF-8, without values.

    `last_word`: a sentence below the rows, such as that they were cut.
    """
    writer = csv.writer(_Echo())
    yield "\ufeff".encode()
    yield writer.writerow(COLUMNS).encode()
    for event in rows:
        yield writer.writerow([plain_cell(cell) for cell in _cells(Line(event))]).encode()
    if last_word:
        yield writer.writerow([last_word]).encode()


def plain_cell(text: str) -> str:
    """The text so that no spreadsheet computes it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(line: Line) -> list[str]:
    event = line.event
    return [
        str(event.seq), line.moment,
        event.actor_name, line.roles, event.ip, event.request_id, line.action, event.action,
        line.kind, event.object_id, line.label, line.fields, line.result, event.prev_hash,
        event.hash,
    ]  # fmt: skip
