"""What the buttons of this room share: one domain call, then a message on the page behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rectify.accounts.domain.passwords import INITIAL_LIFE
from rectify.accounts.domain.people import NewAccount
from rectify.administration.interfaces.forms import ReasonForm
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.lib.clock import now


def done_or_told(
    request: HttpRequest, act: Callable[[], object], *, done: str, target: str
) -> HttpResponse:
    """Do it and go to `target`, with the sentence `done` or the reason of the refusal."""
    try:
        act()
    except NotAllowed:
        raise
    except (Refused, ValidationError) as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, done)
    return redirect(target)


def reason_of(request: HttpRequest) -> str:
    """The posted reason. Raises Refused where it is missing or too long."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Refused(f"没有办理。{form.errors['reason'][0]}")
    return str(form.cleaned_data["reason"])


def in_words(error: Refused | ValidationError) -> str:
    return error.message if isinstance(error, Refused) else " ".join(error.messages)


def slips(
    request: HttpRequest,
    accounts: Sequence[NewAccount],
    *,
    back_url: str,
    back_word: str,
    account_closed: bool = False,
) -> HttpResponse:
    """The initial passwords, this one time: the answer of the POST that made them.

    `account_closed`: the person who asked is logged out by now, so that the page has no shell.
    """
    context = {
        "account_closed": account_closed,
        "accounts": accounts,
        "site": settings.PUBLIC_URL,
        "until": now() + INITIAL_LIFE,
        "back_url": back_url,
        "back_word": back_word,
    }
    return render(request, "administration/slips.html", context)
