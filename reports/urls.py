"""Addresses of what is told: dashboard, outcomes, digests, the notice, exports."""

from django.urls import path

from reports.views.compilation import evidence_compile
from reports.views.dashboard import dashboard, dashboard_print
from reports.views.digests import digest, digest_build, digests
from reports.views.documents import documents, notice_build
from reports.views.export import export_ledger
from reports.views.home import home
from reports.views.outcomes import outcomes

_ONE = "inspections/<uuid:inspection>/"

urlpatterns = [
    path("", home, name="home"),
    path(_ONE, dashboard, name="dashboard"),
    path(f"{_ONE}print/", dashboard_print, name="dashboard_print"),
    path(f"{_ONE}outcomes/", outcomes, name="outcomes"),
    path(f"{_ONE}ledger/export/", export_ledger, name="export_ledger"),
    path(f"{_ONE}evidence/compile/", evidence_compile, name="evidence_compile"),
    path(f"{_ONE}digests/", digests, name="digests"),
    path(f"{_ONE}digests/build/", digest_build, name="digest_build"),
    path("digests/<uuid:digest>/", digest, name="digest"),
    path(f"{_ONE}notice/", documents, name="documents"),
    path(f"{_ONE}notice/build/", notice_build, name="notice_build"),
]
