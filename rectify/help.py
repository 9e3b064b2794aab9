"""One help page per role: what the person does, and where."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rectify.accounts.enums import Role
from rectify.accounts.requests import person_of


@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """The person's own roles first, then all others."""
    own = person_of(request).access.by_role
    roles = sorted(Role, key=lambda role: role not in own)
    return render(
        request, "help/index.html", {"roles": [(role, role.label, role in own) for role in roles]}
    )


@require_GET
def help_role(request: HttpRequest, role: str) -> HttpResponse:
    """The page of one role. An unknown role is 404."""
    if role not in Role.values:
        raise Http404
    found = Role(role)
    return render(request, f"help/{found.value}.html", {"role": found, "role_word": found.label})
