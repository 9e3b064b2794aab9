"""Why an act on an application or on several measures came to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rectify.audit.exceptions import Refused

if TYPE_CHECKING:
    from measures.models import Measure


class Overtaken(Refused):
    """Somebody decided, withdrew or replaced it first; the message says who. Answered as 409."""


class RowsRefused(Refused):
    """Nothing was written, because of these rows; each with its reason as a sentence.

    `overtaken`: somebody changed them first, answered as 409.
    """

    def __init__(
        self, message: str, rows: Sequence[tuple[Measure, str]], *, overtaken: bool = False
    ) -> None:
        super().__init__(message)
        self.rows = list(rows)
        self.overtaken = overtaken
