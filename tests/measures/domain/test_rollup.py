"""Counting rule 4: what the measures below say of a task, an issue and an area."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from issues.domain.tree import add_issue, add_task
from issues.enums import Level
from measures.domain.moment import moment_of
from measures.domain.rollup import NO_MEASURES, NODE_STATES, Node, state_of, tree
from measures.enums import Status
from tests.conftest import Demo
from tests.measures.domain.small_bureau import Small

STATUSES = st.lists(st.sampled_from(list(Status)))


@given(STATUSES)
def test_the_state_follows_the_rule_word_for_word(statuses: list[Status]) -> None:
    state = state_of(Counter(status.value for status in statuses))
    if not statuses:
        assert state == NO_MEASURES
    elif all(s == Status.COMPLETED for s in statuses):
        assert state == Status.COMPLETED
    elif all(s in Status.done_states() for s in statuses):
        assert state == Status.BASICALLY_DONE
    elif all(s == Status.NOT_STARTED for s in statuses):
        assert state == Status.NOT_STARTED
    else:
        assert state == Status.IN_PROGRESS


@given(STATUSES, st.randoms())
def test_the_order_of_the_measures_does_not_matter(statuses: list[Status], random: object) -> None:
    shuffled = sorted(statuses, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis's Random
    assert state_of(Counter(s.value for s in statuses)) == state_of(
        Counter(s.value for s in shuffled)
    )


@given(st.lists(STATUSES))
def test_rolling_up_in_steps_is_rolling_up_at_once(groups: list[list[Status]]) -> None:
    """An area completed by its issues is completed by its measures, empty issues aside."""
    states = [state_of(Counter(s.value for s in group)) for group in groups if group]
    all_at_once = state_of(Counter(s.value for group in groups for s in group))
    assert state_of(Counter(states)) == all_at_once


@given(STATUSES, st.sampled_from(list(Status)))
def test_one_open_measure_is_enough_to_be_not_completed(
    statuses: list[Status], other: Status
) -> None:
    state = state_of(Counter([*(s.value for s in statuses), other.value]))
    assert (state == Status.COMPLETED) == all(s == Status.COMPLETED for s in (*statuses, other))


def test_zero_counts_are_no_measures() -> None:
    assert state_of({}) == NO_MEASURES
    assert state_of({status.value: 0 for status in Status}) == NO_MEASURES


def walk(nodes: list[Node]) -> list[Node]:
    return [found for node in nodes for found in (node, *walk(node.children))]


def test_every_node_of_the_demo_counts_what_its_children_count(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        shape = tree(inspection, moment_of(inspection), None)
        for node in walk(shape.areas):
            if node.children:
                assert node.measures == sum(child.measures for child in node.children)
                assert (
                    node.by_status
                    == sum((child.by_status for child in node.children), Counter[str]())
                    or node.measures == 0
                )
            assert node.state == state_of(node.by_status)


def test_states_of_a_level_partition_it_and_started_is_counted(demo: Demo) -> None:
    for inspection in (demo.a, demo.b):
        shape = tree(inspection, moment_of(inspection), None)
        for level in (Level.AREA, Level.ISSUE, Level.TASK):
            counts = shape.counts(level)
            assert sum(counts[state] for state in NODE_STATES) == counts["total"]
            assert (
                counts["started"] == counts["total"] - counts["not_started"] - counts[NO_MEASURES]
            )


def test_a_task_without_measures_is_shown_apart(small: Small) -> None:
    add_task(small.task.issue, actor=small.office, title="台账错项")
    add_issue(small.task.issue.area, actor=small.office, title="无人负责")
    small.measure()
    shape = tree(small.inspection, moment_of(small.inspection), None)
    assert shape.counts(Level.TASK)[NO_MEASURES] == 1
    assert shape.counts(Level.ISSUE)[NO_MEASURES] == 1
    assert shape.counts(Level.AREA)["not_started"] == 1


def test_a_section_sees_only_branches_that_carry_a_measure_of_its_own(demo: Demo) -> None:
    clerk = demo.user("clerk-training-b")
    moment = moment_of(demo.b)
    own = tree(demo.b, moment, clerk)
    everything = tree(demo.b, moment, demo.user("office-b"))
    assert 0 < own.counts(Level.TASK)["total"] < everything.counts(Level.TASK)["total"]
    assert all(node.measures > 0 for node in walk(own.areas))


def test_an_outsider_gets_no_branch_although_there_are_six(demo: Demo) -> None:
    moment = moment_of(demo.a)
    assert len(tree(demo.a, moment, None).areas) == 6
    for name in ("office-b", "clerk-training-b", "sysadmin", "secadmin", "auditor"):
        assert tree(demo.a, moment, demo.user(name)).areas == []


def test_levels_that_are_none_of_the_tree_give_the_areas(demo: Demo) -> None:
    shape = tree(demo.a, moment_of(demo.a), None)
    assert len(shape.nodes(Level.AREA)) == 6
    assert len(shape.nodes(Level.ISSUE)) == 24
    assert len(shape.nodes(Level.TASK)) == 61
