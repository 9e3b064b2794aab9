"""How values read on every screen."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from rectify.marks import Part
from rectify.templatetags.wording import stacked_bar


def shown(source: str, **values: object) -> str:
    return Template(source).render(Context(values)).strip()


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ v|cn_date }}", date(2021, 5, 12), "2021年5月12日"),
        ("{{ v|cn_date }}", datetime(2021, 5, 11, 16, 30, tzinfo=UTC), "2021年5月12日"),
        ("{{ v|cn_date }}", None, "—"),
        ("{{ v|cn_moment }}", datetime(2021, 5, 12, 1, 5, tzinfo=UTC), "2021年5月12日 9:05"),
        ("{{ v|week_label }}", date(2021, 5, 10), "第19周（5.10—5.16）"),
        ("{{ v|week_label }}", None, "—"),
        ("{{ v|yuan }}", 15_770_400, "157,704.00 元"),
        ("{{ v|yuan }}", None, "—"),
        ("{{ v|dash }}", 0, "0"),
        ("{{ v|dash }}", "", "—"),
        ("{% rate v 113 %}", 82, "72.57%"),
        ("{% rate v 113 0 %}", 112, "99%"),
    ],
)
def test_a_value_reads_as_an_office_writes_it(source: str, value: object, expected: str) -> None:
    assert shown(source, v=value) == expected


def test_a_badge_is_word_and_shape_and_colour() -> None:
    html = shown("{% badge v %}", v="basically_done")
    assert "基本完成" in html
    assert "badge--near" in html
    assert "icons.svg#s-most" in html
    assert "超期3天" in shown('{% badge "overdue" "超期3天" %}')


def test_a_word_in_a_badge_cannot_become_markup() -> None:
    assert "&lt;b&gt;" in shown("{% badge 'overdue' v %}", v="<b>")


def test_the_query_string_keeps_what_is_not_changed() -> None:
    request = RequestFactory().get("/", {"status": "completed", "after": "x", "q": "学习"})
    assert shown("{% qs after=None page=2 %}", request=request) == (
        "?status=completed&amp;q=%E5%AD%A6%E4%B9%A0&amp;page=2"
    )
    assert shown("{% qs status=None after=None q=None %}", request=request) == "?"


def test_a_stacked_bar_fills_its_width_and_lists_zeros() -> None:
    parts = [Part("已完成", 82, "done"), Part("未启动", 0, "none"), Part("基本完成", 31, "near")]
    drawn = stacked_bar(parts)
    last = drawn["stretches"][-1]
    assert last["x"] + last["width"] == 1000
    assert len(drawn["stretches"]) == 2
    assert drawn["spoken"] == "已完成 82，未启动 0，基本完成 31"
    assert stacked_bar([])["spoken"] == "没有数据"


def test_a_form_field_ties_help_and_error_to_its_box() -> None:
    class Plan(forms.Form):
        text = forms.CharField(label="整改措施", help_text="写清做什么。")

    html = shown(
        '{% include "components/form_field.html" with field=form.text %}', form=Plan({"text": ""})
    )
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'id="id_text_helptext"' in html
    assert 'id="id_text_error"' in html
    assert 'aria-invalid="true"' in html
