"""Two texts of a notice: what a person typed and what somebody else saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rectify.lib.chinese_dates import format_date
from reports.interfaces.forms import ITEM_PARTS, PART_WORDS, NoticeForm
from reports.models import Document


@dataclass(frozen=True)
class Difference:
    label: str
    mine: str
    theirs: str


def initial_of(document: Document) -> dict[str, Any]:
    """What the form shows of a stored notice."""
    return {
        "version": document.version,
        "title": document.title,
        "dated_on": document.dated_on,
        "as_of": document.as_of,
        **document.sections,
    }


def differences(form: NoticeForm, current: Document) -> list[Difference]:
    """The fields in which a valid form and the stored notice differ, as plain text."""
    typed, stored = form.values(), initial_of(current)
    pairs = [
        (str(form.fields[name].label), _text(typed.get(name, typed["sections"].get(name))),
         _text(stored.get(name)))
        for name in ("title", "dated_on", "as_of", "intro", "results_lead", "contact_note")
    ]  # fmt: skip
    pairs += [
        (PART_WORDS[part], _items(typed["sections"][part]), _items(stored.get(part)))
        for part in ITEM_PARTS
    ]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _text(value: Any) -> str:
    if isinstance(value, date):
        return format_date(value)
    # Browsers send line ends as CRLF.
    return str(value or "").replace("\r\n", "\n").strip()


def _items(items: Any) -> str:
    return "\n".join(f"{_text(one['title'])}：{_text(one['text'])}" for one in items or [])
