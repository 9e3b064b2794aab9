"""Where each figure leads: to exactly the rows that it counts (product.md §4 rule 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from issues.enums import Level
from issues.models import Inspection

# The value of a filter that stands for rows without a section, leader or area.
NOBODY = "none"


@dataclass(frozen=True)
class FigureLinks:
    """Addresses of rows, for the day that was asked for or else the default day."""

    ledger_page: str
    tree_page: str
    outcomes_page: str
    dashboard_page: str
    always: Mapping[str, str]

    @classmethod
    def of(cls, inspection: Inspection, as_of: date | None = None) -> FigureLinks:
        kwargs = {"inspection": inspection.public_id}
        return cls(
            ledger_page=reverse("ledger", kwargs=kwargs),
            tree_page=reverse("tree", kwargs=kwargs),
            outcomes_page=reverse("outcomes", kwargs=kwargs),
            dashboard_page=reverse("dashboard", kwargs=kwargs),
            always={"as_of": as_of.isoformat()} if as_of else {},
        )

    def ledger(self, figure: str, **narrow: Any) -> str:
        """`narrow`: area, section or leader = public id, None for rows that have none."""
        chosen = {name: NOBODY if value is None else str(value) for name, value in narrow.items()}
        return f"{self.ledger_page}?{urlencode({'figure': figure, **chosen, **self.always})}"

    def tree(self, level: Level, state: str = "") -> str:
        chosen = {"level": level.value, **({"state": state} if state else {})}
        return f"{self.tree_page}?{urlencode({**chosen, **self.always})}"

    def outcomes(self, kind: str, sub: str = "") -> str:
        chosen = {"kind": kind, **({"sub": sub} if sub else {})}
        return f"{self.outcomes_page}?{urlencode({**chosen, **self.always})}"

    def dashboard(self, day: date) -> str:
        """The same page as of another day."""
        return f"{self.dashboard_page}?{urlencode({'as_of': day.isoformat()})}"
