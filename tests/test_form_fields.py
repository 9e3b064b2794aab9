"""Fields that every form shares: dates as offices type them, and what the domain refused."""

from datetime import date, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError

from rectify.audit.exceptions import NotAllowed, Refused
from rectify.form_fields import ChineseDateField, put_beside
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


def test_a_date_is_shown_as_it_is_written() -> None:
    day = date(2021, 5, 12)
    assert "2021年5月12日" in _Days(initial={"typed": day}).as_p()


def test_what_the_domain_refuses_stands_beside_its_field_or_above_the_form() -> None:
    form = _Days({})
    put_beside(form, Refused("太早。", field="typed"))
    put_beside(form, Refused("已归档。", field="elsewhere"))
    put_beside(form, ValidationError({"picked": "太晚。", "elsewhere": "不行。"}))
    assert form.errors["typed"] == ["太早。"]
    assert form.errors["picked"] == ["太晚。"]
    assert form.non_field_errors() == ["已归档。", "不行。"]


def test_what_a_person_may_never_do_is_no_matter_of_the_form() -> None:
    with pytest.raises(NotAllowed):
        put_beside(_Days({}), NotAllowed("只能填报本科室的进展。"))


class _Days(forms.Form):
    typed = ChineseDateField(required=False)
    picked = ChineseDateField(required=False)
