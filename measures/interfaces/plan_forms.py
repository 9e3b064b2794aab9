"""Approving the plan, adjusting what it says, and how an adjustment is decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from measures.domain.plan_edits import Asked
from measures.enums import Nature
from measures.interfaces.application_forms import PaperForm
from measures.models import Measure, PlanBaseline
from rectify.accounts.models import Organization, User
from rectify.form_fields import (
    ChineseDateField,
    ChineseForm,
    CleanTextField,
    VersionField,
    text_column,
)
from rectify.lib.chinese_dates import ChineseDateError, parse_date

PROPOSE, PAPER = "propose", "paper"
# What a lead section may ask to be changed: what is to be done and until when, not who leads it.
ADJUSTABLE = ("text", "goal", "nature", "deadline_text", "due_on", "owner")
LONGEST_REASON = 500
PAPER_FIELDS = ("decided_by", "decided_by_name", "decided_on", "meeting", "scan")
# Fields that say how a change is decided, not what it is.
DECISION_FIELDS = ("reason", "way", *PAPER_FIELDS)


class PlanForm(ChineseForm):
    """审定: the meeting that approved the plan, and its day."""

    meeting = text_column(
        PlanBaseline, "meeting", help_text="填写会议全称，如“党组会议2021年第4次会议”。"
    )
    approved_on = ChineseDateField(label="审定日期", latest_today=True)


class DecidedForm(PaperForm):
    """A form whose saving may be an adjustment: reason, and who decides or which paper has.

    An unapproved plan needs none of these fields, so they go where `decided` is false.
    """

    reason = CleanTextField(label="调整理由", required=False, max_length=LONGEST_REASON, rows=2)
    way = forms.ChoiceField(
        label="审定方式", required=False, initial=PROPOSE, widget=forms.RadioSelect,
        choices=[(PROPOSE, "报责任领导审定，审定后生效"),
                 (PAPER, "登记已作出的决定，保存即生效")],
    )  # fmt: skip

    def __init__(
        self, data: Any = None, files: Any = None, *, organization: Organization, decided: bool,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, files, organization=organization, **kwargs)
        self.decided = decided
        if not decided:
            for name in DECISION_FIELDS:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.decided:
            return cleaned
        if cleaned.get("way") == PAPER:
            self.check_paper()
        elif any(cleaned.get(name) for name in PAPER_FIELDS):
            self.add_error(
                "way",
                "填写了签批信息：请选择“登记已作出的决定”，或清空签批人、日期、会议和扫描件。",
            )
        return cleaned

    def asked(self) -> Asked:
        """What `domain.plan_edits` takes."""
        way = self.cleaned_data.get("way", "")
        return Asked(
            reason=str(self.cleaned_data.get("reason", "")),
            propose=way == PROPOSE,
            paper=self.as_paper() if way == PAPER else None,
        )


class RemovalForm(DecidedForm):
    """取消措施: the reason always; who decides once the plan is approved.

    `may_record`: the office; a section can only propose.
    """

    version = VersionField()

    def __init__(
        self, data: Any, files: Any, *, measure: Measure, frozen: bool, may_record: bool
    ) -> None:
        super().__init__(
            data, files, organization=measure.inspection.organization,
            decided=frozen and may_record, initial={"version": measure.version},
        )  # fmt: skip
        self.proposes = frozen and not may_record
        self.fields["reason"] = CleanTextField(
            label="取消理由", rows=3, max_length=LONGEST_REASON,
            error_messages={"required": "请写明取消这条措施的理由。"},
        )  # fmt: skip
        self.order_fields(("version", *DECISION_FIELDS))

    def asked(self) -> Asked:
        if self.proposes:
            return Asked(reason=self.cleaned_data["reason"], propose=True)
        return super().asked()


class AdjustForm(ChineseForm):
    """措施调整 proposed by the section that leads the measure."""

    version = VersionField()
    text = text_column(Measure, "text", rows=4)
    goal = text_column(Measure, "goal", rows=2)
    nature = forms.ChoiceField(label="整改类型", choices=Nature.choices)
    deadline_text = text_column(Measure, "deadline_text", help_text="如“2021年5月底前”“长期坚持”。")
    due_on = ChineseDateField(label="到期日", required=False, help_text="据此计算临期和超期。")
    reason = CleanTextField(
        label="调整理由", rows=3, max_length=LONGEST_REASON,
        help_text="写明为什么要调整，供办公室初审和责任领导审定。",
    )  # fmt: skip

    def __init__(self, data: Any, *, measure: Measure, initial: dict[str, Any]) -> None:
        super().__init__(data, initial={**initial, "version": measure.version})
        people = User.objects.of_organization(measure.organization).order_by("sort_order", "pk")
        self.fields["owner"] = forms.ModelChoiceField(
            people, label="责任人", required=False, to_field_name="public_id",
            empty_label="未指定",
            error_messages={"invalid_choice": "所选项不属于本单位，请重新选择。"},
        )  # fmt: skip
        self.order_fields(("version", *ADJUSTABLE, "reason"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("due_on") is None and "due_on" in cleaned:
            cleaned["due_on"] = day_in(cleaned.get("deadline_text", ""))
        return cleaned


def values_of(measure: Measure) -> dict[str, Any]:
    """What a section may ask to be changed, as it stands."""
    return {name: getattr(measure, name) for name in ADJUSTABLE}


def day_in(deadline: str) -> date | None:
    """The day of a deadline that is nothing but a day, with or without 前."""
    try:
        return parse_date(deadline.strip().removesuffix("前").removesuffix("之"))
    except ChineseDateError:
        return None
