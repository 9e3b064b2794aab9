"""What still names a person who hands over a role: counted by the applications above."""

from collections.abc import Callable
from dataclasses import dataclass

from rectify.accounts.models import Organization, User


@dataclass(frozen=True)
class OpenWork:
    """`count` open measures of one inspection (`where`) name the person; `link` lists them."""

    where: str
    count: int
    link: str


OPEN_WORK: list[Callable[[Organization, User], list[OpenWork]]] = []


def register_open_work(found: Callable[[Organization, User], list[OpenWork]]) -> None:
    if found not in OPEN_WORK:
        OPEN_WORK.append(found)


def open_work(organization: Organization, user: User) -> list[OpenWork]:
    """All open work of the bureau that names the person."""
    return [work for found in OPEN_WORK for work in found(organization, user)]
