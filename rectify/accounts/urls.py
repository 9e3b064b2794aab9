"""Addresses of logging in and of a person's own settings.

The names account_login and mfa_authenticate are those that allauth's login stages ask for; none of
its own addresses is included.
"""

from django.urls import path

from rectify.accounts.views import second_factor
from rectify.accounts.views.login import LoginView, log_out
from rectify.accounts.views.password import password_change
from rectify.accounts.views.preferences import preferences

urlpatterns = [
    path("login/", LoginView.as_view(), name="account_login"),
    path("login/code/", second_factor.challenge, name="mfa_authenticate"),
    path("logout/", log_out, name="account_logout"),
    path("password/", password_change, name="password_change"),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/on/", second_factor.enable, name="mfa_activate_totp"),
    path("second-factor/off/", second_factor.disable, name="mfa_deactivate_totp"),
    path(
        "second-factor/codes/",
        second_factor.renew_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("preferences/", preferences, name="preferences"),
]
