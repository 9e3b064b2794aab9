"""Numbers as the office types them: amounts in 元 or 万元, whole numbers, full-width or not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rectify.lib.money import MoneyError, format_grouped, parse_yuan
from rectify.lib.numerals import half_width_digits

_SEPARATORS = str.maketrans("", "", ",， ")


class Fen(int):
    """An amount in whole fen that reads as yuan wherever it is shown."""

    def __str__(self) -> str:
        return format_grouped(self)


class YuanField(forms.CharField):
    """An amount typed as 12000, １２，０００元 or 1.2万元. Cleans to Fen; empty to None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")
        self.widget.attrs.setdefault("placeholder", "如 12000 或 1.2万元")

    def prepare_value(self, value: Any) -> Any:
        return format_grouped(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Fen(parse_yuan(text))
        except MoneyError as error:
            raise ValidationError(str(error), code="amount") from error

    def run_validators(self, value: Any) -> None:
        """The length is that of the typed text, and what is cleaned is a number."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class WholeNumberField(forms.IntegerField):
    """A count typed as 12, １２ or 1,200."""

    widget = forms.TextInput
    default_error_messages = {"invalid": "请填写整数，如 12。"}

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **kwargs: Any) -> None:
        super().__init__(min_value=least, max_value=most, **kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})
        self.error_messages["min_value"] = f"不能小于 {least}。"

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = half_width_digits(value).translate(_SEPARATORS)
        return super().to_python(value)
