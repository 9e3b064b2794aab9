"""Turning what the domain refused into words beside the field."""

from __future__ import annotations

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from rectify.audit.exceptions import Refused


def add_refusal(form: forms.BaseForm, error: Refused | ValidationError) -> None:
    """Put each sentence beside the form's field of that name, else above the form."""
    if isinstance(error, Refused):
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.message_dict.items():
        known = name if name != NON_FIELD_ERRORS and name in form.fields else None
        for sentence in errors:
            form.add_error(known, sentence)
