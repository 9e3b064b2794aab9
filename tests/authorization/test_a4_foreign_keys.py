"""A-4: whatever a form lets a person choose, another bureau's rows are no choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.db.models import Model

from issues.models import Inspection, Issue, ProblemArea, Task
from measures.models import ClosureApplication, Evidence, Measure
from rectify.accounts.models import Membership, Organization, Section, User
from tests.authorization.posting import (
    address_of,
    filled,
    form_classes,
    keys_of,
    make_ready,
    post,
    posters,
    seen_forms,
    told_no,
)
from tests.authorization.rows import checksum, undone
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]

# An object of bureau b for everything that a form may name. A new kind must be added here.
FOREIGN: dict[type[Model], Callable[[Inspection], Any]] = {
    Organization: lambda b: Organization.objects.filter(pk=b.organization_id),
    Section: lambda b: Section.objects.filter(organization=b.organization_id),
    User: lambda b: User.objects.filter(username="office-b"),
    Membership: lambda b: Membership.objects.filter(user__username="office-b"),
    Inspection: lambda b: Inspection.objects.filter(pk=b.pk),
    ProblemArea: lambda b: ProblemArea.objects.filter(inspection=b),
    Issue: lambda b: Issue.objects.filter(inspection=b),
    Task: lambda b: Task.objects.filter(inspection=b),
    Measure: lambda b: Measure.objects.filter(inspection=b),
    Evidence: lambda b: Evidence.objects.filter(inspection=b),
    ClosureApplication: lambda b: ClosureApplication.objects.filter(measure__inspection=b),
}
# A filter narrows what is seen and writes nothing: a value that it does not offer is left out,
# and what it then shows is the matter of A-2.
FILTERS = {"evidence_compile", "export_ledger"}
# Sent by GET, before there is a login or a bureau, or with a second factor: none names a row.
NOT_POSTED_BY_A_PERSON = {
    "AuditFilter", "CodeForm", "ConfirmForm", "DaysForm", "FirstRunForm", "ListFilter", "LoginForm",
}  # fmt: skip


def choices_in(form: forms.BaseForm) -> Iterator[tuple[str, forms.Field]]:
    """Fields by which the form names rows: choices of rows, ids, and choices that are ids."""
    for name, field in form.fields.items():
        if isinstance(field, (forms.ModelChoiceField, forms.UUIDField)) or (
            isinstance(field, forms.ChoiceField) and _offers_ids(field)
        ):
            yield name, field


def foreign_rows(field: forms.Field, objects: Objects) -> list[Any]:
    """Rows of bureau b that the field would name; of every kind where it does not say which."""
    if isinstance(field, forms.ModelChoiceField):
        assert field.queryset is not None
        kinds: Iterable[type[Model]] = [field.queryset.model]
    else:
        kinds = FOREIGN
    rows = [FOREIGN[kind](objects.demo.b).first() for kind in kinds]
    assert rows and all(row is not None for row in rows), "bureau b has nothing to point at"
    return rows


def values_of(field: forms.Field, row: Any) -> list[str]:
    """The row as the field would name it, and by its key."""
    named = getattr(field, "to_field_name", None) or "public_id"
    return [str(getattr(row, named)), str(row.pk)]


def _offers_ids(field: forms.ChoiceField) -> bool:
    return any(_is_uuid(key) for key in keys_of(field))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", sorted(set(posters()) - FILTERS))
def test_no_field_takes_a_row_of_another_bureau(
    name: str, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready(objects, name)
    client, address = client_of(posters()[name]), address_of(objects, name)
    base = filled(objects, name, posters()[name])
    with seen_forms(monkeypatch) as forms_seen, undone():
        let_in = not told_no(post(client, address, base))
    client = client_of(posters()[name])
    before = checksum()
    for form in forms_seen:
        for field_name, field in choices_in(form):
            assert let_in, "the form is refused anyway, so that nothing would be shown"
            for row in foreign_rows(field, objects):
                for value in values_of(field, row):
                    response = post(client, address, {**base, form.add_prefix(field_name): value})
                    assert told_no(response), f"{field_name}={row!r}: {response.status_code}"
    assert checksum() == before


def test_every_form_of_the_product_is_walked(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new form without an address in the matrix, or without a POST that reaches it, fails."""
    seen: set[str] = set()
    for name, subject in posters().items():
        with seen_forms(monkeypatch) as forms_seen, undone():
            make_ready(objects, name)
            post(client_of(subject), address_of(objects, name), filled(objects, name, subject))
        seen |= {base.__name__ for form in forms_seen for base in type(form).__mro__}
    unseen = {form.__name__ for form in form_classes()} - seen - NOT_POSTED_BY_A_PERSON
    assert not unseen


def test_the_walk_meets_fields_that_name_rows(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the fields not recognised, nothing would have been tried."""
    found: set[str] = set()
    for name in ("measure_edit", "issue_edit", "inspection_new"):
        with seen_forms(monkeypatch) as forms_seen, undone():
            post(client_of("office"), address_of(objects, name), filled(objects, name, "office"))
        found |= {f"{name}.{field}" for form in forms_seen for field, _ in choices_in(form)}
    assert found >= {
        "inspection_new.organization", "issue_edit.disclosure_approver", "issue_edit.recurs_from",
        "measure_edit.leader", "measure_edit.lead_section", "measure_edit.owner",
        "measure_edit.co_leaders", "measure_edit.support_sections",
        "measure_edit.disclosure_approver",
    }  # fmt: skip
