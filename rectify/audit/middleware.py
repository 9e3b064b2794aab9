"""Gives each request an id and tells the audit log where it came from."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rectify.audit.origin import Origin, coming_from


class OriginMiddleware:
    """Sets the origin for the length of the request and answers its id as X-Request-ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        # REMOTE_ADDR only: forwarding headers can be forged by anybody who reaches the server.
        ip = request.META.get("REMOTE_ADDR") or ""
        with coming_from(Origin("browser", ip, request_id)):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
