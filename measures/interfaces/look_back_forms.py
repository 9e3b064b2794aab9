"""What the discipline group fills in: a draw, a directed pick, a check and its issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from measures.enums import LookBackMethod, LookBackVerdict, SampleFrame
from measures.interfaces.uploads import (
    ACCEPT,
    CheckedFile,
    check_upload,
    clean_name,
    limit_words,
)
from measures.models import LookBack, Measure
from measures.models.measure import MeasureQuerySet
from rectify.form_fields import ChineseDateField, ChineseForm, CleanTextField, VersionField

LONGEST = 20000
# A measure in a list of choices is told by its beginning.
LONGEST_CHOICE = 60


class DrawForm(ChineseForm):
    """How many, and of what. The seed is no field: the system fixes it."""

    frame = forms.ChoiceField(
        label="抽样范围", choices=SampleFrame.choices, initial=SampleFrame.CLOSED.value,
        help_text="“已完成的措施”包括已销号的。正在核查的不再抽取。",
    )  # fmt: skip
    size = forms.IntegerField(label="抽取数", min_value=1, initial=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["size"].error_messages.update(
            invalid="抽取数请填整数，如 5。", min_value="至少抽取1条。"
        )


if TYPE_CHECKING:
    OfMeasures = forms.ModelChoiceField[Measure]
else:
    OfMeasures = forms.ModelChoiceField


class MeasureChoice(OfMeasures):
    """A measure by its section and the beginning of its text."""

    def label_from_instance(self, obj: Measure) -> str:
        text = str(obj.text).replace("\n", " ")
        short = text if len(text) <= LONGEST_CHOICE else f"{text[:LONGEST_CHOICE]}…"
        return f"{obj.lead_section_name}　{short}" if obj.lead_section_name else short


class PickForm(ChineseForm):
    """One measure that the group chose, and why."""

    reason = CleanTextField(
        label="选取理由", max_length=200, rows=2,
        help_text="出具结论后随核查一并公开，请写明为什么核查这一条。",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, measures: MeasureQuerySet, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["measure"] = MeasureChoice(
            measures, label="措施", to_field_name="public_id", empty_label="请选择",
            error_messages={
                "required": "请选择措施。",
                "invalid_choice": "所选的措施不能核查：请选择本次巡察中已完成、未在核查的。",
            },
        )  # fmt: skip
        self.order_fields(["measure", "reason"])


class CheckForm(ChineseForm):
    """What was found so far."""

    version = VersionField()
    method = forms.ChoiceField(
        label="核查方式", required=False, choices=[("", "请选择"), *LookBackMethod.choices]
    )
    checked_on = ChineseDateField(label="核查日期", required=False, latest_today=True)
    finding = CleanTextField(
        label="核查情况", required=False, max_length=LONGEST, rows=6,
        help_text="出具结论后随措施公开：看了什么、问了谁、与填报是否一致。",
    )  # fmt: skip
    private_notes = CleanTextField(
        label="工作记录", required=False, max_length=LONGEST, rows=4,
        help_text="只有纪检监察组看得到，出具结论后也不公开。",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, check: LookBack, earliest: str = "") -> None:
        names = ("version", "method", "checked_on", "finding", "private_notes")
        super().__init__(data, initial={name: getattr(check, name) for name in names})
        self.fields["checked_on"].help_text = earliest


class IssueForm(ChineseForm):
    """The verdict, for ever."""

    version = VersionField()
    verdict = forms.ChoiceField(
        label="结论", widget=forms.RadioSelect,
        choices=[(one.value, one.label)
                 for one in (LookBackVerdict.CONFIRMED, LookBackVerdict.DENIED)],
    )  # fmt: skip
    finding = CleanTextField(
        label="核查情况", required=False, max_length=LONGEST, rows=6,
        help_text="不属实的必须写明：哪里与填报不符。",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, check: LookBack) -> None:
        super().__init__(data, initial={"version": check.version, "finding": check.finding})


class CheckFileForm(ChineseForm):
    """One file of the group's own. `refused`: the clean name of a file that was not let in and the
    code of the rule."""

    refused: tuple[str, str] | None = None
    file = forms.FileField(
        label="文件", max_length=None,
        allow_empty_file=True,  # the check below says it in better words
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = limit_words()
        for code in ("required", "missing"):
            self.fields["file"].error_messages[code] = "请选择要上传的文件。"

    def clean_file(self) -> CheckedFile:
        upload = self.cleaned_data["file"]
        try:
            return check_upload(upload)
        except ValidationError as error:
            self.refused = (clean_name(upload.name), str(error.code))
            raise
