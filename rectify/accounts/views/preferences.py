"""Text size, contrast, colour and keys: before and after login, with and without script."""

from dataclasses import asdict

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from rectify.accounts.display import CHOICES, COOKIE, COOKIE_AGE, chosen, from_mapping
from rectify.accounts.domain import sessions
from rectify.accounts.requests import safe_next, visitor_of


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the posted choices for the person and for this browser, then go back."""
    choices = {name: request.POST[name] for name in CHOICES if name in request.POST}
    if not choices or any(value not in CHOICES[name].values for name, value in choices.items()):
        return HttpResponseBadRequest("没有这一显示选项，请返回后重新选择。")
    user = visitor_of(request)
    display = chosen(user.preferences if user else None, request.COOKIES.get(COOKIE, ""))
    if user is not None:
        sessions.set_preferences(user, choices={**asdict(display), **choices})
    response = redirect(safe_next(request))
    response.set_cookie(
        COOKIE,
        from_mapping({**asdict(display), **choices}).cookie(),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
