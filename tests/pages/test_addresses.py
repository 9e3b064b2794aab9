"""An address names its object by a random number: no name and no text that anybody typed."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import UUIDConverter

# Address → the word or number in it, and why it tells nothing about anybody.
OTHERS = {
    ("help_role", "role"): "one of our own words for a role",
    ("evidence_page", "page"): "the number of a page inside a file",
    ("audit_event", "chain"): "own chain or that of the system, one word each",
    ("audit_verify", "chain"): "as above",
    ("audit_export", "chain"): "as above",
    ("application_decide", "route"): "one of our own words for what is asked",
    ("application_withdraw", "route"): "as above",
    ("outcome_edit", "kind"): "one of our own words for a kind of outcome",
    ("outcome_archive", "kind"): "as above",
    ("audit_event", "seq"): "the number of a row in the log, for those who read the log",
}


def named_in(place: URLResolver) -> Iterator[tuple[str, str, type]]:
    """Name of the address, name and kind of every part of it that varies."""
    for entry in place.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named_in(entry)
        elif isinstance(entry, URLPattern):
            for part, converter in entry.pattern.converters.items():
                yield entry.name or "", part, type(converter)


def test_what_varies_in_an_address_is_a_random_number_or_a_word_of_our_own() -> None:
    varying = list(named_in(get_resolver()))
    assert len(varying) > 30
    others = {(name, part) for name, part, kind in varying if kind is not UUIDConverter}
    assert others == set(OTHERS)
