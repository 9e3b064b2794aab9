"""Every address of the site."""

from django.urls import include, path

from rectify import error_pages
from rectify.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("rectify.shell_urls")),
    path("", include("rectify.accounts.urls")),
    path("", include("rectify.jobs.urls")),
    path("administration/", include("rectify.administration.urls")),
    path("administration/backups/", include("rectify.backups.urls")),
    path("", include("issues.urls")),
    path("", include("measures.urls")),
    path("", include("measures.tree_urls")),
    path("", include("measures.look_back_urls")),
    path("", include("reports.urls")),
]

handler400 = error_pages.bad_request
handler403 = error_pages.forbidden
handler404 = error_pages.not_found
handler500 = error_pages.server_error
