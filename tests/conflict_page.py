"""The page for two who saved the same record, read as a browser and a person read it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


def sides(response: Any) -> dict[str, tuple[str, str]]:
    """By label: what the person typed and what stands now, of each field that differs."""
    return {
        one.label: (
            "".join(piece for piece, _ in one.mine),
            "".join(piece for piece, _ in one.theirs),
        )
        for one in response.context["differences"]
    }


def words(response: Any) -> dict[str, str]:
    """By label: who changed the field."""
    return {one.label: one.word for one in response.context["differences"]}


def resubmitted(response: Any) -> dict[str, list[str]]:
    """What the form of the page posts if nothing is changed in it."""
    reader = _Form(response.context["action_url"])
    reader.feed(response.content.decode())
    return reader.values


class _Form(HTMLParser):
    """Collects the successful controls of the form that posts to an address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.values: dict[str, list[str]] = {}
        self.inside = False
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.inside = found.get("action") == self.address
        name = found.get("name") or ""
        if not self.inside:
            return
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in found:
            self._add(self.select, found.get("value"))
        elif tag == "textarea":
            self.area = name
            self._add(name, "")
        elif tag == "input" and (_is_plain(found) or "checked" in found):
            self._add(name, found.get("value"))

    def handle_data(self, data: str) -> None:
        if self.area:
            # The line end that Django writes behind the opening tag is not part of the value.
            self.values[self.area][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        if tag == "form":
            self.inside = False

    def _add(self, name: str, value: str | None) -> None:
        if name and name != "csrfmiddlewaretoken":
            self.values.setdefault(name, []).append(value or "")


def _is_plain(found: dict[str, str | None]) -> bool:
    return found.get("type") not in ("checkbox", "radio")
