"""The small bureau, shared with the tests of measures."""

from tests.measures.domain.conftest import neighbour, small

__all__ = ["neighbour", "small"]
