"""Addresses of logging in and of a person's own settings."""

from django.urls import path

from rectify.accounts.views.login import LoginView, LogoutView
from rectify.accounts.views.password import password_change
from rectify.accounts.views.preferences import preferences

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", password_change, name="password_change"),
    path("preferences/", preferences, name="preferences"),
]
