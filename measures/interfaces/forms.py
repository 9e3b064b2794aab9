"""What people fill in about one measure: report, weekly progress, the plan's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from issues.enums import Disclosure
from measures.enums import Nature, Status
from measures.interfaces.plan_forms import DECISION_FIELDS, DecidedForm, day_in
from measures.models import Measure, ProgressEntry
from measures.rules import Transition
from rectify.accounts.models import Organization, Section, User
from rectify.form_fields import ChineseDateField, CleanTextField, VersionField
from rectify.lib.weeks import week_label

_SEEN = re.compile(r"([0-9a-f]{32}):([0-9]{1,9})", re.ASCII)


def _text(label: str, **kwargs: Any) -> CleanTextField:
    """An optional text unless `required` says otherwise."""
    return CleanTextField(label=label, **{"required": False, "max_length": 20000, **kwargs})


class StatusForm(forms.Form):
    """The one-field form of a ledger row."""

    version = VersionField()
    status = forms.ChoiceField(label="完成状态", choices=Status.choices)
    reason = _text("理由", max_length=500)
    undo = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ReportForm(forms.Form):
    """填报状态和整改情况. Choices are the present status and the steps open to the person."""

    version = VersionField()
    status = forms.ChoiceField(label="完成状态")
    completed_on = ChineseDateField(
        label="完成时间", required=False, latest_today=True,
        help_text="仅“已完成”填写，不填按今天",
    )  # fmt: skip
    result_text = _text(
        "整改情况", rows=7, help_text="写已经做了什么、取得什么成效；通报即印这段文字。"
    )
    next_step = _text("下一步措施", rows=3)
    reason = _text("退回理由", rows=2, max_length=500)

    def __init__(
        self,
        data: Any = None,
        *,
        measure: Measure,
        steps: Iterable[Transition],
        wanted: str = "",
    ) -> None:
        steps = list(steps)
        offered = [Status(measure.status), *(step.target for step in steps)]
        super().__init__(
            data,
            initial={
                "version": measure.version,
                "status": wanted if wanted in {str(one) for one in offered} else measure.status,
                "completed_on": measure.completed_on,
                "result_text": measure.result_text,
                "next_step": measure.next_step,
            },
        )
        self.measure = measure
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)  # noqa: S101 - narrows the type
        status.choices = [(one.value, one.label) for one in offered]
        status.error_messages["invalid_choice"] = "现在不能改为这个状态，请从列出的状态中选择。"
        back = [step.target.label for step in steps if step.needs_reason]
        if back:
            self.fields["reason"].help_text = f"改为{_either(back)}时须写明。"
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        day = cleaned.get("completed_on")
        if cleaned.get("status") != Status.COMPLETED and day not in (
            None,
            self.measure.completed_on,
        ):
            self.add_error("completed_on", "状态为“已完成”时才填写完成时间。")
        return cleaned

    def values(self) -> dict[str, Any]:
        """What `domain.reporting.report` takes."""
        names = ("status", "result_text", "next_step", "completed_on")
        return {name: self.cleaned_data[name] for name in names}


class ProgressForm(forms.Form):
    """本周进展. `seen_week` and `version` say which entry the person had before their eyes."""

    week_start = forms.TypedChoiceField(label="填报周次", coerce=date.fromisoformat)
    text = _text("进展情况", rows=5)
    difficulty = _text("存在困难、需协调事项", rows=2, help_text="填写后会告知责任领导。")
    no_change = forms.BooleanField(label="本周无变化", required=False)
    seen_week = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)
    version = VersionField(
        # The page holds another form's version, and an id may stand there once.
        widget=forms.HiddenInput(attrs={"id": "id_entry_version"}),
        required=False,
    )
    # The entries of the same week in the twins (同一措施) that were on the page, with versions.
    twins = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def __init__(self, data: Any = None, *, weeks: Sequence[date], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = self.fields["week_start"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 - narrows the type
        choices.choices = [(week.isoformat(), week_label(week)) for week in weeks]
        choices.error_messages["invalid_choice"] = "这一周不能填报，请选择列出的周次。"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("no_change") and cleaned.get("text"):
            self.add_error(
                "no_change",
                "已写了进展情况，不能同时报“无变化”。请取消勾选后提交，或清空进展情况。",
            )
        elif not cleaned.get("no_change") and not cleaned.get("text") and "text" in cleaned:
            self.add_error("text", "请填写进展情况；没有变化的，请勾选“本周无变化”。")
        return cleaned

    @property
    def seen_version(self) -> int | None:
        """The version of the entry that was on the page, None where another week was chosen."""
        same = self.cleaned_data["seen_week"] == self.cleaned_data["week_start"].isoformat()
        version: int | None = self.cleaned_data["version"]
        return version if same else None

    @property
    def twins_seen(self) -> dict[UUID, int]:
        """The versions of the entries in the twins that were on the page, by public id."""
        if self.cleaned_data["seen_week"] != self.cleaned_data["week_start"].isoformat():
            return {}
        return {
            UUID(key): int(version)
            for key, version in _SEEN.findall(self.cleaned_data.get("twins", ""))
        }

    @staticmethod
    def packed(entries: Iterable[ProgressEntry]) -> str:
        """What the hidden field says of the entries in the twins."""
        return ",".join(f"{entry.public_id.hex}:{entry.version}" for entry in entries)


PLAN_FROZEN = "整改方案已审定：改动措施、目标、时限、类型或责任人属于措施调整，须写明理由并经审定。"


class MeasureForm(DecidedForm):
    """What the plan says of a measure. People and sections are those of one bureau, in order."""

    text = _text("整改措施", rows=4, required=True, max_length=20000,
                     error_messages={"required": "请填写整改措施。"})  # fmt: skip
    goal = _text("整改目标", rows=2)
    root_cause = _text("原因分析", rows=2)
    nature = forms.ChoiceField(
        label="整改类型", choices=Nature.choices, initial=Nature.TIME_LIMITED.value
    )
    deadline_text = _text(
        "整改时限", max_length=100, help_text="按方案原文填写，如“2021年5月底前”“长期坚持”。"
    )
    due_on = ChineseDateField(label="到期日", required=False, help_text="据此计算临期和超期。")
    stage_goal = _text("阶段目标", rows=2)
    recurrence = _text("频次", max_length=60, help_text="长期坚持的措施填写，如“每季度一次”。")
    next_review_on = ChineseDateField(label="下次复核", required=False)
    next_report_on = ChineseDateField(
        label="下次报送", required=False, help_text="这一天之前不列入每周未报。"
    )
    remark = _text("备注", rows=2)
    disclosure = forms.ChoiceField(
        label="公开范围", required=False, choices=[("", "随上级"), *Disclosure.choices]
    )
    disclosure_basis = _text("不公开依据", max_length=200)
    disclosure_reason = _text("不公开理由", max_length=200)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        organization: Organization,
        frozen: bool,
        measure: Measure | None = None,
    ) -> None:
        super().__init__(
            data, files, organization=organization, decided=frozen,
            initial=_initial(measure) if measure else None,
        )  # fmt: skip
        people = User.objects.of_organization(organization).order_by("sort_order", "pk")
        sections = Section.objects.filter(
            organization=organization, archived_at__isnull=True
        ).order_by("sort_order", "pk")
        for name, label in (("leader", "责任领导"), ("owner", "责任人"),
                            ("disclosure_approver", "批准人")):  # fmt: skip
            self.fields[name] = _one(label, people)
        self.fields["lead_section"] = _one("牵头科室", sections)
        self.fields["co_leaders"] = _many("共同责任领导", people)
        self.fields["support_sections"] = _many("配合科室", sections)
        if frozen:
            self.fields["reason"].help_text = PLAN_FROZEN
        if measure is not None:
            self.fields["version"] = VersionField()
            self.initial["version"] = measure.version
        # How a change is decided stands behind what it is.
        first = [name for name in self.fields if name not in DECISION_FIELDS]
        self.order_fields((*first, *DECISION_FIELDS))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kept = cleaned.get("disclosure") in (Disclosure.PARTY_ONLY, Disclosure.WITHHELD)
        if kept and not cleaned.get("disclosure_reason"):
            self.add_error("disclosure_reason", "不向社会公开须写明理由。")
        if cleaned.get("lead_section") in list(cleaned.get("support_sections") or ()):
            self.add_error("support_sections", "牵头科室不必再列为配合科室，请取消勾选。")
        if cleaned.get("leader") in list(cleaned.get("co_leaders") or ()):
            self.add_error("co_leaders", "责任领导不必再列为共同责任领导，请取消勾选。")
        if cleaned.get("due_on") is None and "due_on" in cleaned:
            cleaned["due_on"] = day_in(cleaned.get("deadline_text", ""))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Everything for a new measure, empty texts left out."""
        return {
            name: value if not hasattr(value, "all") else list(value)
            for name, value in self.cleaned_data.items()
            if name not in {"version", *DECISION_FIELDS}
        }

    def changed_values(self) -> dict[str, Any]:
        """Only what differs from the measure as it stands: somebody who has left since stays
        untouched until another is chosen."""
        changed = {*self.changed_data, "due_on"}
        return {name: value for name, value in self.values().items() if name in changed}


def _initial(measure: Measure) -> dict[str, Any]:
    names = (
        "text", "goal", "root_cause", "nature", "deadline_text", "due_on", "stage_goal",
        "recurrence", "next_review_on", "next_report_on", "remark", "disclosure",
        "disclosure_basis", "disclosure_reason", "leader", "owner", "disclosure_approver",
        "lead_section",
    )  # fmt: skip
    return {
        **{name: getattr(measure, name) for name in names},
        **listed(measure),
    }


def listed(measure: Measure) -> dict[str, list[User] | list[Section]]:
    """The fields of the form that are lists of their own, not columns of the measure."""
    return {
        "co_leaders": [row.user for row in measure.co_leads.select_related("user")],
        "support_sections": [row.section for row in measure.supports.select_related("section")],
    }


def _one(label: str, rows: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        rows, label=label, required=False, to_field_name="public_id", empty_label="未指定",
        error_messages={"invalid_choice": "所选项不属于本单位，请重新选择。"},
    )  # fmt: skip


def _many(label: str, rows: Any) -> forms.ModelMultipleChoiceField[Any]:
    return forms.ModelMultipleChoiceField(
        rows, label=label, required=False, to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "所选项不属于本单位，请重新选择。",
            "invalid_pk_value": "所选项不属于本单位，请重新选择。",
        },
    )  # fmt: skip


def _either(words: Sequence[str]) -> str:
    return "或".join(f"“{word}”" for word in words)
