"""A-7: what is taken from a person is gone at their next request, in the same session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from measures.domain.measures import edit_measure
from measures.domain.paper import Paper
from measures.models import Measure
from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.people import deactivate_user
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Section, User
from rectify.audit.actors import SYSTEM
from rectify.lib.clock import now, today
from reports.enums import Audience
from reports.jobs import request_export
from reports.models import Digest
from tests.authorization.posting import (
    NEW_PASSWORD,
    OLD_PASSWORD,
    address_of,
    filled,
    make_ready,
    post,
)
from tests.authorization.rows import checksum
from tests.authorization.test_matrix import Objects, client_of, objects

__all__ = ["objects"]


def _grants(username: str) -> list[Membership]:
    return list(Membership.objects.filter(user__username=username, ended_at__isnull=True))


def test_an_ended_grant(objects: Objects) -> None:
    client, page = client_of("office"), address_of(objects, "measure")
    form = filled(objects, "measure_report", "office")
    assert client.get(page).status_code == 200
    for membership in _grants("office"):
        end_membership(membership, actor=SYSTEM)
    before = checksum()
    assert client.get(page).status_code == 404
    assert post(client, address_of(objects, "measure_report"), form).status_code == 404
    assert client.get(address_of(objects, "job_file")).status_code == 404
    assert checksum() == before


def test_one_of_two_grants_leaves_the_other(objects: Objects) -> None:
    """Ending what lets somebody write does not end what lets them read."""
    office = objects.demo.user("office")
    grant(office, actor=SYSTEM, organization=objects.demo.a.organization, role=Role.PARTY_GROUP)
    client, form = client_of("office"), filled(objects, "measure_report", "office")
    for membership in Membership.objects.filter(user=office, role=Role.OFFICE):
        end_membership(membership, actor=SYSTEM)
    assert client.get(address_of(objects, "measure")).status_code == 200
    assert post(client, address_of(objects, "measure_report"), form).status_code == 403
    assert client.get(address_of(objects, "tree")).status_code == 200
    assert client.get(address_of(objects, "measure_edit")).status_code == 403


def test_a_new_grant_works_without_a_new_login(objects: Objects) -> None:
    client, page = client_of("other_section"), address_of(objects, "measure")
    assert client.get(page).status_code == 404
    grant(objects.demo.user("clerk-data"), actor=SYSTEM, role=Role.PARTY_GROUP,
          organization=objects.demo.a.organization)  # fmt: skip
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("by_domain", [True, False])
def test_a_deactivated_account(by_domain: bool, objects: Objects) -> None:
    """Closed by the administrator; or by the flag alone, with session and grants left over."""
    client, page = client_of("office"), address_of(objects, "measure")
    form = filled(objects, "measure_report", "office")
    assert client.get(page).status_code == 200
    if by_domain:
        deactivate_user(objects.demo.user("office"), actor=SYSTEM, reason="走查停用")
    else:
        User.objects.filter(username="office").update(is_active=False)
    before = checksum()
    for answer in (client.get(page), post(client, address_of(objects, "measure_report"), form)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/")
    assert checksum() == before


def test_a_password_changed_elsewhere(objects: Objects) -> None:
    make_ready(objects, "password_change")
    here, elsewhere = client_of("office"), client_of("office")
    page = address_of(objects, "measure")
    assert here.get(page).status_code == 200
    form = {
        "old_password": OLD_PASSWORD, "new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD,
    }  # fmt: skip
    changed = post(elsewhere, address_of(objects, "password_change"), form)
    assert changed.status_code == 302
    assert here.get(page).headers.get("Location", "").startswith("/login/")
    assert elsewhere.get(page).status_code == 200


def test_a_section_that_no_longer_leads_the_measure(objects: Objects) -> None:
    client, page = client_of("own_section"), address_of(objects, "measure")
    form = filled(objects, "measure_report", "own_section")
    assert client.get(page).status_code == 200
    other = Section.objects.get(organization=objects.demo.a.organization, name="数据资源科")
    objects.measure.supports.filter(section__name="政务服务中心").delete()
    edit_measure(objects.measure, actor=objects.demo.user("office"), reason="走查",
                 version=objects.measure.version, values={"lead_section": other},
                 paper=Paper(decided_by_name="党组", decided_on=today()))  # fmt: skip
    before = checksum()
    assert client.get(page).status_code == 404
    assert post(client, address_of(objects, "measure_report"), form).status_code == 404
    assert checksum() == before
    assert client_of("other_section").get(page).status_code == 200


def test_a_person_who_moved_to_another_section(objects: Objects) -> None:
    client, page = client_of("own_section"), address_of(objects, "measure")
    evidence = address_of(objects, "evidence")
    clerk = objects.demo.user("clerk-center")
    taken = request_export(objects.demo.a, actor=clerk, measure_ids=[objects.measure.pk])
    job = reverse("job", kwargs={"job": taken.public_id})
    assert client.get(page).status_code == client.get(job).status_code == 200
    for membership in _grants("clerk-center"):
        end_membership(membership, actor=SYSTEM)
    other = Section.objects.get(organization=objects.demo.a.organization, name="数据资源科")
    grant(clerk, actor=SYSTEM, role=Role.SECTION, section=other,
          organization=objects.demo.a.organization)  # fmt: skip
    for address in (page, evidence, job):
        assert client.get(address).status_code == 404


def test_a_digest_for_a_person_whose_role_has_ended(objects: Objects) -> None:
    """It names its leader; that alone opens nothing."""
    digest = Digest.objects.filter(inspection=objects.demo.a).first()
    assert digest is not None
    office = objects.demo.user("office")
    Digest.objects.filter(pk=digest.pk).update(audience=Audience.LEADER, leader=office)
    page = reverse("digest", kwargs={"digest": digest.public_id})
    assert client_of("office").get(page).status_code == 404
    grant(office, actor=SYSTEM, role=Role.LEADER, organization=objects.demo.a.organization)
    assert client_of("office").get(page).status_code == 200
    for membership in _grants("office"):
        end_membership(membership, actor=SYSTEM)
    assert client_of("office").get(page).status_code == 404


@pytest.mark.parametrize("name", ["measure_report", "area_edit", "issue_new", "inspection_edit"])
def test_an_inspection_archived_meanwhile(
    name: str, objects: Objects, as_user: Callable[[str], Client]
) -> None:
    """The form was open when the inspection was archived."""
    client, form = as_user("office"), filled(objects, name, "office")
    type(objects.demo.a).objects.filter(pk=objects.demo.a.pk).update(archived_at=now())
    before = checksum()
    answer = post(client, address_of(objects, name), form)
    assert answer.status_code == 422
    assert "已归档" in answer.content.decode()  # type: ignore[attr-defined]  # a page, not a file
    assert checksum() == before
    assert Measure.objects.filter(pk=objects.measure.pk).exists()
