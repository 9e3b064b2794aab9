"""A-2: no list, count, search, choice, export, digest or recipient reaches beyond the person.

Every test marks what must not be read, shows that its owner does read it, and then looks for it
everywhere else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from issues.models import Inspection
from measures.domain.reporting import report
from measures.enums import Status
from measures.models import Evidence, Measure, ProgressEntry
from rectify.accounts.domain.grants import end_membership
from rectify.accounts.models import Membership, Organization, User
from rectify.audit.actors import SYSTEM
from rectify.jobs.domain.outbox import tell
from rectify.jobs.domain.work import run
from rectify.jobs.models import Delivery, Job
from reports.domain.digests import build_digest
from reports.enums import Audience
from reports.jobs import request_export
from reports.models import Digest
from tests.authorization.marking import mark, mark_bureau, models_below, texts_of
from tests.authorization.test_matrix import (
    Objects,
    brought_about,
    client_of,
    edited_together,
    objects,
)
from tests.authorization.walk import SUBJECTS, cells
from tests.conftest import Demo

__all__ = ["objects"]

MARK = "外泄标记"
PART = "外泄"  # what is searched for: the page repeats it, so the whole mark is looked for
QUERIES = {
    "ledger": ("", f"?q={PART}", "?figure=total", "?section=none"),
    "tree": ("", "?level=task", "?level=issue&state=not_started"),
    "outcomes": ("?kind=rule", "?kind=money", "?kind=person", "?kind=meeting", "?kind=count"),
}
# Subjects with no role in bureau b.
OF_BUREAU_A = (
    "office", "own_section", "other_section", "leader", "party_group", "secretary", "sysadmin",
    "secadmin", "auditor",
)  # fmt: skip


def pages(objects: Objects, subject: str) -> Iterator[tuple[str, str]]:
    """(name, address) of everything that the subject may GET, with the searches and filters."""
    for cell in cells():
        if cell.method == "GET" and cell.subject == subject and cell.answer in {"ok", "any"}:
            address = reverse(cell.name, kwargs=objects.arguments(cell.name))
            for query in QUERIES.get(cell.name, ("",)):
                yield cell.name, f"{address}{query}"


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    body = response.getvalue()
    if body[:2] == b"PK":
        return " ".join(cells_of(body))
    return str(body.decode(errors="replace")) + str(response.headers)


def cells_of(workbook: bytes) -> list[str]:
    """Every text of every sheet."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return [
        str(value) for sheet in book.worksheets for row in sheet.values for value in row if value
    ]


def showing(objects: Objects, subject: str, pages_of: str = "") -> set[str]:
    """Names of the pages on which the subject meets the mark.

    `pages_of` names whose pages are asked, where the matrix speaks of another bureau.
    """
    client = client_of(subject)
    return {
        name
        for name, address in pages(objects, pages_of or subject)
        if MARK in text_of(client, address)
    }


def in_bureau_b(objects: Objects) -> Objects:
    """The same kinds of objects, of bureau b."""
    demo = Demo(a=objects.demo.b, b=objects.demo.a)
    office = demo.user("office-b")
    measure = demo.measure(demo.a, evidence_links__isnull=False, closed_at=None)
    job = request_export(demo.a, actor=office, measure_ids=None)
    run(job.pk)
    tell(key="walk-b", organization=demo.a.organization, recipient=office, subject="事项",
         body="正文", link="/")  # fmt: skip
    return replace(
        objects, demo=demo, measure=measure, job=Job.objects.get(pk=job.pk),
        delivery=Delivery.objects.get(key=f"walk-b:{office.pk}:in_app"),
        digest=Digest.objects.filter(inspection=demo.a).latest("week_start"),
        evidence=Evidence.objects.filter(links__measure=measure)[0],
        operation=edited_together(measure, office),
        outcome=brought_about(measure, office),
    )  # fmt: skip


def test_the_texts_of_a_bureau_are_read_in_that_bureau_alone(objects: Objects) -> None:
    """Every list, count, choice of a form, digest and file, for everybody of the other bureau."""
    theirs = in_bureau_b(objects)
    marked = mark_bureau(theirs.demo.a.organization, MARK)
    assert len(marked) > 15
    owners = showing(theirs, "other_bureau", pages_of="office")
    assert owners >= {
        "dashboard", "ledger", "tree", "outcomes", "digest", "documents", "inspections", "measure",
        "measure_edit", "issue_edit", "inspection_new", "messages", "job", "jobs",
    }  # fmt: skip
    for subject in OF_BUREAU_A:
        assert showing(objects, subject) == set(), subject
    above = showing(theirs, "discipline")
    assert {"ledger", "measure"} <= above


def test_a_search_counts_nothing_of_another_bureau(objects: Objects) -> None:
    """The count alone would tell that the words exist."""
    mark_bureau(objects.demo.b.organization, MARK)
    counts = {}
    for subject, inspection in (("other_bureau", objects.demo.b), ("office", objects.demo.a)):
        address = reverse("ledger", kwargs={"inspection": inspection.public_id})
        counts[subject] = client_of(subject).get(f"{address}?q={MARK}").context["total"]
    assert counts["other_bureau"] == objects.demo.b.measures.count()
    assert counts["office"] == 0


def hidden_from(username: str, inspection: Inspection) -> Any:
    """Measures of the bureau that are not in the person's sight."""
    user = User.objects.get(username=username)
    seen = Measure.objects.visible_to(user).filter(inspection=inspection)
    hidden = Measure.objects.filter(inspection=inspection).exclude(pk__in=seen.values("pk"))
    assert seen.exists() and hidden.exists()
    return hidden


def mark_measures(measures: Any, *, parents: bool) -> None:
    """Mark measures with all that hangs on them, and the nodes that hold no other measure."""
    keys = list(measures.values_list("pk", flat=True))
    for model, path in models_below(Measure).items():
        mark(model._base_manager.filter(**{f"{path}__in": keys}), MARK)
    others = Measure.objects.exclude(pk__in=keys)
    files = Evidence.objects.filter(links__measure__in=keys)
    mark(files.exclude(links__measure__in=others.values("pk")), MARK)
    if parents:
        tasks = {row.task for row in Measure.objects.filter(pk__in=keys).select_related("task")}
        for task in tasks:
            if not others.filter(task=task).exists():
                mark(type(task)._base_manager.filter(pk=task.pk), MARK)
            if not others.filter(task__issue=task.issue_id).exists():
                mark(task.issue.__class__._base_manager.filter(pk=task.issue_id), MARK)


@pytest.mark.parametrize("subject", ["own_section", "other_section"])
def test_a_section_meets_nothing_of_measures_in_which_it_has_no_part(
    subject: str, objects: Objects
) -> None:
    username = SUBJECTS[subject] or ""
    if subject == "other_section":
        objects = replace(objects, measure=objects.demo.measure(
            objects.demo.a, lead_section__name="数据资源科", evidence_links__isnull=False,
        ))  # fmt: skip
    hidden = hidden_from(username, objects.demo.a)
    other = hidden.filter(evidence_links__isnull=False).in_order()[0]
    mark_measures(hidden, parents=True)
    assert showing(replace(objects, measure=other), "office") >= {"ledger", "tree", "measure"}
    assert showing(objects, subject) == set()


FULL_ONLY = {"owner_name", "remark"}


def mark_above_summary(measure: Measure) -> None:
    """What somebody with a summary must not read of a measure."""
    row = Measure.objects.filter(pk=measure.pk)
    mark(row, MARK, {"result_text", *FULL_ONLY})
    mark(Evidence.objects.filter(links__measure=measure), MARK)
    mark(ProgressEntry.objects.filter(measure=measure), MARK, {"text", "difficulty"})


@pytest.mark.parametrize("subject", ["other_leader", "oversight"])
def test_a_summary_shows_neither_result_nor_progress_nor_files(
    subject: str, objects: Objects
) -> None:
    mark_above_summary(objects.measure)
    # Leaders sit in the party group too, which reads results; this one no longer does.
    User.objects.get(username="leader-data").memberships.filter(role="party_group").delete()
    assert showing(objects, "office") >= {"measure", "ledger"}
    assert showing(objects, subject) == set()
    ledger = reverse("ledger", kwargs={"inspection": objects.demo.a.public_id})
    found = {
        one: client_of(one).get(f"{ledger}?q={MARK}").context["total"]
        for one in ("office", subject)
    }
    assert found == {"office": 1, subject: 0}


def test_who_reads_results_meets_neither_progress_nor_files(objects: Objects) -> None:
    row = Measure.objects.filter(pk=objects.measure.pk)
    mark(row, MARK, FULL_ONLY)
    mark(Evidence.objects.filter(links__measure=objects.measure), MARK)
    mark(ProgressEntry.objects.filter(measure=objects.measure, difficulty=""), MARK, {"text"})
    assert "measure" in showing(objects, "office")
    assert showing(objects, "party_group") == set()
    mark(row, MARK, {"result_text"})
    assert "measure" in showing(objects, "party_group")


def exported(user: User, inspection: Inspection) -> list[str]:
    """The texts of the ledger that the person takes away without a filter, by the button."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    asked = client.post(reverse("export_ledger", kwargs={"inspection": inspection.public_id}))
    job = Job.objects.filter(requester=user).latest("pk")
    assert str(job.public_id) in asked.headers["Location"]
    run(job.pk)
    return cells_of(client.get(reverse("job_file", kwargs={"job": job.public_id})).getvalue())


def test_an_export_holds_what_the_person_may_take_away(objects: Objects) -> None:
    clerk, leader = objects.demo.user("clerk-data"), objects.demo.user("leader-data")
    own = Measure.objects.visible_to(clerk).filter(inspection=objects.demo.a).in_order()[0]
    mark_measures(hidden_from("clerk-data", objects.demo.a), parents=True)
    Measure.objects.filter(pk=own.pk).update(text="本科室自己的措施")
    whole, part = (
        exported(objects.demo.user("office"), objects.demo.a),
        exported(clerk, objects.demo.a),
    )
    assert any(MARK in text for text in whole)
    assert not any(MARK in text for text in part)
    assert "本科室自己的措施" in part
    led = Measure.objects.filter(inspection=objects.demo.a).exclude(leader=leader)
    Measure.objects.filter(pk__in=led.exclude(co_leads__user=leader).values("pk")).update(
        text=f"{MARK}不分管"
    )
    assert not any("不分管" in text for text in exported(leader, objects.demo.a))


def test_a_filter_by_a_row_of_another_bureau_shows_and_exports_none_of_it(
    objects: Objects,
) -> None:
    mark_bureau(objects.demo.b.organization, MARK)
    issue = objects.demo.b.issues.all()[0]
    client = client_of("office")
    data = {"issue": str(issue.public_id)}
    address = reverse("ledger", kwargs={"inspection": objects.demo.a.public_id})
    assert MARK not in client.get(address, data).content.decode()
    client.post(reverse("export_ledger", kwargs=objects.arguments("export_ledger")), data)
    job = Job.objects.latest("pk")
    run(job.pk)
    file = client.get(reverse("job_file", kwargs={"job": job.public_id})).getvalue()
    assert not any(MARK in text for text in cells_of(file))


def digest_readers(organization: Organization) -> set[int | None]:
    roles = ["office", "party_group", "secretary", "leader", "discipline"]
    members = Membership.objects.filter(organization=organization, ended_at=None, role__in=roles)
    return set(members.values_list("user_id", flat=True))


def test_a_digest_is_told_to_present_readers_of_its_bureau_alone(objects: Objects) -> None:
    a, b = objects.demo.a, objects.demo.b
    gone, away = objects.demo.user("office-review"), objects.demo.user("leader-party")
    for membership in gone.memberships.all():
        end_membership(membership, actor=SYSTEM)
    User.objects.filter(pk=away.pk).update(is_active=False)
    assert digest_readers(b.organization) - digest_readers(a.organization)
    week = Digest.objects.filter(inspection=a).latest("week_start").week_start
    Digest.objects.filter(inspection=a, week_start=week).delete()
    for audience in (Audience.OFFICE, Audience.PARTY_GROUP):
        build_digest(a, week, audience=audience, actor=SYSTEM)
    built = Digest.objects.filter(inspection=a, week_start=week)
    sent = [
        row for one in built for row in Delivery.objects.filter(key__startswith=f"digest:{one.pk}:")
    ]
    told = {row.recipient_id for row in sent}
    assert {row.channel for row in sent} == {"in_app", "email"}
    assert told == digest_readers(a.organization) - {gone.pk, away.pk}
    assert all(row.recipient and row.address in ("", row.recipient.email) for row in sent)


def test_a_change_is_told_to_the_leader_of_the_measure_alone(objects: Objects) -> None:
    row = objects.demo.measure(
        objects.demo.a, status=Status.BASICALLY_DONE, leader__isnull=False, closed_at=None
    )
    clerk = Membership.objects.filter(section=row.lead_section, ended_at=None)[0].user
    before = Delivery.objects.count()
    report(row, actor=clerk, version=row.version, values={"status": Status.COMPLETED})
    new = Delivery.objects.order_by("-pk")[: Delivery.objects.count() - before]
    assert [delivery.recipient_id for delivery in new] == [row.leader_id]


def test_every_text_column_of_a_measure_is_marked() -> None:
    """A new text column is looked for without being named here."""
    assert {"text", "result_text", "remark"} <= {column.name for column in texts_of(Measure)}
    below = {model._meta.label_lower for model in models_below(Organization)}
    assert below >= {
        "measures.progressentry", "measures.decision", "reports.digest", "jobs.job",
        "issues.claimedfigure", "accounts.user", "measures.evidencelink",
    }  # fmt: skip
