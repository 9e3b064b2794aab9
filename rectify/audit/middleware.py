"""Settles who sent each request, gives it an id and tells the audit log of both."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rectify.audit.origin import Origin, coming_from
from rectify.lib.addresses import is_trusted, parsed, sender

_SCHEME = "HTTP_X_FORWARDED_PROTO"
# Every header by which a proxy may speak of the sender; whoever reaches the server can write them.
_FORWARDING = ("HTTP_X_FORWARDED", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class OriginMiddleware:
    """Sets the origin for the length of the request and answers its id as X-Request-ID.

    It comes first, so that nothing after it sees a forwarding header of somebody else than the
    proxies of TRUSTED_PROXIES: of those only the sender's address (as REMOTE_ADDR) and the scheme
    are kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        settle_sender(request.META)
        with coming_from(Origin("browser", request.META["REMOTE_ADDR"], request_id)):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


def settle_sender(meta: dict[str, Any]) -> None:
    """Put the sender into REMOTE_ADDR ("" where a socket has none) and drop what may be forged."""
    told = {name: meta.pop(name) for name in list(meta) if name.startswith(_FORWARDING)}
    peer = meta.get("REMOTE_ADDR") or ""
    chain = told.get("HTTP_X_FORWARDED_FOR", "")
    meta["REMOTE_ADDR"] = sender(peer, chain, settings.TRUSTED_PROXIES)
    # The right-most word is the proxy's own: what stands left of it came with the request.
    scheme = told.get(_SCHEME, "").rpartition(",")[2].strip().lower()
    if scheme in {"http", "https"} and is_trusted(parsed(peer), settings.TRUSTED_PROXIES):
        meta[_SCHEME] = scheme
