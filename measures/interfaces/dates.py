"""A date field that reads dates as offices type them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from rectify.lib.chinese_dates import ChineseDateError, format_date, parse_date
from rectify.lib.clock import today

DATE_HELP = "如 2021.5.12、20210512 或 2021年5月12日"


class ChineseDateInput(forms.TextInput):
    """Shows a date as 2021年5月12日; what was typed wrongly stays as typed."""

    def format_value(self, value: Any) -> str | None:
        return format_date(value) if isinstance(value, date) else value


class ChineseDateField(forms.Field):
    """Cleans to a `date` or None. Raises ValidationError with a sentence that shows the forms."""

    widget = ChineseDateInput

    def __init__(self, *, latest_today: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latest_today = latest_today

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        text = str(value).strip()
        if not text:
            return None
        try:
            return parse_date(text)
        except ChineseDateError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.latest_today and value is not None and value > today():
            raise ValidationError("日期不能晚于今天。", code="future")
