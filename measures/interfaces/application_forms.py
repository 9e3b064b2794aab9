"""What people fill in to ask for a close-out or an extension, to decide, and to reopen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from measures.domain.applications import inspection_of
from measures.domain.paper import Paper, Scan
from measures.enums import ApplicationState, Verdict
from measures.interfaces.uploads import ACCEPT, check_upload, clean_name, limit_words
from measures.models import Adjustment, ClosureApplication, Extension, Measure
from rectify.accounts.enums import Role
from rectify.accounts.models import Organization, User
from rectify.form_fields import ChineseDateField, ChineseForm, CleanTextField, VersionField
from rectify.lib.chinese_dates import format_date

_SIGNERS = (Role.LEADER, Role.SECRETARY, Role.PARTY_GROUP)
_PAPER_FIELDS = ("decided_by", "decided_by_name", "decided_on", "meeting", "scan")


def _reason(label: str, *, required: bool, rows: int = 4, help_text: str = "") -> CleanTextField:
    return CleanTextField(
        label=label, required=required, max_length=2000, rows=rows, help_text=help_text
    )


class ClosureForm(ChineseForm):
    """申请销号: what the reviewers should know besides the result and the files."""

    reason = _reason(
        "申请说明", required=False, help_text="整改情况和佐证材料已在措施中，不必重抄。"
    )


class ExtensionForm(ChineseForm):
    """申请延期, or 转为长期坚持, or both."""

    new_due_on = ChineseDateField(label="新的到期日", required=False)
    new_deadline_text = CleanTextField(
        label="新的整改时限", required=False, max_length=100,
        help_text="按拟批准的说法填写，如“2021年9月底前”；不填按新的到期日。",
    )  # fmt: skip
    long_term = forms.BooleanField(label="转为长期坚持", required=False)
    stage_goal = CleanTextField(
        label="阶段目标", required=False, max_length=2000, rows=2,
        help_text="转为长期坚持的必须填写：下次复核前做到什么程度。",
    )  # fmt: skip
    next_review_on = ChineseDateField(
        label="下次复核", required=False, help_text="转为长期坚持的必须填写。"
    )
    reason = _reason("理由", required=True)

    def __init__(self, data: Any = None, *, measure: Measure) -> None:
        super().__init__(data)
        if measure.due_on is not None:
            day = format_date(measure.due_on)
            self.fields["new_due_on"].help_text = f"须晚于现在的到期日（{day}）。"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("long_term"):
            if not cleaned.get("stage_goal") and "stage_goal" in cleaned:
                self.add_error("stage_goal", "转为长期坚持须写明阶段目标。")
            if not cleaned.get("next_review_on") and "next_review_on" in cleaned:
                self.add_error("next_review_on", "转为长期坚持须填写下次复核日期。")
        elif not cleaned.get("new_due_on") and "new_due_on" in cleaned:
            self.add_error("new_due_on", "请填写新的到期日，或勾选转为长期坚持。")
        return cleaned


class PaperForm(ChineseForm):
    """What a signed paper says: who, when, in which meeting, and its scan.

    `refused` is the clean name of a scan that was not let in and the code of the rule.
    """

    refused: tuple[str, str] | None = None
    decided_by = forms.ModelChoiceField(
        User.objects.none(), label="签批人", required=False, to_field_name="public_id",
        empty_label="未指定",
    )  # fmt: skip
    decided_by_name = CleanTextField(
        label="签批人姓名", required=False, max_length=60, help_text="名单中没有的，在这里填写。"
    )
    decided_on = ChineseDateField(label="签批日期", required=False, latest_today=True)
    meeting = CleanTextField(
        label="会议", required=False, max_length=100,
        help_text="会议决定的，填写会议名称，如“党组会议2021年第4次会议”。",
    )  # fmt: skip
    scan = forms.FileField(
        label="扫描件", required=False, max_length=None, allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, files: Any = None, *, organization: Organization, **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        signers = self.fields["decided_by"]
        assert isinstance(signers, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        signers.queryset = User.objects.filter(
            is_active=True, memberships__organization=organization,
            memberships__ended_at__isnull=True, memberships__role__in=_SIGNERS,
        ).distinct().order_by("sort_order", "pk")  # fmt: skip
        signers.error_messages["invalid_pk_value"] = signers.error_messages["invalid_choice"]
        self.fields["scan"].help_text = limit_words()

    def clean_scan(self) -> Scan | None:
        upload = self.cleaned_data["scan"]
        if upload is None:
            return None
        try:
            checked = check_upload(upload)
        except ValidationError as error:
            self.refused = (clean_name(upload.name), str(error.code))
            raise
        return Scan(file=checked.file, name=checked.name, size=checked.size)

    def check_paper(self) -> None:
        """What only the form can see; the rest is the domain's to refuse."""
        cleaned = self.cleaned_data
        if cleaned.get("decided_by") and cleaned.get("decided_by_name"):
            self.add_error("decided_by_name", "已在名单中选择签批人，请清空这一栏。")
        if not cleaned.get("decided_on") and "decided_on" in cleaned:
            self.add_error("decided_on", "请填写签批日期。")

    def as_paper(self) -> Paper:
        cleaned = self.cleaned_data
        return Paper(
            decided_by_name=cleaned["decided_by_name"],
            decided_on=cleaned["decided_on"],
            decided_by=cleaned["decided_by"],
            meeting=cleaned["meeting"],
            upload=cleaned["scan"],
        )


class DecisionForm(PaperForm):
    """同意 or 退回. With `records_paper` also what was signed elsewhere; `only_paper` where the
    person may not decide themselves."""

    version = VersionField()
    verdict = forms.ChoiceField(
        label="结论", choices=Verdict.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或退回。"},
    )  # fmt: skip
    comment = _reason("意见", required=False, rows=3, help_text="退回须写明哪里需要补正。")
    paper = forms.BooleanField(label="代录纸质签批或会议决定", required=False)
    field_order = ("version", "verdict", "comment", "paper", *_PAPER_FIELDS)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        application: ClosureApplication | Extension | Adjustment,
        records_paper: bool,
        only_paper: bool = False,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.only_paper = only_paper or application.state == ApplicationState.PARTY_GROUP
        started = {"paper": self.only_paper, **(initial or {}), "version": application.version}
        super().__init__(
            data, files, organization=inspection_of(application).organization, initial=started,
            **kwargs,
        )  # fmt: skip
        self.fields["verdict"].error_messages["required"] = "请选择同意或退回。"
        if not records_paper:
            for name in ("paper", *_PAPER_FIELDS):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "paper" not in self.fields:
            return cleaned
        if self.on_paper:
            self.check_paper()
        elif any(cleaned.get(name) for name in _PAPER_FIELDS):
            self.add_error(
                "paper", "填写了签批信息：请勾选这一项，或清空签批人、日期、会议和扫描件。"
            )
        return cleaned

    @property
    def on_paper(self) -> bool:
        return "paper" in self.fields and (self.only_paper or bool(self.cleaned_data.get("paper")))

    def signed(self) -> Paper | None:
        """The paper that is recorded, None where the person decides here and now."""
        return self.as_paper() if self.on_paper else None


class ReopenForm(PaperForm):
    """重新启动 a closed measure, as decided on paper or in a meeting."""

    version = VersionField()
    reason = _reason("理由", required=True, help_text="写明为什么重新启动，如“问题反弹”。")
    field_order = ("version", "reason", *_PAPER_FIELDS)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_paper()
        return cleaned


class SeenForm(ChineseForm):
    """A button that needs nothing but the version that was on the page."""

    version = VersionField()
