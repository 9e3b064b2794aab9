"""Clients of a running product that are no browser: one session and one thread each."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode


class _Form(HTMLParser):
    """What a browser would send of the form whose address ends with `ending`."""

    def __init__(self, ending: str) -> None:
        super().__init__()
        self.ending = ending
        self.inside = False
        self.values: dict[str, str] = {}
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = found.get("action", "").endswith(self.ending)
        if not self.inside:
            return
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") not in {"checkbox", "radio", "submit"}:
            self.values[name] = found.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            self.values[self._select] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self._area:
            self.values[self._area] += data


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, not the way to another one."""

    def redirect_request(self, *args: object) -> None:
        return None


@dataclass
class Client:
    """One logged-in client of the site at `address`."""

    address: str
    session: str
    jar: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(self.jar)
        )

    def form(self, path: str, ending: str) -> dict[str, str]:
        """The values of one form of a page, its CSRF token among them."""
        status, page = self._open(urllib.request.Request(f"{self.address}{path}"))
        assert status == 200, (path, status)
        parser = _Form(ending)
        parser.feed(page)
        return parser.values

    def post(self, path: str, values: dict[str, str]) -> tuple[int, str]:
        """Status and page of the answer; a redirect stays a redirect."""
        data = urlencode(values).encode()
        return self._open(urllib.request.Request(f"{self.address}{path}", data=data))

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        cookies = [f"sessionid={self.session}"]
        cookies += [f"{one.name}={one.value}" for one in self.jar if one.name != "sessionid"]
        request.add_header("Cookie", "; ".join(cookies))
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
