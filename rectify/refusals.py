"""A rule that forbids what was asked is answered with a page, whichever view asked."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from rectify.audit.exceptions import NotAllowed
from rectify.error_pages import error_page


class RefusalMiddleware:
    """NotAllowed that no view turned into words beside a field becomes the 403 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return error_page(request, HTTPStatus.FORBIDDEN, exception.message)
        return None
