"""The site as a bureau runs it: every sort of answer over the whole chain of middleware."""

from __future__ import annotations

import re

import pytest

from tests.pages.conftest import Answer, ProdSite

pytestmark = pytest.mark.slow

EXPECTED = {
    "login": 200,
    "login needed": 302,
    "no tls": 301,
    "foreign host": 400,
    "foreign host without tls": 400,
    "healthz": 200,
    "static": 200,
    "static unchanged": 200,
    "static missing": 404,
    "static posted": 405,
    "not found": 404,
    "path with a bad escape": 404,
    "csrf": 403,
    "many fields": 400,
    "long text": 413,
    "large file": 413,
    "page": 200,
    "form": 200,
    "method": 405,
    "broken": 500,
    "hidden": 404,
    "forbidden": 403,
    "logout": 302,
    "no database": 500,
    "no database for healthz": 503,
}
NAMES = sorted(EXPECTED)
STATIC = {"static", "static unchanged", "static posted"}
# Answered by a page of our own, in words.
PAGES = sorted(
    name for name, status in EXPECTED.items()
    if status not in (301, 302, 503) and name not in {"healthz", *STATIC}
)  # fmt: skip
ERRORS = sorted(name for name in PAGES if EXPECTED[name] >= 400)


def test_the_walk_knows_every_answer(answers: dict[str, Answer]) -> None:
    assert {name: one.status for name, one in answers.items()} == EXPECTED


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_carries_every_header(name: str, answers: dict[str, Answer]) -> None:
    headers = answers[name].headers
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
        "form-action 'self'",
    }  # fmt: skip
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-ID"])
    assert not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(headers)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in STATIC])
def test_nothing_but_static_files_is_kept_by_a_browser(
    name: str, answers: dict[str, Answer]
) -> None:
    assert "no-store" in answers[name].headers["Cache-Control"]


def test_a_static_file_under_its_hash_is_kept_for_good(answers: dict[str, Answer]) -> None:
    assert "immutable" in answers["static"].headers["Cache-Control"]


def test_tls_is_remembered_and_its_absence_redirected(answers: dict[str, Answer]) -> None:
    assert answers["login"].headers["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )
    assert answers["no tls"].headers["Location"] == "https://zhenggai.example/login/"


def test_cookies_are_bound_to_the_host_tls_and_this_site(answers: dict[str, Answer]) -> None:
    given = {
        name: value
        for answer in answers.values()
        for name, value in answer.cookies.items()
        if "expires=Thu, 01 Jan 1970" not in value
    }
    assert set(given) == {"__Host-session", "__Host-csrf"}
    for name, value in given.items():
        parts = set(value.split("; "))
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts, name
        assert not any(part.startswith("Domain") for part in parts), name


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_the_system_is_not_for_secrets(
    name: str, answers: dict[str, Answer]
) -> None:
    assert "本系统为非涉密系统，严禁存储、处理、传输国家秘密" in answers[name].body


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_page_is_ours_and_says_what_to_do(
    name: str, answers: dict[str, Answer]
) -> None:
    body = answers[name].body
    assert answers[name].headers["Content-Type"].startswith("text/html")
    assert '<html lang="zh-CN"' in body
    advice = re.search(r'<div class="card__body stack--s">\s*<p>(.+?)</p>', body)
    assert advice, body
    assert "请" in advice.group(1)
    assert "Traceback" not in body


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_names_its_request_unless_it_hides_something(
    name: str, answers: dict[str, Answer]
) -> None:
    answer = answers[name]
    printed = answer.headers["X-Request-ID"] in answer.body
    assert printed == (answer.status != 404)


def test_a_method_that_is_not_served_says_which_are(answers: dict[str, Answer]) -> None:
    assert "GET" in answers["method"].headers["Allow"]


def test_the_check_for_deployment_is_clean(prod_site: ProdSite) -> None:
    done = prod_site.run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("variables", "warning"),
    [
        ({"PLAIN_HTTP": "1"}, "rectify.W004"),
        ({"TRUSTED_PROXIES": ""}, "rectify.W007"),
    ],
)
def test_the_check_names_what_is_missing(
    prod_site: ProdSite, variables: dict[str, str], warning: str
) -> None:
    done = prod_site.run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **variables)
    assert done.returncode != 0
    assert warning in done.stderr


def test_a_site_without_tls_says_so_and_uses_plain_cookies(
    plain_answers: dict[str, Answer],
) -> None:
    assert "没有启用 HTTPS" in plain_answers["login"].body
    assert "Strict-Transport-Security" not in plain_answers["login"].headers
    assert plain_answers["no tls"].status == 200
    names = {name for answer in plain_answers.values() for name in answer.cookies}
    assert names == {"sessionid", "csrftoken"}


def test_a_site_with_tls_does_not_warn(answers: dict[str, Answer]) -> None:
    assert "没有启用 HTTPS" not in answers["login"].body
