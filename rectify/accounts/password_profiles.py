"""The rules for passwords as data: one source for the check, the expiry and the words on forms."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from rectify.accounts.models import User

LONGEST = 128  # characters
# What must remain of a password when the login name or the person's name is taken out of it.
LEFT_OVER = 8  # characters


@dataclass(frozen=True)
class Profile:
    """One set of rules. `classes`: how many of capital, small letter, digit, other character;
    `days`: life of a password, 0 = for ever; `last`: how many passwords, the present one
    included, may not come again; `names`: whether names inside a password are refused."""

    shortest: int
    classes: int
    days: int
    last: int
    names: bool

    def in_words(self) -> str:
        """The rules as a person reads them beside the field."""
        parts = [f"{self.shortest} 至 {LONGEST} 个字符"]
        if self.classes > 1:
            word = {2: "两", 3: "三", 4: "四"}[self.classes]
            parts.append(f"大写字母、小写字母、数字、其他符号至少有{word}种")
        parts.append("不能是常见口令")
        if self.names:
            parts.append(f"除去登录名、姓名及其拼音后仍不少于 {LEFT_OVER} 个字符")
        parts.append(
            f"不能与最近 {self.last} 次用过的口令相同" if self.last > 1 else "不能与现在的口令相同"
        )
        if self.days:
            parts.append(f"每 {self.days} 天更换一次")
        return "；".join(parts) + "。"

    def faults(self, password: str, names: Iterator[str]) -> Iterator[str]:
        """A sentence for every rule that the password (already normalised) breaks."""
        if len(password) < self.shortest:
            yield f"口令只有 {len(password)} 个字符，至少须有 {self.shortest} 个。"
        if len(password) > LONGEST:
            yield f"口令不能超过 {LONGEST} 个字符。"
        if _classes(password) < self.classes:
            yield (
                f"大写字母、小写字母、数字、其他符号中只用了 {_classes(password)} 种，"
                f"至少须用 {self.classes} 种。"
            )
        if password.strip().casefold() in _common():
            yield "这是常见口令，很容易被猜中，请换一个。"
        if self.names and any(_left_over(password, name) < LEFT_OVER for name in names):
            yield (
                "口令与登录名、姓名或其拼音相近，"
                f"除去这一部分后须仍有 {LEFT_OVER} 个字符，请换一个。"
            )


PROFILES = {
    # 等保2.0 第三级的通行做法。
    "dengbao": Profile(shortest=12, classes=3, days=90, last=5, names=True),
    # NIST SP 800-63B: length instead of composition, no expiry.
    "nist": Profile(shortest=15, classes=0, days=0, last=1, names=False),
}


def profile() -> Profile:
    """The rules in force; the settings have refused any other name at the start."""
    return PROFILES[settings.PASSWORD_PROFILE]


def normalised(password: str) -> str:
    """The password as it is hashed: full-width characters count as their plain forms (NFKC), so
    that the state of the input method does not lock anybody out. Spaces stay, also at the ends."""
    return unicodedata.normalize("NFKC", password)


class ProfileValidator:
    """The rules in force, as Django's list of validators wants them."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError with a sentence for every broken rule."""
        faults = list(profile().faults(normalised(password), _names(user)))
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        return profile().in_words()


def _names(user: User | None) -> Iterator[str]:
    if user is not None:
        yield from filter(None, (user.username, user.name, user.pinyin))


def _left_over(password: str, name: str) -> int:
    """Characters that remain without the name; a name of one letter proves nothing."""
    held, part = password.casefold(), name.casefold()
    return len(held.replace(part, "")) if len(part) > 1 and part in held else LONGEST


def _classes(password: str) -> int:
    kinds = {
        "A" if c.isascii() and c.isupper()
        else "a" if c.isascii() and c.islower()
        else "0" if c.isascii() and c.isdigit()
        else "-"
        for c in password
    }  # fmt: skip
    return len(kinds)


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
