"""Headers of every answer (trust.md §2), whoever made the answer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# No page uses any of them; a page that did would have to say so here.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PageHeadersMiddleware:
    """Adds what the answer does not carry yet.

    Django's own middleware sets most of these, but not on an answer that was made before its turn,
    such as the refusal of a foreign host name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in every_header().items():
            response.headers.setdefault(name, value)
        return response


def every_header() -> dict[str, str]:
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
    }
