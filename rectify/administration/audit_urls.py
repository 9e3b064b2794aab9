"""Addresses of the audit log, under administration/audit/."""

from django.urls import path

from rectify.administration.views.audit_log import (
    audit_event,
    audit_export,
    audit_log,
    audit_verify,
)

urlpatterns = [
    path("", audit_log, name="audit_log"),
    path("<str:chain>/verify/", audit_verify, name="audit_verify"),
    path("<str:chain>/export/", audit_export, name="audit_export"),
    path("<str:chain>/<int:seq>/", audit_event, name="audit_event"),
]
