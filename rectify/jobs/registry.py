"""Kinds of jobs, filled by the applications that know the work when Django starts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rectify.accounts.enums import Ability
from rectify.accounts.limits import Rate

if TYPE_CHECKING:
    from rectify.jobs.models import Job


class Progress(Protocol):
    """Told by the work how far it is; raises Cancelled where the requester gave up."""

    def __call__(self, done: int, total: int, message: str = "") -> None: ...


@dataclass(frozen=True)
class Outcome:
    """What a job leaves: a finished file (moved into the media folder) and facts to show.

    The fact `page` is the address at which the result can be read.
    """

    file: Path | None = None
    file_name: str = ""
    facts: dict[str, Any] | None = None


# Enough for a person at work; what a script or an impatient finger asks for beyond is refused.
USUAL = Rate(times=10, seconds=600)


@dataclass(frozen=True)
class Kind:
    """`task` is the Celery task's name; `run` does the work and is safe to run again.

    `ability` is what its requester must still hold when it runs and when its result is fetched;
    `most` is how often one person may ask for it.
    """

    name: str
    task: str
    ability: Ability
    run: "Callable[[Job, Progress], Outcome]"
    most: Rate = USUAL


KINDS: dict[str, Kind] = {}
# Each returns how many jobs it had to create because the calendar says they must exist.
CALENDARS: list[Callable[[], int]] = []


def register(
    name: str,
    *,
    task: str,
    ability: Ability,
    run: "Callable[[Job, Progress], Outcome]",
    most: Rate = USUAL,
) -> None:
    KINDS[name] = Kind(name, task, ability, run, most)


def register_calendar(due: Callable[[], int]) -> None:
    if due not in CALENDARS:
        CALENDARS.append(due)
