"""The bureau's own page: its details, and its sections in their order."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.organizations import archive_section, restore_section, update_section
from rectify.accounts.enums import Role
from rectify.accounts.models import Section
from rectify.audit.exceptions import NotAllowed, Refused
from tests.administration.conftest import Bureau, LogIn


def page(section: Section, name: str = "section_edit") -> str:
    return reverse(name, kwargs={"section": section.public_id})


def test_the_bureau_is_renamed_and_its_code_and_parent_stay(home: Bureau, log_in: LogIn) -> None:
    row = home.organization
    answer = log_in(home.sys).post(
        reverse("section_bureau", kwargs={"bureau": row.public_id}),
        {"version": row.version, "name": "新局", "short_name": "新", "phone": "0000-1",
         "code": "taken", "parent": "1"},
    )  # fmt: skip
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.name, row.short_name, row.phone) == ("新局", "新", "0000-1")
    assert (row.code, row.parent_id) == ("home", None)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [("name", "", "请填写全称"), ("name", "away局", "已存在"), ("name", "局" * 101, "最多 100"),
     ("phone", "1" * 41, "最多 40"), ("email", "x", "电子邮箱不正确")],
)  # fmt: skip
def test_details_that_cannot_be_are_refused_beside_their_field(
    home: Bureau, away: Bureau, log_in: LogIn, field: str, value: str, sentence: str
) -> None:
    row = home.organization
    posted = {"version": row.version, "name": row.name, "short_name": row.short_name}
    answer = log_in(home.sys).post(
        reverse("section_bureau", kwargs={"bureau": row.public_id}), {**posted, field: value}
    )
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])


def test_a_section_is_added_renamed_and_moved(home: Bureau, log_in: LogIn) -> None:
    client = log_in(home.sys)
    new = reverse("section_new", kwargs={"bureau": home.organization.public_id})
    assert client.get(new).context["form"]["sort_order"].value() == 3
    client.post(new, {"name": "督查科", "kind": "internal", "sort_order": "3"})
    made = home.organization.sections.get(name="督查科")
    client.post(
        page(made), {"version": 1, "name": "督查室", "kind": "subordinate", "sort_order": "0"}
    )
    assert [str(row) for row in home.organization.sections.all()] == ["督查室", "服务科", "档案科"]


def test_two_sections_of_one_name_are_refused_beside_the_form(home: Bureau, log_in: LogIn) -> None:
    answer = log_in(home.sys).post(
        page(home.archive), {"version": 1, "name": "服务科", "kind": "internal", "sort_order": "1"}
    )
    assert answer.status_code == 422
    assert "同名科室" in answer.content.decode()


def test_a_stale_section_shows_both_texts(home: Bureau, log_in: LogIn) -> None:
    update_section(home.archive, actor=home.sys, version=1, values={"name": "档案室"})
    answer = log_in(home.sys).post(
        page(home.archive), {"version": 1, "name": "档案股", "kind": "internal", "sort_order": "2"}
    )
    assert answer.status_code == 409
    assert "档案室" in strip_tags(answer.content.decode())


def test_a_section_that_people_act_for_is_not_taken_out_of_use(home: Bureau, log_in: LogIn) -> None:
    answer = log_in(home.sys).post(page(home.service, "section_archive"), follow=True)
    assert "责任科室" in answer.content.decode()
    end_membership(home.membership(home.clerk), actor=home.sec, reason="转岗")
    archive_section(home.service, actor=home.sys)
    with pytest.raises(Refused, match="已停用"):
        grant(home.clerk, actor=home.sec, organization=home.organization, role=Role.SECTION,
              section=home.service)  # fmt: skip
    with pytest.raises(Refused, match="已经停用"):
        archive_section(home.service, actor=home.sys)
    restore_section(home.service, actor=home.sys)
    with pytest.raises(Refused, match="正在使用"):
        restore_section(home.service, actor=home.sys)


@pytest.mark.parametrize("name", ["section_edit", "section_archive", "section_restore"])
def test_the_sections_of_another_bureau_do_not_exist(
    home: Bureau, away: Bureau, log_in: LogIn, name: str
) -> None:
    posted = {"version": 1, "name": "夺", "kind": "internal", "sort_order": "1"}
    assert log_in(home.sys).post(page(away.archive, name), posted).status_code == 404
    away.archive.refresh_from_db()
    assert (away.archive.name, away.archive.archived_at) == ("档案科", None)
    with pytest.raises(NotAllowed):
        archive_section(away.archive, actor=home.sys)
