"""The small bureau on a fixed day, and a neighbour that must never show through."""

from collections.abc import Iterator

import pytest

from rectify.lib.clock import at
from tests.measures.domain.small_bureau import Small, build, noon


@pytest.fixture
def small(db: None) -> Iterator[Small]:
    """The clock stands at noon of TODAY for the whole test."""
    with at(noon()):
        yield build()


@pytest.fixture
def neighbour(small: Small) -> Small:
    """Another bureau with a measure of its own."""
    other = build("neighbour")
    other.measure()
    return other
