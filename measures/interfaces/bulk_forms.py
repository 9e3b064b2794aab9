"""What is to be set on several measures at once. An empty field leaves its column alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from issues.enums import Disclosure
from measures.domain.bulk import SupportWay, Wanted
from measures.domain.paper import Paper
from measures.enums import Nature, Status
from measures.rules import PLAN_FIELDS
from rectify.accounts.models import Organization, Section, User
from rectify.form_fields import ChineseDateField, CleanTextField
from rectify.lib.chinese_dates import ChineseDateError, parse_date

UNCHANGED = ("", "不修改")
# How the form says "as its parent", which the column says by being empty.
INHERIT = "inherit"
# Columns that may be emptied, with what the empty column holds.
CLEARABLE: dict[str, tuple[str, Any]] = {
    "leader": ("责任领导", None),
    "owner": ("责任人", None),
    "support_sections": ("配合科室", ()),
    "due_on": ("到期日", None),
    "next_review_on": ("下次复核", None),
    "next_report_on": ("下次报送", None),
}
_COLUMNS = (
    "leader", "owner", "lead_section", "nature", "deadline_text", "due_on", "next_review_on",
    "next_report_on", "disclosure_basis", "disclosure_reason", "disclosure_approver",
)  # fmt: skip


class BulkForm(forms.Form):
    """One value for all chosen measures; people and sections are those of the bureau, in order."""

    status = forms.ChoiceField(
        label="完成状态", required=False, choices=[UNCHANGED, *Status.choices]
    )
    completed_on = ChineseDateField(
        label="完成时间", required=False, latest_today=True,
        help_text="改为“已完成”时填写，不填按今天；原已完成的不变。",
    )  # fmt: skip
    nature = forms.ChoiceField(
        label="整改类型", required=False, choices=[UNCHANGED, *Nature.choices]
    )
    deadline_text = CleanTextField(
        label="整改时限", required=False, max_length=100, help_text="文字，如“2024年6月30日前”。"
    )
    due_on = ChineseDateField(
        label="到期日", required=False, help_text="据此计算超期；时限文字就是日期的可不填。"
    )
    next_review_on = ChineseDateField(label="下次复核", required=False)
    next_report_on = ChineseDateField(
        label="下次报送", required=False, help_text="这一天之前不列入每周未报。"
    )
    support_way = forms.ChoiceField(
        label="配合科室的改法",
        required=False,
        choices=[(way.value, way.label) for way in SupportWay],
    )
    disclosure = forms.ChoiceField(
        label="公开范围", required=False,
        choices=[UNCHANGED, (INHERIT, "随上级"), *Disclosure.choices],
    )  # fmt: skip
    disclosure_basis = CleanTextField(label="不公开依据", required=False, max_length=200)
    disclosure_reason = CleanTextField(label="不公开理由", required=False, max_length=200)
    clear = forms.MultipleChoiceField(
        label="清空以下项目", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(name, word) for name, (word, _) in CLEARABLE.items()],
    )  # fmt: skip
    reason = CleanTextField(label="理由", required=False, max_length=500, rows=2)

    def __init__(self, data: Any = None, *, organization: Organization, frozen: bool) -> None:
        super().__init__(data)
        self.frozen = frozen
        people = User.objects.of_organization(organization).order_by("sort_order", "pk")
        sections = Section.objects.filter(
            organization=organization, archived_at__isnull=True
        ).order_by("sort_order", "pk")
        for name, label in (("leader", "责任领导"), ("owner", "责任人"),
                            ("disclosure_approver", "批准人")):  # fmt: skip
            self.fields[name] = _one(label, people)
        self.fields["lead_section"] = _one("牵头科室", sections)
        self.fields["support_sections"] = forms.ModelMultipleChoiceField(
            sections, label="配合科室", required=False, to_field_name="public_id",
            widget=forms.CheckboxSelectMultiple, error_messages=_FOREIGN,
        )  # fmt: skip
        self.fields["reason"].help_text = "退回状态须写明。"
        if frozen:
            self.fields[
                "reason"
            ].help_text = (
                "退回状态须写明；整改方案已审定，改动责任、时限或类型属于措施调整，也须写明。"
            )
            self.fields["decided_by_name"] = CleanTextField(
                label="签批人或会议", required=False, max_length=60,
                help_text="在纸质材料上同意这次调整的人，或作出决定的会议。",
            )  # fmt: skip
            self.fields["decided_on"] = ChineseDateField(
                label="签批日期", required=False, latest_today=True
            )
            self.fields["meeting"] = CleanTextField(
                label="党组会议", required=False, max_length=100,
                help_text="党组会议决定的，填写会议名称。",
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in cleaned.get("clear", ()):
            if cleaned.get(name):
                self.add_error(name, "已在下面勾选清空，不能同时填写。请去掉一处。")
        if cleaned.get("completed_on") and cleaned.get("status") != Status.COMPLETED:
            self.add_error("completed_on", "完成状态选“已完成”时才填写完成时间。")
        self._clean_deadline(cleaned)
        self._clean_sections(cleaned)
        kept = cleaned.get("disclosure") in (Disclosure.PARTY_ONLY, Disclosure.WITHHELD)
        if kept and not cleaned.get("disclosure_reason"):
            self.add_error("disclosure_reason", "不向社会公开须写明理由。")
        if self.frozen and self._chosen(cleaned) & PLAN_FIELDS:
            for name, words in (
                ("reason", "整改方案已审定：这次修改属于措施调整，请写明理由。"),
                ("decided_by_name", "请填写同意这次调整的签批人或会议。"),
                ("decided_on", "请填写签批日期。"),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, words)
        if not self.errors and not self._chosen(cleaned) and not cleaned.get("status"):
            self.add_error(None, "请至少选择或填写一项要修改的内容。")
        return cleaned

    def wanted(self) -> Wanted:
        """What `domain.bulk` takes, from a valid form."""
        cleaned = self.cleaned_data
        columns = {name: cleaned[name] for name in _COLUMNS if cleaned.get(name)}
        if cleaned["disclosure"]:
            kept = "" if cleaned["disclosure"] == INHERIT else cleaned["disclosure"]
            columns["disclosure"] = kept
        supports = list(cleaned["support_sections"]) or None
        way = SupportWay(cleaned["support_way"] or SupportWay.ADD)
        for name in cleaned["clear"]:
            if name == "support_sections":
                supports, way = [], SupportWay.REPLACE
            else:
                columns[name] = CLEARABLE[name][1]
        return Wanted(
            columns=columns, supports=supports, support_way=way, status=cleaned["status"],
            completed_on=cleaned["completed_on"], reason=cleaned["reason"], paper=self._paper(),
        )  # fmt: skip

    def _paper(self) -> Paper | None:
        cleaned = self.cleaned_data
        if not self.frozen or not cleaned["decided_by_name"] or not cleaned["decided_on"]:
            return None
        return Paper(cleaned["decided_by_name"], cleaned["decided_on"], meeting=cleaned["meeting"])

    def _chosen(self, cleaned: dict[str, Any]) -> set[str]:
        """Columns and lists that something is to happen to."""
        named = {
            name for name in (*_COLUMNS, "disclosure", "support_sections") if cleaned.get(name)
        }
        return named | set(cleaned.get("clear", ()))

    def _clean_deadline(self, cleaned: dict[str, Any]) -> None:
        """The text of a deadline and its day are one thing: who changes one says the other."""
        text, clearing = cleaned.get("deadline_text"), "due_on" in cleaned.get("clear", ())
        if {"deadline_text", "due_on"} & set(self.errors):
            return
        if text and not cleaned.get("due_on") and not clearing:
            cleaned["due_on"] = _day_in(text)
            if cleaned["due_on"] is None:
                self.add_error(
                    "due_on",
                    "从时限文字看不出是哪一天，请填写到期日；没有具体日期的，请在下面勾选清空“到期日”。",
                )
        elif not text and (cleaned.get("due_on") or clearing):
            self.add_error("deadline_text", "改动到期日，请一并填写整改时限的文字。")

    def _clean_sections(self, cleaned: dict[str, Any]) -> None:
        lead, chosen = cleaned.get("lead_section"), list(cleaned.get("support_sections") or ())
        if lead in chosen and cleaned.get("support_way") != SupportWay.REMOVE:
            self.add_error("support_sections", "牵头科室不必再列为配合科室，请取消勾选。")


_FOREIGN = {
    "invalid_choice": "所选项不属于本单位，请重新选择。",
    "invalid_pk_value": "所选项不属于本单位，请重新选择。",
}


def _one(label: str, rows: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        rows, label=label, required=False, to_field_name="public_id", empty_label=UNCHANGED[1],
        error_messages=_FOREIGN,
    )  # fmt: skip


def _day_in(deadline: str) -> date | None:
    """The day of a deadline that is nothing but a day, with or without 前."""
    try:
        return parse_date(deadline.strip().removesuffix("前").removesuffix("之"))
    except ChineseDateError:
        return None
