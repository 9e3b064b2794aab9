"""Two people saved the same record: one page, for every form, that shows both texts (HTTP 409)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from http import HTTPStatus
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from rectify.audit.models import Event, VersionedRow
from rectify.lib.chinese_dates import format_date

EMPTY = "（空）"
# Marking what differs compares every character with every other: long texts are shown unmarked.
LONGEST_MARKED = 3000

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True)
class Difference:
    """One field whose two texts differ, each cut into pieces (text, only on this side)."""

    label: str
    mine: Pieces
    theirs: Pieces
    by_others: bool
    by_me: bool

    @property
    def word(self) -> str:
        if self.by_others and self.by_me:
            return "您和他人都改了这一项"
        return "只有他人改了这一项" if self.by_others else "只有您改了这一项"


def conflict_page(
    request: HttpRequest,
    *,
    current: VersionedRow,
    form: forms.BaseForm,
    action_url: str,
    title: str,
    typed: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    now: Mapping[str, str] | None = None,
    leave_url: str = "",
) -> HttpResponse:
    """409: per differing field both texts, and a form with what was typed and the new version.

    `current` is `StaleVersion.current`; `form` the bound, valid form, whose hidden field `version`
    is what was loaded. `typed`, `labels` and `now` (texts by field name) replace what the form and
    the row would say, for fields that are no columns. A field that only the others changed is
    filled with their value, so that saving again does not undo their work. `leave_url` is where
    the link 放弃我的内容 leads (default: `action_url`).
    """
    labels = labels or {field.name: str(field.label) for field in form.visible_fields()}
    mine = {**texts_typed(form), **(typed or {})}
    theirs = {**texts_now(current, labels), **(now or {})}
    events = _events_since(current, form.cleaned_data.get("version"))
    touched = {name.removesuffix("_id") for event in events for name in event.changes}
    untouched = {
        name for name in touched & set(form.cleaned_data) if _is_as_loaded(form, name, events)
    }
    differences = [
        _difference(label, mine[name], theirs[name], name in touched, name not in untouched)
        for name, label in labels.items()
        if name in mine and name in theirs and _same_ends(mine[name]) != _same_ends(theirs[name])
    ]
    _rebind(form, current, untouched)
    context = {
        "title": title,
        "form": form,
        "fields": [field for field in form.visible_fields() if field.name in labels],
        "carried": [field for field in form.hidden_fields() if field.name != "version"],
        "version_name": form.add_prefix("version"),
        "version": current.version,
        "differences": differences,
        "changed": events[-1] if events else None,
        "action_url": action_url,
        "leave_url": leave_url or action_url,
    }
    return render(request, "conflict.html", context, status=HTTPStatus.CONFLICT)


def texts_typed(form: forms.BaseForm) -> dict[str, str]:
    """What a valid form says, as a person would read it, by field name."""
    return {
        field.name: _text(form.cleaned_data.get(field.name), field.field)
        for field in form.visible_fields()
        if not isinstance(field.field, forms.FileField)
    }


def texts_now(row: Model, names: Mapping[str, str]) -> dict[str, str]:
    """What the row's columns of these names say, as a person would read it."""
    texts = {}
    for name in names:
        shown = getattr(row, f"get_{name}_display", None)
        if shown is not None:
            texts[name] = str(shown()) or EMPTY
        elif hasattr(row, name):
            texts[name] = _text(getattr(row, name), None)
    return texts


def _text(value: Any, field: forms.Field | None) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date) and not isinstance(value, datetime):
        return format_date(value)
    if isinstance(value, (QuerySet, list, tuple)):
        return "、".join(str(one) for one in value) or EMPTY
    if isinstance(field, forms.ChoiceField) and not isinstance(value, Model):
        options: Any = field.choices
        return str(dict(options).get(value, value)) or EMPTY
    return str(value)


def _same_ends(text: str) -> str:
    """A browser sends CR LF where the database holds LF."""
    return text.replace("\r\n", "\n").strip()


def _events_since(row: VersionedRow, version: Any) -> list[Event]:
    """What was recorded of the row after that version, oldest first: one event per version."""
    newer = row.version - version if isinstance(version, int) else 1
    events = Event.objects.filter(
        object_type=row._meta.model_name, object_id=str(row.pk), success=True
    ).exclude(changes={})
    return list(reversed(events.order_by("-at", "-seq")[: max(newer, 1)]))


def _is_as_loaded(form: forms.BaseForm, name: str, events: list[Event]) -> bool:
    """Whether the person left the field as it was before the others changed it."""
    value = form.cleaned_data[name]
    if isinstance(value, Model):
        value = value.pk
    elif isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, str):
        value = _same_ends(value)
    for event in events:
        for key in (name, f"{name}_id"):
            if key in event.changes:
                before = event.changes[key][0]
                return bool((value or None) == (before or None))
    return False


def _rebind(form: forms.BaseForm, current: VersionedRow, names: set[str]) -> None:
    data = form.data.copy() if isinstance(form.data, QueryDict) else dict(form.data)
    for name in names:
        if name in form.fields and hasattr(current, name):
            value = form.fields[name].prepare_value(getattr(current, name))
            data[form.add_prefix(name)] = "" if value is None else str(value)
    form.data = data


def _difference(label: str, mine: str, theirs: str, by_others: bool, by_me: bool) -> Difference:
    mine, theirs = _same_ends(mine), _same_ends(theirs)
    if EMPTY in (mine, theirs) or max(len(mine), len(theirs)) > LONGEST_MARKED:
        return Difference(label, [(mine, False)], [(theirs, False)], by_others, by_me)
    left: Pieces = []
    right: Pieces = []
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    for tag, from_mine, to_mine, from_theirs, to_theirs in matcher.get_opcodes():
        if to_mine > from_mine:
            left.append((mine[from_mine:to_mine], tag != "equal"))
        if to_theirs > from_theirs:
            right.append((theirs[from_theirs:to_theirs], tag != "equal"))
    return Difference(label, left, right, by_others, by_me)
