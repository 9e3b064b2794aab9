"""What people type on the pages of the reports room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from rectify.form_fields import ChineseDateField, CleanTextField, VersionField
from rectify.lib.clean_text import clean_text
from rectify.lib.weeks import WeekError, parse_week, week_label
from reports.models import Document


class DaysForm(forms.Form):
    """The two days of a dashboard: counted to `as_of`, compared with `since`. Both optional."""

    as_of = ChineseDateField(label="统计截至", required=False, latest_today=True)
    since = ChineseDateField(label="对比", required=False, latest_today=True)

    @property
    def notes(self) -> list[str]:
        """Sentences on what was asked and could not be used."""
        return [
            f"{self.fields[name].label}：{message}已按默认日期显示。"
            for name, errors in self.errors.items()
            for message in errors
        ]

    def day(self, name: str) -> date | None:
        """The day asked for in a field, None where there is none or it could not be used."""
        self.is_valid()  # fills cleaned_data with what could be read, also beside a bad field
        found: date | None = self.cleaned_data.get(name)
        return found


class WeekForm(forms.Form):
    """The week of a digest, chosen among the inspection's rounds."""

    week = forms.ChoiceField(label="周次")

    def __init__(self, *args: Any, weeks: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["week"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type, declared above
        field.choices = [(week.isoformat(), week_label(week)) for week in weeks]
        field.error_messages["invalid_choice"] = "这一周没有调度记录，请从列表中选择。"

    def clean_week(self) -> date:
        try:
            return parse_week(self.cleaned_data["week"])
        except WeekError as error:
            raise ValidationError(str(error)) from error


@dataclass(frozen=True)
class Item:
    """One titled paragraph of a document section, with what is wrong with it."""

    title: str = ""
    text: str = ""
    error: str = ""

    @property
    def empty(self) -> bool:
        return not (self.title.strip() or self.text.strip())


ITEM_PARTS = ("organisation", "next_steps")
TITLE_LIMIT, TEXT_LIMIT = 80, 4000
# No more are offered; what is stored already is kept all the same, up to MOST_FIELDS.
MOST_ITEMS, MOST_FIELDS = 30, 300


class NoticeForm(forms.Form):
    """The drafter's words of a notice.

    Items are plain fields `<part>-<n>-title` and `<part>-<n>-text`, n from 1, so that they need
    no script; empty ones drop out. Each name is used once: the browser keeps drafts by name.
    """

    version = VersionField()
    title = CleanTextField(
        label="标题", max_length=200, error_messages={"required": "请填写标题。"}
    )
    dated_on = ChineseDateField(label="成文日期", required=False, help_text="不填时印统计截至日。")
    as_of = ChineseDateField(
        label="统计截至日", required=False, latest_today=True, help_text="不填时数字随台账变化。"
    )
    intro = CleanTextField(
        label="开头语",
        rows=5,
        max_length=TEXT_LIMIT,
        error_messages={"required": "请填写开头语。"},
    )
    results_lead = CleanTextField(
        label="整改落实情况的引言",
        rows=3,
        required=False,
        max_length=TEXT_LIMIT,
        help_text="印在自动统计的数字之前，不必再写数字。",
    )
    contact_note = CleanTextField(
        label="监督与联系",
        rows=3,
        required=False,
        max_length=TEXT_LIMIT,
        help_text="联系电话、地址、邮箱取自单位资料，自动印在其后。",
    )

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.items: dict[str, list[Item]] = {
            part: _typed(data, part) if data is not None else _stored(initial or {}, part)
            for part in ITEM_PARTS
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        as_of, dated_on = cleaned.get("as_of"), cleaned.get("dated_on")
        if as_of and dated_on and dated_on < as_of:
            self.add_error("dated_on", "成文日期不能早于统计截至日。")
        for part in ITEM_PARTS:
            self.items[part] = [_checked(item) for item in self.items[part]]
            for number, item in enumerate(self.items[part], 1):
                if item.error:
                    self.add_error(None, f"{PART_WORDS[part]}第{number}条：{item.error}")
            cleaned[part] = _plain(self.items[part])
        return cleaned

    def rearrange(self, change: str) -> None:
        """Do what a button beside the items says: `add-<part>` or `drop-<part>-<n>` (from 1)."""
        act, _, rest = change.partition("-")
        part, _, number = rest.partition("-")
        if part not in ITEM_PARTS:
            return
        items = self.items[part]
        if act == "add" and len(items) < MOST_ITEMS:
            items.append(Item())
        if act == "drop" and number.isdecimal() and 1 <= int(number) <= len(items):
            del items[int(number) - 1]

    def replace_items(self, part: str, stored: Any) -> None:
        """Take the items of a part as they are stored instead of what was typed."""
        self.items[part] = _stored({part: stored}, part)

    def with_blank(self) -> dict[str, list[Item]]:
        """The items of each part, each ending in an empty one to write into."""
        return {
            part: items if items and items[-1].empty else [*items, Item()]
            for part, items in self.items.items()
        }

    def values(self) -> dict[str, Any]:
        """What `edit_document` takes. Call after `is_valid`."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "dated_on": data["dated_on"],
            "as_of": data["as_of"],
            "sections": {
                "intro": data["intro"],
                "organisation": data["organisation"],
                "results_lead": data["results_lead"],
                "next_steps": data["next_steps"],
                "contact_note": data["contact_note"],
            },
        }


PART_WORDS = {"organisation": "整改工作组织情况", "next_steps": "下一步工作安排"}


def stored_notice(document: Document) -> dict[str, Any]:
    """What the form shows of a stored notice."""
    return {
        "version": document.version,
        "title": document.title,
        "dated_on": document.dated_on,
        "as_of": document.as_of,
        **document.sections,
    }


def _typed(data: QueryDict, part: str) -> list[Item]:
    """What came in the form, in order, up to the first number that is missing."""
    items: list[Item] = []
    for number in range(1, MOST_FIELDS + 1):
        title, text = data.get(f"{part}-{number}-title"), data.get(f"{part}-{number}-text")
        if title is None and text is None:
            break
        items.append(Item(title or "", text or ""))
    return items


def _stored(initial: dict[str, Any], part: str) -> list[Item]:
    return [Item(item.get("title", ""), item.get("text", "")) for item in initial.get(part) or []]


def _checked(item: Item) -> Item:
    error = ""
    if not item.empty:
        if not item.title.strip():
            error = "请填写小标题。"
        elif not item.text.strip():
            error = "请填写正文，或清空小标题以删除这一条。"
        elif len(item.title) > TITLE_LIMIT:
            error = f"小标题不能超过{TITLE_LIMIT}字。"
        elif len(item.text) > TEXT_LIMIT:
            error = f"正文不能超过{TEXT_LIMIT}字。"
    return Item(item.title, item.text, error)


def _plain(items: list[Item]) -> list[dict[str, str]]:
    return [
        {"title": clean_text(item.title), "text": clean_text(item.text)}
        for item in items
        if not item.empty
    ]
