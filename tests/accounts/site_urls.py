"""Only the pages of accounts and shell, with bare pages where the screens of others stand."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path


def bare(request: HttpRequest, inspection: UUID | None = None) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [
    path("", bare, name="home"),
    path("", include("rectify.accounts.urls")),
    path("", include("rectify.shell_urls")),
    path("jobs/", bare, name="jobs"),
    *[
        path(f"inspections/<uuid:inspection>/{name}/", bare, name=name)
        for name in ("dashboard", "ledger", "tree", "digests", "documents")
    ],
]
handler404 = "rectify.error_pages.not_found"
handler403 = "rectify.error_pages.forbidden"
handler500 = "rectify.error_pages.server_error"
