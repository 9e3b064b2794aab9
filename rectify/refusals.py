"""A rule that forbids what was asked is answered with a page, whichever view asked."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from rectify.audit.exceptions import NotAllowed, Refused, StaleVersion, TooMany
from rectify.error_pages import error_page

# The first that fits; a view that has a form answers for it itself.
STATUSES = (
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (StaleVersion, HTTPStatus.CONFLICT),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (Refused, HTTPStatus.UNPROCESSABLE_ENTITY),
)


class RefusalMiddleware:
    """Turns a Refused that no view put beside a field, and a method that no view answers, into
    pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            page = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        for kind, status in STATUSES:
            if isinstance(exception, kind):
                response = error_page(request, status, exception.message)
                if isinstance(exception, TooMany):
                    response["Retry-After"] = str(exception.retry_after)
                return response
        return None
