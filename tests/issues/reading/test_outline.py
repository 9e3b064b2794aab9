"""Reading an outline from JSON: whole, or an error that names the place."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.reading.outline import CLAIMS, OutlineError, outline_from_json
from tests.issues.reading.sample_outline import sample

Path = list[str | int]


def at_place(path: Path, value: Any) -> dict[str, Any]:
    """The sample with one value replaced (or the key removed, for `...`)."""
    data = copy.deepcopy(sample())
    target: Any = data
    for step in path[:-1]:
        target = target[step]
    if value is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return data


def test_the_sample_is_read_whole() -> None:
    outline = outline_from_json(sample())
    area = outline.areas[0]
    task = area.issues[0].tasks[0]
    assert (outline.inspection_name, outline.team) == ("一届区委第二轮巡察", "第一巡察组")
    assert (outline.entered_on, outline.feedback_on) == (date(2024, 3, 4), date(2024, 5, 6))
    assert (area.number, area.title, area.raw_title) == ("（一）", "学习方面", "（一）“学习”方面")
    assert [point.text for point in task.measures] == ["订立计划。", "补学三次。"]
    assert (task.measures[0].start, task.measures[0].end) == (10, 15)
    assert (task.lead_in, task.preamble) == ("整改情况：", "")
    assert outline.areas[0].issues[1].tasks[0].preamble == "成立专班。"
    assert outline.prints_tasks


def test_claims_are_kept_as_whole_numbers_of_their_unit() -> None:
    claims = {claim.kind: claim for claim in outline_from_json(sample()).claims}
    assert (claims["issues"].value, claims["issues"].unit) == (9, "个")
    assert (claims["money_returned"].value, claims["money_returned"].unit) == (1234567, "分")
    assert (claims["meetings"].value, claims["meetings"].text) == (3, "三次会议")
    assert "rules" not in claims
    assert set(claims) <= {kind for kind, _, _ in CLAIMS.values()}


def test_an_outline_without_titled_tasks_prints_none() -> None:
    data = at_place(["areas", 0, "issues", 0, "tasks", 0, "title"], None)
    data["areas"][0]["issues"][1]["tasks"][0]["title"] = ""
    assert not outline_from_json(data).prints_tasks


A: Path = ["areas", 0]
I: Path = ["issues", 0]  # noqa: E741 - beside A, T and M it is clear
T: Path = ["tasks", 0]
M: Path = ["measures", 0]
BROKEN: list[tuple[Path, Any, str]] = [
    (["areas"], ..., "areas"),
    (["areas"], None, "areas"),
    (["areas"], [], "areas"),
    (["areas"], {}, "areas"),
    (["areas"], "文字", "areas"),
    (A, None, "areas[0]"),
    (A, "方面", "areas[0]"),
    (A, [], "areas[0]"),
    ([*A, "title"], ..., "areas[0].title"),
    ([*A, "title"], "", "areas[0].title"),
    ([*A, "title"], " \u3000", "areas[0].title"),
    ([*A, "title"], 5, "areas[0].title"),
    ([*A, "title"], ["甲"], "areas[0].title"),
    ([*A, "number"], 1, "areas[0].number"),
    ([*A, "raw_title"], {}, "areas[0].raw_title"),
    ([*A, "issues"], ..., "areas[0].issues"),
    ([*A, "issues"], None, "areas[0].issues"),
    ([*A, *I], 7, "areas[0].issues[0]"),
    ([*A, *I, "title"], None, "areas[0].issues[0].title"),
    ([*A, *I, "tasks"], "x", "areas[0].issues[0].tasks"),
    ([*A, *I, *T], None, "areas[0].issues[0].tasks[0]"),
    ([*A, *I, *T, "title"], False, "tasks[0].title"),
    ([*A, *I, *T, "lead_in"], 1, "tasks[0].lead_in"),
    ([*A, *I, *T, "preamble"], 1, "tasks[0].preamble"),
    ([*A, *I, *T, "preamble"], ["甲"], "tasks[0].preamble"),
    ([*A, *I, *T, "preamble"], {"text": 3}, "tasks[0].preamble.text"),
    ([*A, *I, *T, "measures"], ..., "tasks[0].measures"),
    ([*A, *I, *T, "measures"], {}, "tasks[0].measures"),
    ([*A, *I, *T, *M], "措施", "measures[0]"),
    ([*A, *I, *T, *M, "text"], ..., "measures[0].text"),
    ([*A, *I, *T, *M, "text"], "", "measures[0].text"),
    ([*A, *I, *T, *M, "text"], "\n\t ", "measures[0].text"),
    ([*A, *I, *T, *M, "text"], None, "measures[0].text"),
    ([*A, *I, *T, *M, "text"], 9, "measures[0].text"),
    ([*A, *I, *T, *M, "text"], "有\x00零", "measures[0].text"),
    ([*A, *I, *T, *M, "text"], "有\ud800半个", "measures[0].text"),
    ([*A, *I, *T, *M, "text"], "有\x0b竖排", "measures[0].text"),
    ([*A, *I, *T, *M, "ordinal"], 1, "measures[0].ordinal"),
    ([*A, *I, *T, *M, "start"], -1, "measures[0].start"),
    ([*A, *I, *T, *M, "start"], "10", "measures[0].start"),
    ([*A, *I, *T, *M, "start"], 1.5, "measures[0].start"),
    ([*A, *I, *T, *M, "start"], True, "measures[0].start"),
    ([*A, *I, *T, *M, "end"], 10**12, "measures[0].end"),
    ([*A, *I, *T, *M, "end"], 9, "measures[0].end"),
    (["title"], 1, "title"),
    (["unit"], [], "unit"),
    (["inspection"], "x", "inspection"),
    (["inspection", "name"], 3, "inspection.name"),
    (["inspection", "feedback_date"], "2024年5月6日", "inspection.feedback_date"),
    (["inspection", "feedback_date"], "2024-02-30", "inspection.feedback_date"),
    (["inspection", "start"], 20240304, "inspection.start"),
    (["headline"], [1], "headline"),
    (["headline", "issues"], "24", "headline.issues"),
    (["headline", "issues"], True, "headline.issues"),
    (["headline", "issues"], -1, "headline.issues"),
    (["headline", "issues"], [24], "headline.issues"),
    (["headline", "money_returned_yuan"], float("nan"), "headline.money_returned_yuan"),
    (["headline", "money_returned_yuan"], float("inf"), "headline.money_returned_yuan"),
    (["headline", "money_returned_yuan"], 10**30, "headline.money_returned_yuan"),
    (["headline", "meetings", "raw"], "三次会议", "headline.meetings"),
    (["headline", "meetings", "raw", "start"], "x", "headline.meetings"),
    (["headline", "meetings", "raw", "end"], 1, "headline.meetings"),
    (["headline", "meetings", "raw", "text"], 1, "headline.meetings"),
]


@pytest.mark.parametrize(("path", "value", "place"), BROKEN)
def test_what_is_wrong_is_named_by_its_place(path: Path, value: Any, place: str) -> None:
    with pytest.raises(OutlineError) as error:
        outline_from_json(at_place(path, value))
    assert place in str(error.value)


@pytest.mark.parametrize("root", [None, [], "x", 3, True, {}])
def test_a_file_that_is_no_outline_at_all(root: Any) -> None:
    with pytest.raises(OutlineError):
        outline_from_json(root)


def test_two_tasks_without_title_in_one_issue_are_one_too_many() -> None:
    data = sample()
    untitled = {"title": None, "measures": [{"text": "甲。"}]}
    data["areas"][0]["issues"][0]["tasks"] = [untitled, untitled]
    with pytest.raises(OutlineError, match=r"areas\[0\]\.issues\[0\]\.tasks"):
        outline_from_json(data)


@pytest.mark.parametrize(
    "path",
    [
        ["title"],
        ["unit"],
        ["date"],
        ["headline"],
        ["inspection"],
        ["inspection", "end"],
        ["headline", "raw"],
        [*A, "number"],
        [*A, *I, *T, "lead_in"],
        [*A, *I, *T, *M, "start"],
    ],
)
@pytest.mark.parametrize("value", [..., None])
def test_what_a_text_may_lack_may_be_missing_or_null(path: Path, value: Any) -> None:
    assert outline_from_json(at_place(path, value)).areas


KEYS = ["areas", "title", "issues", "tasks", "measures", "text", "headline", "raw", "start"]


def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The same, a list of such, or an object of such."""
    objects = st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    return inner | st.lists(inner, max_size=3) | objects


LEAF: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
)
ANY_JSON = around(around(around(LEAF)))


@given(ANY_JSON)
def test_any_json_is_read_or_refused_but_never_crashes(data: Any) -> None:
    try:
        outline_from_json(data)
    except OutlineError as error:
        assert str(error)


@given(
    st.sampled_from(
        [
            ["areas"],
            A,
            [*A, *I],
            [*A, *I, *T],
            [*A, *I, *T, *M],
            ["headline"],
            ["inspection"],
            ["headline", "meetings"],
            ["headline", "raw"],
        ]
    ),
    ANY_JSON,
)
def test_any_json_at_any_place_is_read_or_refused(path: Path, value: Any) -> None:
    try:
        outline_from_json(at_place(path, value))
    except OutlineError as error:
        assert str(error)


def test_the_text_stays_as_it_is_to_the_last_space() -> None:
    odd = " ASCII < > & 《<试行>》，\u00a0“‘一岗双责’”\r\n1次,二是 "
    outline = outline_from_json(at_place([*A, *I, *T, *M, "text"], odd))
    assert outline.areas[0].issues[0].tasks[0].measures[0].text == odd
    assert json.loads(json.dumps(sample())) == sample()
