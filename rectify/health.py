"""Whether this process can serve: asked by the container and by whoever watches the site."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rectify.accounts.models import Organization


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" when the database answers from its tables, 503 "database" otherwise."""
    try:
        Organization.objects.order_by().exists()
    except DatabaseError:
        return HttpResponse(
            "database",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            content_type="text/plain; charset=utf-8",
        )
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")
