"""What people fill in to give, record and answer a 批示, to return an entry, to join measures."""

from __future__ import annotations

from typing import Any

from django import forms

from measures.domain.instructions import Addressed, Given
from measures.enums import InstructionKind
from measures.models import Instruction, Measure, ProgressEntry, SameMeasure
from rectify.accounts.enums import Role
from rectify.accounts.models import Organization, Section, User
from rectify.form_fields import (
    ChineseDateField,
    ChineseForm,
    CleanTextField,
    VersionField,
    text_column,
)

_GIVERS = (Role.SECRETARY, Role.LEADER, Role.PARTY_GROUP)


class InstructionForm(ChineseForm):
    """批示 by the secretary. Without a measure it goes to sections, one row each."""

    sections = forms.ModelMultipleChoiceField(
        Section.objects.none(), label="送办科室", to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple, help_text="可以多选；每个科室各有一条，分别答复。",
        error_messages={
            "required": "请至少选择一个科室。",
            "invalid_choice": "所选科室不属于本单位，请重新选择。",
            "invalid_pk_value": "所选科室不属于本单位，请重新选择。",
        },
    )  # fmt: skip
    text = CleanTextField(label="批示内容", rows=4, max_length=5000)
    due_on = ChineseDateField(
        label="办理时限", required=False, help_text="到期仍未答复的标为超期。"
    )

    def __init__(
        self, data: Any = None, *, organization: Organization, measure: Measure | None = None
    ) -> None:
        super().__init__(data)
        self.measure = measure
        if measure is not None:
            del self.fields["sections"]
        else:
            sections = self.fields["sections"]
            assert isinstance(sections, forms.ModelMultipleChoiceField)  # noqa: S101 - narrows
            sections.queryset = Section.objects.filter(
                organization=organization, archived_at__isnull=True
            ).order_by("sort_order", "pk")
            sections.error_messages["required"] = "请至少选择一个科室。"

    def to(self) -> Addressed:
        return Addressed(self.measure, list(self.cleaned_data.get("sections") or ()))


class RecordForm(InstructionForm):
    """代录 a 批示 on paper or an 议定事项 of a meeting."""

    kind = forms.ChoiceField(
        label="种类", choices=InstructionKind.choices, initial=InstructionKind.INSTRUCTION.value
    )
    given_by = forms.ModelChoiceField(
        User.objects.none(), label="批示人", required=False, to_field_name="public_id",
        empty_label="未指定",
        error_messages={
            "invalid_choice": "所选的人不属于本单位，请重新选择。",
            "invalid_pk_value": "所选的人不属于本单位，请重新选择。",
        },
    )  # fmt: skip
    given_by_name = CleanTextField(
        label="批示人姓名或会议", required=False, max_length=60,
        help_text="名单中没有的，或由会议议定的，在这里填写，如“党组会议”。",
    )  # fmt: skip
    given_on = ChineseDateField(label="批示日期", latest_today=True)
    occasion = CleanTextField(
        label="场合", required=False, max_length=100,
        help_text="如“党组会议2021年第4次会议”“阅周报时批示”。",
    )  # fmt: skip
    field_order = (
        "kind", "given_by", "given_by_name", "given_on", "occasion", "sections", "text", "due_on",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, organization: Organization, measure: Measure | None = None
    ) -> None:
        super().__init__(data, organization=organization, measure=measure)
        givers = self.fields["given_by"]
        assert isinstance(givers, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        givers.queryset = User.objects.filter(
            is_active=True, memberships__organization=organization,
            memberships__ended_at__isnull=True, memberships__role__in=_GIVERS,
        ).distinct().order_by("sort_order", "pk")  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("given_by") and cleaned.get("given_by_name"):
            self.add_error("given_by_name", "已在名单中选择批示人，请清空这一栏。")
        return cleaned

    def given(self) -> Given:
        cleaned = self.cleaned_data
        return Given(
            on=cleaned["given_on"], kind=InstructionKind(cleaned["kind"]), by=cleaned["given_by"],
            by_name=cleaned["given_by_name"], occasion=cleaned["occasion"],
        )  # fmt: skip


class ReplyForm(ChineseForm):
    """办理情况 of a 批示."""

    version = VersionField()
    reply = CleanTextField(
        label="办理情况", rows=5, max_length=5000, help_text="写明做了什么、什么时候、结果如何。"
    )

    def __init__(self, data: Any = None, *, instruction: Instruction) -> None:
        super().__init__(data, initial={"version": instruction.version, "reply": instruction.reply})


class ReturnForm(ChineseForm):
    """退回修改 of a weekly entry, with the reason."""

    version = VersionField()
    return_reason = text_column(
        ProgressEntry, "return_reason", rows=3, help_text="写明要补充或改正什么，科室按此修改。"
    )

    def __init__(self, data: Any = None, *, entry: ProgressEntry) -> None:
        super().__init__(data, initial={"version": entry.version})
        self.fields["return_reason"].required = True


class TwinsForm(ChineseForm):
    """The measures that are the same as the one at hand, and why."""

    measures: Any = forms.ModelMultipleChoiceField(
        Measure.objects.none(), label="措施", to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "所选措施不能关联，请从列出的措施中选择。",
            "invalid_pk_value": "所选措施不能关联，请从列出的措施中选择。",
        },
    )  # fmt: skip
    reason = text_column(SameMeasure, "reason", help_text="写明为什么是同一措施，记入办理记录。")

    def __init__(self, data: Any = None, *, measures: Any) -> None:
        super().__init__(data)
        field = self.fields["measures"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - narrows the type
        field.queryset = measures
        field.error_messages["required"] = "请至少选择一条与它相同的措施。"
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "请写明为什么是同一措施。"


class LeaveForm(ChineseForm):
    """Why a measure is no longer the same as others."""

    reason = CleanTextField(label="理由", rows=2, max_length=200)
