"""Two people saved the same record: one page, for every form, that shows both texts (HTTP 409)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from http import HTTPStatus
from itertools import islice
from typing import Any, cast

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, QuerySet
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
    leave_url: str = "",
    labels: Mapping[str, str] | None = None,
    now: Mapping[str, Any] | None = None,
    together: Collection[str] = (),
    fill: Callable[[str, Any], None] | None = None,
    template: str = "conflict.html",
) -> HttpResponse:
    """409: per differing field both texts, and a form with what was typed and the new version.

    `current` is `StaleVersion.current`; `form` the bound, cleaned form, whose hidden field
    `version` is what was loaded. A field that only the others changed is filled with their value,
    so that saving again does not undo their work; fields that say one thing `together` only if
    the person changed none of them. The link 放弃我的内容 leads to `leave_url` or `action_url`.

    `labels` names what is compared, in order (default: the visible fields). `now` holds the values
    that are no columns of the row; a hidden field among them carries that value on. What is no
    field of the form must be in `cleaned_data`, and is filled by calling `fill` with name and
    value. `template` extends conflict.html where the form is drawn otherwise.
    """
    labels = labels or {field.name: str(field.label) for field in form.visible_fields()}
    events = _events_since(current, form.cleaned_data.get("version"))
    differences, taken = _compare(form, current, labels, now or {}, together, _before(events))
    _refill(form, taken, now or {}, fill)
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
    return render(request, template, context, status=HTTPStatus.CONFLICT)


def _compare(
    form: forms.BaseForm,
    current: VersionedRow,
    labels: Mapping[str, str],
    now: Mapping[str, Any],
    together: Collection[str],
    before: Mapping[str, Any],
) -> tuple[list[Difference], dict[str, Any]]:
    """What differs, and by name the values that only the others changed."""
    mine = _values_typed(form, labels)
    theirs = {name: getattr(current, name) for name in labels if hasattr(current, name)}
    theirs |= now
    texts = {
        name: (_text(form, current, name, mine[name]), _text(form, current, name, theirs[name]))
        for name in labels
        if name in mine and name in theirs
    }
    differing = [name for name in texts if texts[name][0] != texts[name][1]]
    kept = {name for name in before if name in texts and _plain(mine[name]) == _plain(before[name])}
    if any(name in together and name not in kept for name in differing):
        kept -= set(together)
    differences = [
        _difference(labels[name], *texts[name], name in before, name not in kept)
        for name in differing
    ]
    return differences, {name: theirs[name] for name in kept}


def _values_typed(form: forms.BaseForm, names: Collection[str]) -> dict[str, Any]:
    """What the form says by name; what it refuses, such as a step no longer open, as it came."""
    values = {}
    for name in names:
        field = form.fields.get(name)
        if isinstance(field, forms.FileField):
            continue
        if name in form.cleaned_data:
            values[name] = form.cleaned_data[name]
        elif field is not None:
            values[name] = form[name].data
    return values


def _text(form: forms.BaseForm, row: Model, name: str, value: Any) -> str:
    """A value as a person would read it, with the line ends of the database."""
    options = _options(form, row, name)
    key = "" if value is None else str(value)
    return _same_ends(options[key] if key in options else _words(value)) or EMPTY


def _options(form: forms.BaseForm, row: Model, name: str) -> dict[str, str]:
    """The words of a choice: the form's, and of a choice that it does not offer the column's."""
    options: list[Any] = []
    try:
        column = row._meta.get_field(name)
    except FieldDoesNotExist:
        column = None
    if isinstance(column, Field):
        options += column.flatchoices
    field = form.fields.get(name)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        offered: Any = field.choices
        options += offered
    return {str(key): str(word) for key, word in options}


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, dict):  # a titled text
        # PostgreSQL does not keep the order in which the keys of JSON were written.
        ordered = sorted(value, key=lambda name: (name != "title", name))
        return "：".join(_words(value[name]) for name in ordered)
    if isinstance(value, (QuerySet, list, tuple)):
        mark = "\n" if any(isinstance(one, dict) for one in value) else "、"
        return mark.join(_words(one) for one in value)
    return str(value)


def _same_ends(text: str) -> str:
    """A browser sends CR LF where the database holds LF."""
    return text.replace("\r\n", "\n").strip()


def _events_since(row: VersionedRow, version: Any) -> list[Event]:
    """What was recorded of the row after that version, oldest first: one event per version."""
    newer = row.version - version if isinstance(version, int) else 1
    events = Event.objects.filter(
        object_type=row._meta.model_name, object_id=str(row.pk), success=True
    ).order_by("-at", "-seq")
    moved = (event for event in events.iterator() if _moves_version(event, row))
    return list(islice(moved, max(newer, 1)))[::-1]


def _moves_version(event: Event, row: Model) -> bool:
    """A file or a reason is also recorded of a row, but names neither a column nor a list of it."""
    columns = {field.attname for field in row._meta.concrete_fields}
    columns |= {field.name for field in row._meta.concrete_fields}
    return any(name in columns or isinstance(pair[0], list) for name, pair in event.changes.items())


def _before(events: list[Event]) -> dict[str, Any]:
    """What the others changed, with the value that it had before the first of them."""
    before: dict[str, Any] = {}
    for event in events:
        for name, (old, new) in event.changes.items():
            if isinstance(old, dict) and isinstance(new, dict):  # one column of several texts
                for part in {*old, *new}:
                    if old.get(part) != new.get(part):
                        before.setdefault(part, old.get(part))
            else:
                before.setdefault(name.removesuffix("_id"), old)
    return before


def _plain(value: Any) -> Any:
    """A value as the audit log writes it; in a list of names the order says nothing."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _same_ends(value) or None
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (QuerySet, list, tuple)):
        plain = [str(one) if isinstance(one, Model) else _plain(one) for one in value]
        return (sorted(plain) if all(isinstance(one, str) for one in plain) else plain) or None
    return value or None


def _refill(
    form: forms.BaseForm,
    taken: Mapping[str, Any],
    now: Mapping[str, Any],
    fill: Callable[[str, Any], None] | None,
) -> None:
    """Put the others' values into the bound form, and what is now into its hidden fields."""
    data = cast(QueryDict, form.data).copy()
    hidden = {field.name: now[field.name] for field in form.hidden_fields() if field.name in now}
    for name, value in {**taken, **hidden}.items():
        if name in form.fields:
            form.errors.pop(name, None)
            prepared = form.fields[name].prepare_value(value)
            values = prepared if isinstance(prepared, list) else [prepared]
            data.setlist(form.add_prefix(name), ["" if v is None else str(v) for v in values])
        elif fill is not None:
            fill(name, value)
    form.data = data


def _difference(label: str, mine: str, theirs: str, by_others: bool, by_me: bool) -> Difference:
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
