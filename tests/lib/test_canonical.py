"""Equal values have one spelling and therefore one hash."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectify.lib.canonical import canonical_json, sha256_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


def test_keys_are_sorted_without_spaces_and_chinese_stays_readable() -> None:
    assert canonical_json({"乙": 1, "a": [True, None], "甲": "整改"}) == (
        '{"a":[true,null],"乙":1,"甲":"整改"}'
    )


def test_values_that_json_lacks_are_written_as_text() -> None:
    moment = datetime(2021, 5, 12, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    assert canonical_json([date(2021, 5, 12), moment, Decimal("1.50"), UUID(int=1)]) == (
        '["2021-05-12","2021-05-12T00:30:00+00:00","1.50","00000000-0000-0000-0000-000000000001"]'
    )


def test_the_same_moment_in_two_zones_has_one_hash() -> None:
    moment = datetime(2021, 5, 12, 0, 30, tzinfo=UTC)
    assert sha256_of(moment) == sha256_of(moment.astimezone(timezone(timedelta(hours=8))))


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        {"a": [float("-inf")]},
        datetime(2021, 5, 12),  # noqa: DTZ001 (the naive value is what is tested)
    ],
)
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="canonical form"):
        canonical_json(value)


@pytest.mark.parametrize("value", [{1: "a"}, {"a": object()}, {1, 2}, b"x"])
def test_types_without_a_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_the_hash_is_a_known_one() -> None:
    assert sha256_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=5), PLAIN, max_size=5))
def test_the_order_of_keys_never_matters(value: dict[str, object]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))
