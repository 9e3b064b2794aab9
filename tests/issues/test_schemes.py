"""The schemes print headings and points in the shapes of the product design, section 6."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issues.schemes import (
    SCHEMES,
    Mark,
    Scheme,
    SchemeError,
    area_heading,
    heading,
    issue_heading,
    measure_paragraph,
    measure_points,
    nest_quotes,
    task_heading,
)

PINGSHAN = SCHEMES["pingshan"]
DONGGUAN = SCHEMES["dongguan"]


def test_the_pingshan_shape_prints_areas_in_brackets_and_issues_in_digits() -> None:
    area = area_heading(PINGSHAN, 1, "服务意识不强，办事流程不优")
    assert (area.number, area.text) == ("（一）", "“服务意识不强，办事流程不优”方面")
    issue = issue_heading(PINGSHAN, 12, "窗口管理不细")
    assert (issue.number, issue.text) == ("12.", "针对“窗口管理不细”的问题")
    assert issue.line == "12.针对“窗口管理不细”的问题"


def test_the_pingshan_shape_prints_no_tasks() -> None:
    assert not PINGSHAN.prints_tasks
    assert task_heading(PINGSHAN, 1, "排班不合理") is None


def test_the_dongguan_shape_has_three_levels_of_headings() -> None:
    assert area_heading(DONGGUAN, 2, "基础工作薄弱，台账不全").line == (
        "第二方面问题，基础工作薄弱，台账不全"
    )
    assert issue_heading(DONGGUAN, 1, "学习制度落实不严").line == "（一）关于学习制度落实不严问题"
    task = task_heading(DONGGUAN, 1, "学习计划不具体")
    assert task is not None
    assert (task.number, task.text) == ("1.", "针对学习计划不具体问题。")


def test_the_same_glyph_is_an_area_in_one_shape_and_an_issue_in_the_other() -> None:
    assert (
        area_heading(PINGSHAN, 3, "甲").number
        == issue_heading(DONGGUAN, 3, "甲").number
        == "（三）"
    )


def test_an_implicit_task_has_no_heading() -> None:
    assert task_heading(DONGGUAN, 1, "") is None
    assert task_heading(DONGGUAN, 1, " \n") is None


def test_a_title_keeps_its_words_and_loses_only_its_final_stop() -> None:
    assert issue_heading(PINGSHAN, 1, " 窗口管理\n不细。 ").text == "针对“窗口管理不细”的问题"


def test_a_word_that_title_and_mark_share_is_printed_once() -> None:
    assert issue_heading(DONGGUAN, 1, "关于窗口管理不细的问题").text == "关于窗口管理不细的问题"
    assert issue_heading(PINGSHAN, 1, "人岗不匹配问题").text == "针对“人岗不匹配问题”的问题"


def test_quotes_in_a_quoted_title_move_one_level_in() -> None:
    assert area_heading(PINGSHAN, 1, "“首问责任”不到位").text == "“‘首问责任’不到位”方面"
    assert area_heading(PINGSHAN, 1, "‘首问责任’不到位").text == "“‘首问责任’不到位”方面"
    assert area_heading(PINGSHAN, 1, "“落实‘首问责任’”不到位").text == (
        "“‘落实“首问责任”’不到位”方面"
    )
    assert issue_heading(DONGGUAN, 1, "“首问责任”不到位").text == "关于“首问责任”不到位问题"


def test_quotes_that_do_not_pair_only_become_single() -> None:
    assert nest_quotes("“首问责任不到位") == "‘首问责任不到位"
    assert nest_quotes("it’s “A”") == "it’s ‘A’"


@settings(deadline=None)
@given(st.lists(st.sampled_from("“”‘’甲乙")).map("".join))
def test_moving_quotes_keeps_every_other_character_and_the_length(text: str) -> None:
    moved = nest_quotes(text)
    assert len(moved) == len(text)
    assert [c for c in moved if c not in "“”‘’"] == [c for c in text if c not in "“”‘’"]


@pytest.mark.parametrize("title", ["", " ", "。"])
def test_an_empty_title_cannot_be_printed(title: str) -> None:
    with pytest.raises(SchemeError, match="没有标题"):
        area_heading(PINGSHAN, 1, title)


@pytest.mark.parametrize("number", [0, -3, 1000])
def test_a_number_that_the_numeral_cannot_show_is_refused(number: int) -> None:
    with pytest.raises(SchemeError, match="无法"):
        area_heading(PINGSHAN, number, "甲")


def test_a_shape_with_circled_numbers_is_only_more_data() -> None:
    mark = Mark(
        label="问题表现", numeral="circled", number_before="", number_after="", title_before="针对"
    )
    assert heading(mark, 2, "台账不全").line == "②针对台账不全"
    with pytest.raises(SchemeError):
        heading(mark, 21, "台账不全")


def test_points_run_on_in_one_line_and_keep_their_own_punctuation() -> None:
    texts = ["制定办法。", "已整改；", "清理台账，"]
    assert measure_points(PINGSHAN, texts) == "一是制定办法。二是已整改；三是清理台账，"
    assert (
        measure_paragraph(PINGSHAN, texts) == "整改情况：一是制定办法。二是已整改；三是清理台账，"
    )


def test_a_point_without_punctuation_is_closed() -> None:
    assert measure_points(PINGSHAN, ["制定办法", "清理台账"]) == "一是制定办法；二是清理台账。"


def test_points_with_sentences_inside_are_closed_by_full_stops() -> None:
    texts = ["制定办法；开展培训", "印发《规则》"]
    assert measure_points(PINGSHAN, texts) == "一是制定办法；开展培训。二是印发《规则》。"


def test_a_sentence_that_ends_inside_its_quotes_is_not_closed_twice() -> None:
    assert measure_points(DONGGUAN, ["要求“即知即改。”"]) == "要求“即知即改。”"
    assert measure_points(DONGGUAN, ["落实“首问责任”"]) == "落实“首问责任”。"
    assert measure_points(DONGGUAN, ["印发《动起来！》"]) == "印发《动起来！》。"


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_a_lone_measure_is_a_plain_paragraph(scheme: Scheme) -> None:
    assert measure_paragraph(scheme, ["制定办法"]) == "整改情况：制定办法。"


def test_a_preamble_stands_before_the_first_point() -> None:
    assert measure_paragraph(DONGGUAN, ["制定办法", "清理台账"], preamble="经专题研究：") == (
        "整改情况：经专题研究：一是制定办法；二是清理台账。"
    )


def test_a_text_of_several_lines_becomes_one_line() -> None:
    assert (
        measure_points(DONGGUAN, ["制定办法\n\n 清理台账。\n完成"]) == "制定办法；清理台账。完成。"
    )


def test_no_measures_print_nothing_not_even_the_lead_in() -> None:
    assert measure_points(PINGSHAN, []) == ""
    assert measure_paragraph(PINGSHAN, []) == ""


def test_an_empty_point_is_refused() -> None:
    with pytest.raises(SchemeError, match="第 2 条"):
        measure_points(PINGSHAN, ["制定办法", " \n"])


def test_eleven_points_count_on_in_chinese() -> None:
    assert "十一是完成。" in measure_points(PINGSHAN, ["完成。"] * 11)
