"""Addresses of the backups."""

from django.urls import path

from rectify.backups.views.backups import backup_make, backups

urlpatterns = [
    path("", backups, name="backups"),
    path("make/", backup_make, name="backup_make"),
]
