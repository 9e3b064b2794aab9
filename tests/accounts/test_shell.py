"""What surrounds a page: the bureau, the inspection, the doors of each role, few queries."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from issues.models import Inspection
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.jobs.domain.outbox import tell
from tests.accounts.conftest import Bureaus

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.site_urls")]

People = Callable[..., User]
ClientOf = Callable[[User], Client]


def doors(page: str) -> list[str]:
    navigation = page.split('<ul class="nav__list">')[1].split("</ul>")[0]
    return re.findall(r"<span>(.+?)</span>", navigation)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.OFFICE, ["首页", "台账", "问题清单", "周报", "通报", "任务"]),
        (Role.SECTION, ["首页", "台账", "任务"]),
        (Role.LEADER, ["首页", "台账", "问题清单", "周报", "任务"]),
        (Role.PARTY_GROUP, ["首页", "台账", "问题清单", "周报"]),
        (Role.SECRETARY, ["首页", "台账", "问题清单", "周报", "通报", "任务"]),
        (Role.DISCIPLINE, ["首页", "台账", "问题清单", "周报", "通报", "任务"]),
        (Role.SYSADMIN, []),
        (None, []),
    ],
)
def test_each_role_sees_its_own_doors(
    person: People, client_of: ClientOf, role: Role | None, expected: list[str]
) -> None:
    assert doors(client_of(person(role)).get("/").content.decode()) == expected


def test_the_newest_inspection_is_chosen_until_an_address_names_another(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    client = client_of(person(Role.OFFICE))
    assert client.get("/").context["shell"].inspection == bureaus.newer
    client.get(f"/inspections/{bureaus.older.public_id}/ledger/")
    assert client.get("/").context["shell"].inspection == bureaus.older
    page = client.get(f"/inspections/{bureaus.older.public_id}/ledger/").content.decode()
    assert re.search(r'aria-current="page">.*?<span>台账</span>', page)


def test_a_foreign_inspection_is_neither_listed_nor_remembered(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    client = client_of(person(Role.OFFICE))
    page = client.get(f"/inspections/{bureaus.foreign.public_id}/ledger/")
    assert page.context["shell"].inspection == bureaus.newer
    assert bureaus.foreign.name not in page.content.decode()
    assert f'href="/inspections/{bureaus.foreign.public_id}' not in page.content.decode()


def test_an_administrator_sees_the_bureau_but_no_inspection(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    shell = client_of(person(Role.SYSADMIN)).get("/").context["shell"]
    assert (shell.organization, shell.inspection) == (bureaus.one, None)


def test_the_shell_asks_two_questions_however_many_inspections_there_are(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    client = client_of(person(Role.OFFICE))
    client.get("/")

    def counted() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/")
        return [query["sql"] for query in queries if "session" not in query["sql"]]

    before = counted()
    for number in range(3):
        Inspection.objects.create(organization=bureaus.one, code=f"x{number}", name="再一次")
    assert len(counted()) == len(before)
    # The person, their memberships, the inspections, the unread messages, what waits, the last
    # backup.
    assert len([sql for sql in before if sql.startswith("SELECT")]) == 6


def test_every_page_warns_against_secrets_and_carries_no_inline_script_or_style(
    person: People, client_of: ClientOf, bureaus: Bureaus
) -> None:
    client = client_of(person(Role.OFFICE))
    tell(
        key="k",
        organization=bureaus.one,
        recipient=User.objects.get(username="person"),
        subject="周报",
        body="一",
        link="/",
    )
    for url in ("/", "/messages/", "/help/", "/help/office/", "/password/", "/nowhere/"):
        page = client.get(url).content.decode()
        assert "本系统为非涉密系统" in page, url
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", page), url


def test_every_role_has_a_help_page(person: People, client_of: ClientOf) -> None:
    client = client_of(person(Role.LEADER))
    index = client.get("/help/").content.decode()
    for role in Role:
        page = client.get(f"/help/{role.value}/")
        assert page.status_code == 200
        assert role.label in page.content.decode()
        assert f"/help/{role.value}/" in index
    assert client.get("/help/nobody/").status_code == 404


def test_an_error_page_is_the_same_for_everybody_and_every_address(
    person: People, client_of: ClientOf
) -> None:
    client = client_of(person(Role.OFFICE))
    first, second = client.get("/nowhere/"), client.get("/help/nobody/")
    assert first.status_code == second.status_code == 404
    assert first.content == second.content
