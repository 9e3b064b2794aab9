"""What every form here types and refuses alike: clean texts, Chinese dates, the version, errors."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from rectify.audit.exceptions import NotAllowed, Refused
from rectify.lib.chinese_dates import ChineseDateError, format_date, parse_date
from rectify.lib.clean_text import clean_text
from rectify.lib.clock import today


class CleanTextField(forms.CharField):
    """Text without characters that no database or file can carry; line ends as LF; stripped.

    It is never cut. `rows` > 0 makes it a text area of that height.
    """

    default_error_messages = {"max_length": "最多 %(limit_value)d 个字，请精简。"}

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return clean_text(initial or "") != clean_text(data or "")


class ChineseDateField(forms.DateField):
    """A calendar day typed as 2021-05-12, 2021.5.12, 20210512 or 2021年5月12日, shown as the last.

    `latest_today` refuses days to come.
    """

    widget = forms.TextInput

    def __init__(self, *, latest_today: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latest_today = latest_today
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("placeholder", "如 2021.5.12")

    def prepare_value(self, value: Any) -> Any:
        return format_date(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        if not str(value).strip():
            return None
        try:
            return parse_date(str(value))
        except ChineseDateError as error:
            raise ValidationError(str(error)) from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.latest_today and value is not None and value > today():
            raise ValidationError("日期不能晚于今天。", code="future")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class VersionField(forms.IntegerField):
    """The version that was loaded; it comes back with the form and is the optimistic lock."""

    widget = forms.HiddenInput
    default_error_messages = {"required": "页面已过期，请刷新后重新填写。"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, **kwargs)


class ChineseForm(forms.Form):
    """A form whose errors say in Chinese what to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = field.label or name
            if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
                field.error_messages["required"] = f"请选择{label}。"
                field.error_messages["invalid_choice"] = f"所选的{label}已不可用，请重新选择。"
            elif not isinstance(field, VersionField):
                field.error_messages["required"] = f"请填写{label}。"

    def values(self) -> dict[str, Any]:
        """The cleaned columns, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def text_column(
    model: type[models.Model], name: str, *, rows: int = 0, help_text: str = ""
) -> CleanTextField:
    """A text field with the column's label and length; `rows` > 0 makes it a text area."""
    column: Any = model._meta.get_field(name)
    return CleanTextField(
        label=str(column.verbose_name),
        required=not column.blank,
        max_length=getattr(column, "max_length", None),
        rows=rows,
        help_text=help_text,
    )


def loaded(form: type[forms.Form], row: models.Model) -> dict[str, Any]:
    """A row's columns as the initial values of a form."""
    return {name: getattr(row, name) for name in form.base_fields if hasattr(row, name)}


def put_beside(form: forms.BaseForm, error: Refused | ValidationError) -> None:
    """Show why the domain refused beside the field that it names, or above the form.

    What the person may never do is no matter of the form: NotAllowed is raised again.
    """
    if isinstance(error, NotAllowed):
        raise error
    if isinstance(error, Refused):
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, found in error.error_dict.items():
        field = name if name != NON_FIELD_ERRORS and name in form.fields else None
        form.add_error(field, ValidationError(found))
