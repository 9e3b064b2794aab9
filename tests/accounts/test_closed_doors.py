"""Of allauth only the login stages are in use: nothing of its own is reachable."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.urls import urlpatterns as allauth_patterns
from django.core import mail
from django.core.checks import run_checks
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from rectify.checks import administrators_need_a_code

OUR_NAMES = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
}


def patterns(entries: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in entries:
        found += patterns(entry.url_patterns) if isinstance(entry, URLResolver) else [entry]
    return found


def test_no_address_leads_into_allauth_but_the_login_page() -> None:
    reached = {
        str(entry.name)
        for entry in patterns(get_resolver().url_patterns)
        if "allauth" in getattr(entry.callback, "__module__", "")
        or any(
            "allauth" in c.__module__ for c in getattr(entry.callback, "view_class", int).__mro__
        )
    }
    assert reached == {"account_login"}


def test_none_of_its_names_exists_but_those_that_we_answer() -> None:
    theirs = {str(entry.name) for entry in patterns(allauth_patterns)}
    assert {"account_signup", "account_email", "account_reset_password"} <= theirs
    for name in sorted(theirs - OUR_NAMES):
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize(
    "path",
    [
        "/signup/",
        "/accounts/signup/",
        "/accounts/login/",
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/password/reset/",
        "/password/reset/",
        "/login/code/confirm/",
        "/accounts/login/code/",
        "/accounts/3rdparty/",
        "/accounts/social/login/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/reauthenticate/",
        "/second-factor/webauthn/",
        "/_allauth/browser/v1/auth/signup",
    ],
)
def test_its_usual_addresses_do_not_exist(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code == 404


def test_nobody_signs_up_and_nothing_goes_by_mail() -> None:
    adapter = get_adapter()
    assert not adapter.is_open_for_signup(RequestFactory().get("/"))
    adapter.send_mail("account/email/unknown_account", "a@b.example", {})
    assert mail.outbox == []


def test_the_login_page_answers_no_program_with_its_form(db: None) -> None:
    answer = Client().get("/login/", headers={"Accept": "application/json"})
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_checks_of_the_libraries_find_nothing_to_say() -> None:
    said = [m for m in run_checks() if m.id and m.id.startswith(("account", "axes"))]
    assert said == []


def test_administrators_without_a_second_factor_are_a_visible_warning(settings: Settings) -> None:
    settings.TOTP_FOR_ADMINS = False
    assert [message.id for message in administrators_need_a_code(None)] == ["rectify.W008"]
    settings.TOTP_FOR_ADMINS = True
    assert administrators_need_a_code(None) == []
