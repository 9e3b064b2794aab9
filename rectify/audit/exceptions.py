"""Why a change was refused. Each carries a Chinese sentence that says what to do next."""

from typing import Any


class Refused(Exception):
    """A rule forbids the change; `message` is shown to the person, `field` names the form field."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(Refused):
    """The actor lacks the ability; answered as 403 where the object may be seen."""


class TooMany(Refused):
    """Asked too often; `retry_after` is the number of seconds after which it is open again."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StaleVersion(Refused):
    """Somebody else saved first. Nothing was written; `current` is the row as it stands now."""

    def __init__(self, current: Any) -> None:
        super().__init__("这条记录刚刚被他人修改，您的内容尚未保存。请对照后再保存。")
        self.current = current
