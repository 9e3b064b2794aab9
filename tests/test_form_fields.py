"""Dates as offices type them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from rectify.form_fields import ChineseDateField
from rectify.lib.clock import today


@pytest.mark.parametrize(
    "text", ["2021.5.12", "20210512", "2021年5月12日", "2021-05-12", " ２０２１.5.12 "]
)
def test_the_usual_spellings_are_read(text: str) -> None:
    assert ChineseDateField().clean(text) == date(2021, 5, 12)


@pytest.mark.parametrize("text", ["2021.13.1", "5月底前", "2021.2.30", "明天", "1021.1.1"])
def test_anything_else_is_refused_with_a_sentence_that_repeats_it(text: str) -> None:
    with pytest.raises(ValidationError, match=text[:4]):
        ChineseDateField().clean(text)


def test_an_empty_field_is_no_date_where_it_is_optional() -> None:
    assert ChineseDateField(required=False).clean(" ") is None


def test_a_day_that_is_still_to_come_is_refused_where_it_must_have_happened() -> None:
    field = ChineseDateField(latest_today=True)
    assert field.clean(today().isoformat()) == today()
    with pytest.raises(ValidationError, match="不能晚于今天"):
        field.clean((today() + timedelta(days=1)).isoformat())
