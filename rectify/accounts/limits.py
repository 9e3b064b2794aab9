"""How often one person may ask for what is dear to the server. Nobody's count touches another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from django.conf import settings
from django.core.cache import cache
from django.core.files import locks

from rectify.audit.exceptions import TooMany
from rectify.lib.clock import now

if TYPE_CHECKING:
    from rectify.accounts.models import User


@dataclass(frozen=True)
class Rate:
    """At most `times` within `seconds` (whole minutes)."""

    times: int
    seconds: int

    def refuse(self, act: str, *, wait: float) -> NoReturn:
        """Raises TooMany. `act` says in Chinese what was done; `wait` in seconds."""
        seconds = max(1, round(wait))
        patience = f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
        raise TooMany(
            f"{act}过于频繁：{self.seconds // 60} 分钟内最多 {self.times} 次。"
            f"请 {patience}后再试。",
            retry_after=seconds,
        )


SEARCHES = Rate(times=60, seconds=60)
# Reads a whole chain of the log; makes up to a hundred passwords; runs a job once more.
AUDIT_WALKS = Rate(times=10, seconds=600)
ROSTERS = Rate(times=10, seconds=600)
RETRIES = Rate(times=10, seconds=600)


def count_search(user: User) -> None:
    """One more search of this person. Raises TooMany above 60 in the same minute."""
    _count(user, "searches", SEARCHES, act="搜索")


def count_audit_walk(user: User) -> None:
    """One more check or export of the log. Raises TooMany above 10 in the same ten minutes."""
    _count(user, "audit-walks", AUDIT_WALKS, act="核验和导出审计日志")


def count_roster(user: User) -> None:
    """One more list of accounts. Raises TooMany above 10 in the same ten minutes."""
    _count(user, "rosters", ROSTERS, act="导入名单")


def count_retry(user: User) -> None:
    """One more retry of a job. Raises TooMany above 10 in the same ten minutes."""
    _count(user, "retries", RETRIES, act="重试任务")


def _count(user: User, what: str, most: Rate, *, act: str) -> None:
    """Raises TooMany above the rate within the present stretch of the clock."""
    stretch, second = divmod(now().timestamp(), most.seconds)
    key = f"{what}:{user.pk}"
    with _alone():
        before, count = cache.get(key, (stretch, 0))
        count = count + 1 if before == stretch else 1
        cache.set(key, (stretch, count), most.seconds)
    if count > most.times:
        most.refuse(act, wait=most.seconds - second)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: the cache cannot add one to a number in a single step."""
    path = Path(settings.VAR_DIR) / "cache" / "count.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as held:
        locks.lock(held, locks.LOCK_EX)
        yield  # closing the file ends the lock
