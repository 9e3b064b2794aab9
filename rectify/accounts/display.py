"""How a person wants pages to look: text size, contrast, colour, keys. Works before login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import models


class TextSize(models.TextChoices):
    SMALL = "small", "小"
    MIDDLE = "middle", "中"
    LARGE = "large", "大"
    LARGEST = "largest", "特大"


class Contrast(models.TextChoices):
    NORMAL = "normal", "普通"
    HIGH = "high", "高对比"


class Theme(models.TextChoices):
    BLUE = "blue", "蓝"
    RED = "red", "红"


class Keys(models.TextChoices):
    """Single-key shortcuts can be switched off (WCAG 2.1.4)."""

    ON = "on", "开"
    OFF = "off", "关"


CHOICES: Mapping[str, type[models.TextChoices]] = {
    "size": TextSize,
    "contrast": Contrast,
    "theme": Theme,
    "keys": Keys,
}
COOKIE = "display"
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True)
class Display:
    """One valid set of choices; the values go into attributes of the page's root element."""

    size: str = TextSize.MIDDLE.value
    contrast: str = Contrast.NORMAL.value
    theme: str = Theme.BLUE.value
    keys: str = Keys.ON.value

    def cookie(self) -> str:
        return ".".join(asdict(self).values())


def from_mapping(stored: Mapping[str, Any]) -> Display:
    """Choices out of a stored mapping; whatever is unknown falls back to the standing value."""
    return Display(
        **{
            name: stored[name]
            for name, choices in CHOICES.items()
            if stored.get(name) in choices.values
        }
    )


def from_cookie(text: str) -> Display:
    """Choices out of the cookie; anything that is not four known words is ignored part by part."""
    names = [field.name for field in fields(Display)]
    return from_mapping(dict(zip(names, text.split("."), strict=False)))


def chosen(preferences: Mapping[str, Any] | None, cookie: str) -> Display:
    """What a page must look like: the person's own choices first, else this browser's."""
    return from_mapping(preferences) if preferences else from_cookie(cookie)
