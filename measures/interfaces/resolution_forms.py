"""What the office types when it records a decision of the party group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from measures.domain.paper import Scan
from measures.interfaces.uploads import ACCEPT, check_upload, limit_words
from measures.models import ClosureApplication
from rectify.form_fields import ChineseDateField, ChineseForm, CleanTextField

# The field is generic for the type checker alone.
if TYPE_CHECKING:
    _ClosuresField = forms.ModelMultipleChoiceField[Any]
else:
    _ClosuresField = forms.ModelMultipleChoiceField

STALE = "页面已过期，请刷新后重新勾选。"
FOREIGN = "所选申请不全属于本次巡察，没有登记任何一项。请刷新后重新勾选。"


class ResolutionForm(ChineseForm):
    """The chosen close-outs, each with the version that was on the page, and the meeting.

    `versions` holds "public id:version" of every application that was listed.
    """

    closures = _ClosuresField(
        label="同意销号的措施", queryset=ClosureApplication.objects.none(),
        to_field_name="public_id",
        error_messages={"invalid_pk_value": FOREIGN},
    )  # fmt: skip
    versions = forms.Field(label="版本", required=False, widget=forms.MultipleHiddenInput)
    meeting = CleanTextField(
        label="党组会议", max_length=100, help_text="如“党组会议2021年第9次会议”。"
    )
    decided_on = ChineseDateField(label="会议日期", latest_today=True)
    scan = forms.FileField(
        label="会议纪要扫描件", required=False, max_length=None, allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )  # fmt: skip

    def __init__(self, *args: Any, closures: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["closures"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - narrows the type
        field.queryset = closures
        field.error_messages |= {
            "required": "请勾选党组会议同意销号的措施。", "invalid_choice": FOREIGN
        }  # fmt: skip
        self.fields["scan"].help_text = limit_words()

    def clean_versions(self) -> dict[UUID, int]:
        seen = {}
        for pair in self.cleaned_data["versions"] or ():
            public_id, _, version = str(pair).partition(":")
            try:
                seen[UUID(public_id)] = int(version)
            except ValueError as error:
                raise ValidationError(STALE) from error
        return seen

    def clean_scan(self) -> Scan | None:
        upload = self.cleaned_data["scan"]
        if not upload:
            return None
        checked = check_upload(upload)
        return Scan(file=checked.file, name=checked.name, size=checked.size)

    def clean(self) -> None:
        seen = self.cleaned_data.get("versions", {})
        if any(one.public_id not in seen for one in self.cleaned_data.get("closures", ())):
            self.add_error(None, STALE)

    @property
    def chosen(self) -> list[tuple[ClosureApplication, int]]:
        """Each chosen application with the version that was seen."""
        seen = self.cleaned_data["versions"]
        return [(one, seen[one.public_id]) for one in self.cleaned_data["closures"]]

    @property
    def ticked(self) -> set[str]:
        """Public ids as they were posted, so that a page shown again keeps them."""
        return {str(one) for one in self["closures"].value() or ()}
