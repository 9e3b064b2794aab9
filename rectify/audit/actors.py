"""Who acts: a logged-in person, or the system itself (command line and schedule)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

if TYPE_CHECKING:
    from rectify.accounts.models import User


@dataclass(frozen=True)
class SystemActor:
    """The command line or the schedule: it may do what an operator with a shell may do anyway."""

    name: str = "系统"


SYSTEM = SystemActor()
Actor = Union["User", SystemActor]


def person(actor: Actor) -> User | None:
    """The person behind the actor, or None for the system: for nullable author columns."""
    return None if isinstance(actor, SystemActor) else actor
