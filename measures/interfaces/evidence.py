"""What people fill in about files: an upload, the measures that a file supports, its kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from measures.domain.evidence_uploads import Answer, Offered, guess_kind
from measures.enums import EvidenceKind
from measures.interfaces.uploads import ACCEPT, check_upload, clean_name, limit_words
from measures.models import Measure
from rectify.form_fields import CleanTextField, VersionField

# By the name of each file.
GUESS = "guess"
MOST_FILES = 20


class SeveralFilesInput(forms.ClearableFileInput):
    """A plain file input that takes more than one."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """All files that were chosen under one name."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        found = list(data) if isinstance(data, (list, tuple)) else [data]
        if len(found) > MOST_FILES:
            raise ValidationError(
                f"一次最多上传 {MOST_FILES} 个文件，您选了 {len(found)} 个。请分几次上传。"
            )
        return [super(SeveralFilesField, self).clean(one, initial) for one in found or [None]]


class EvidenceForm(forms.Form):
    """Files and what they are. Each is checked by extension and by content, by itself."""

    file = SeveralFilesField(
        label="文件",
        max_length=None,
        allow_empty_file=True,  # the check below says it in better words
        widget=SeveralFilesInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "请选择要上传的文件。", "missing": "请选择要上传的文件。"},
    )
    kind = forms.ChoiceField(
        label="种类",
        choices=[(GUESS, "按文件名判断"), *EvidenceKind.choices],
        initial=GUESS,
        error_messages={"invalid_choice": "请从列出的种类中选择。", "required": "请选择种类。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = int(settings.EVIDENCE_MAX_BYTES) >> 20
        self.fields[
            "file"
        ].help_text = f"可一次选多个（最多 {MOST_FILES} 个，合计不超过 {most} MB）。{limit_words()}"

    def offered(self) -> list[Offered]:
        """The files of a valid form, each with what its check said."""
        chosen = self.cleaned_data["kind"]
        return [_offered(upload, chosen) for upload in self.cleaned_data["file"]]

    def put_answers(self, answers: Sequence[Answer]) -> None:
        """Say beside the field which files were not taken and why."""
        for one in answers:
            if one.evidence is None:
                self.add_error("file", f"“{one.name}”没有上传：{one.why}")


class KindForm(forms.Form):
    """The kind of a stored file."""

    version = VersionField()
    kind = forms.ChoiceField(
        label="种类",
        choices=EvidenceKind.choices,
        error_messages={"invalid_choice": "请从列出的种类中选择。", "required": "请选择种类。"},
    )


class ReasonForm(forms.Form):
    """Why a file is taken from a measure."""

    reason = CleanTextField(
        label="理由", rows=2, max_length=500, error_messages={"required": "请填写理由。"}
    )


class ArchiveForm(ReasonForm):
    """Why a file is put aside."""

    version = VersionField()


class LinkForm(forms.Form):
    """The measures that a file shall support besides."""

    measures: Any = forms.ModelMultipleChoiceField(
        Measure.objects.none(),
        label="措施",
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选择一条措施。",
            "invalid_choice": "所选措施不存在，或不在您的查看范围内。请重新选择。",
            "invalid_pk_value": "所选措施不存在，或不在您的查看范围内。请重新选择。",
        },
    )

    def __init__(self, data: Any = None, *, measures: Any) -> None:
        super().__init__(data)
        field = self.fields["measures"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - narrows the type
        field.queryset = measures


class ListFilter(forms.Form):
    """What the list of an inspection's files shows; a value that means nothing is left out."""

    SHOW = (("", "在用的材料"), ("gaps", "没有材料的措施"), ("archived", "已归档的材料"))

    show = forms.ChoiceField(label="显示", choices=SHOW, required=False)
    kind = forms.ChoiceField(
        label="种类", choices=[("", "全部"), *EvidenceKind.choices], required=False
    )
    area = forms.ChoiceField(label="方面", required=False)

    def __init__(self, data: Any, *, areas: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = [("", "全部"), *areas]

    def chosen(self, name: str) -> str:
        """The value of one field, "" where there is none that means something."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


def _offered(upload: UploadedFile[Any], chosen: str) -> Offered:
    name = clean_name(upload.name or "")
    kind = guess_kind(name) if chosen == GUESS else EvidenceKind(chosen)
    try:
        checked = check_upload(upload)
    except ValidationError as error:
        return Offered(name, 0, kind, None, " ".join(error.messages), str(error.code))
    return Offered(checked.name, checked.size, kind, checked.file)
