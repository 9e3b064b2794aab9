"""The small bureau, shared with the tests of measures."""

from tests.measures.domain.conftest import small

__all__ = ["small"]
