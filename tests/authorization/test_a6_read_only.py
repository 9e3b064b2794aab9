"""A-6: what is closed, archived, sent off or published can be read and no longer changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from issues.models import Inspection
from measures.models import Measure
from rectify.lib.clock import now
from rectify.lib.weeks import week_start
from reports.enums import DocumentState
from reports.models import Document
from tests.authorization.posting import address_of, filled, make_ready, post, posters
from tests.authorization.rows import checksum, undone
from tests.authorization.test_matrix import Objects, client_of, objects
from tests.authorization.walk import arguments_of, cells

__all__ = ["objects"]

INSIDE = {"inspection", "area", "issue", "task", "measure", "outcome", "document"}
# What only a closed measure can have done to it: tests/measures/views/test_applications.py.
REOPENS = {"measure_reopen"}
# What only reads: it makes a file from an archived inspection, as one looks something up.
TAKES_AWAY = {"evidence_compile", "export_ledger", "notice_build"}


def posts_on(*kinds: str) -> list[str]:
    """Addresses with a POST on one of these objects."""
    return sorted(
        {c.name for c in cells() if c.method == "POST" and {*arguments_of(c.name)} & {*kinds}}
    )


def writers(name: str) -> list[str]:
    """Who may send that POST while the object is open."""
    return [
        c.subject for c in cells() if c.name == name and c.method == "POST" and c.answer == "ok"
    ]


def refused(client: Client, response: HttpResponseBase) -> bool:
    """Told beside the form or, after a redirect, on the page one comes back to."""
    if response.status_code in (400, 403, 404, 409, 422):
        return True
    page = client.get(response.headers["Location"])
    return "只读" in page.content.decode() or "已结束" in page.content.decode()


def shut(objects: Objects, state: str) -> Objects:
    """The objects with the walked measure, or all that holds it, closed or archived."""
    rows = Measure.objects.filter(inspection=objects.demo.a)
    if state == "closed":
        walked = rows.filter(lead_section=objects.measure.lead_section, closed_at__isnull=False)
        measure = walked.filter(evidence_links__isnull=False).first()
        assert measure is not None
        return replace(objects, measure=measure)
    if state == "archived":
        rows.filter(pk=objects.measure.pk).update(archived_at=now())
    else:
        Inspection.objects.filter(pk=objects.demo.a.pk).update(archived_at=now())
    return objects


@pytest.mark.parametrize("state", ["closed", "archived", "in an archived inspection"])
@pytest.mark.parametrize("name", sorted(set(posts_on("measure")) - REOPENS))
def test_nothing_of_a_shut_measure_changes(name: str, state: str, objects: Objects) -> None:
    base = {subject: filled(objects, name, subject) for subject in writers(name)}
    walked = shut(objects, state)
    version = {"version": Measure.objects.get(pk=walked.measure.pk).version}
    assert base
    for subject, form in base.items():
        client = client_of(subject)
        before = checksum()
        answer = post(client, address_of(walked, name), {**form, **version})
        assert refused(client, answer), f"{subject}: {answer.status_code}"
        assert checksum() == before, subject


@pytest.mark.parametrize("name", sorted(set(posts_on(*INSIDE)) - TAKES_AWAY - REOPENS))
def test_nothing_in_an_archived_inspection_changes(name: str, objects: Objects) -> None:
    subject = posters()[name]
    base = filled(objects, name, subject)
    Inspection.objects.filter(pk=objects.demo.a.pk).update(archived_at=now())
    client = client_of(subject)
    before = checksum()
    answer = post(client, address_of(objects, name), base)
    assert refused(client, answer), answer.status_code
    assert checksum() == before


def test_an_archived_inspection_is_still_read_and_taken_away(objects: Objects) -> None:
    Inspection.objects.filter(pk=objects.demo.a.pk).update(archived_at=now())
    client = client_of("office")
    for name in ("dashboard", "ledger", "tree", "digests", "documents", "measure"):
        assert client.get(address_of(objects, name)).status_code == 200, name
    assert client.post(address_of(objects, "export_ledger")).status_code == 302


@pytest.mark.parametrize("state", [one for one in DocumentState if one != DocumentState.DRAFT])
def test_a_document_that_was_sent_off_or_published_is_not_edited(
    state: DocumentState, objects: Objects
) -> None:
    base = filled(objects, "documents", "office")
    assert base["title"]
    Document.objects.filter(inspection=objects.demo.a).update(state=state)
    client = client_of("office")
    before = checksum()
    answer = post(client, address_of(objects, "documents"), base)
    assert refused(client, answer), answer.status_code
    assert checksum() == before


def test_the_week_of_a_closed_round_is_not_written(objects: Objects) -> None:
    form = filled(objects, "measure_progress", "office")
    closed = objects.demo.a.rounds.filter(closed_at__isnull=False)[0]
    assert closed.week_start != week_start(now().date())
    client = client_of("own_section")
    before = checksum()
    answer = post(client, address_of(objects, "measure_progress"),
                  {**form, "week_start": closed.week_start.isoformat()})  # fmt: skip
    assert answer.status_code == 422
    assert checksum() == before


def test_the_same_posts_change_an_open_measure(
    objects: Objects, as_user: Callable[[str], Client]
) -> None:
    """The control: without it every refusal above could be that of a broken form."""
    for name in sorted(set(posts_on("measure")) - REOPENS):
        with undone():
            make_ready(objects, name)
            form = filled(objects, name, "office")
            fresh = {"version": Measure.objects.get(pk=objects.measure.pk).version}
            before = checksum()
            answer = post(as_user("office"), address_of(objects, name), {**form, **fresh})
            assert answer.status_code == 302, name
            assert checksum() != before, name
