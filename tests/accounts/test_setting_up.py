"""Bureaus, sections, people and grants come into being through recorded domain functions."""

import pytest
from django.core.exceptions import ValidationError

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.organizations import add_organization, add_section
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Ability, Role, SectionKind
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import SYSTEM
from rectify.audit.domain.events import verify
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Chain, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Organization:
    return add_organization(actor=SYSTEM, code="s-one", name="设局", short_name="一局")


@pytest.fixture
def office(bureau: Organization) -> Section:
    return add_section(bureau, actor=SYSTEM, name="办公室", kind=SectionKind.INTERNAL, sort_order=1)


def make_user(username: str, name: str = "某主任") -> User:
    return create_user(actor=SYSTEM, username=username, name=name, password=None)


def test_a_new_bureau_opens_its_own_audit_chain(bureau: Organization, office: Section) -> None:
    actions = list(
        Event.objects.filter(chain__organization=bureau).values_list("action", flat=True)
    )
    assert actions == ["organization.add", "section.add"]
    assert all(verify(chain) is None for chain in Chain.objects.all())


def test_a_bureau_refuses_a_second_section_of_the_same_name(
    bureau: Organization, office: Section
) -> None:
    with pytest.raises(ValidationError, match="本单位已有同名科室"):
        add_section(bureau, actor=SYSTEM, name="办公室", kind=SectionKind.BRANCH, sort_order=2)


def test_a_person_can_be_searched_by_pinyin_and_initials() -> None:
    user = make_user("clerk", "政务服务科经办人")
    assert user.pinyin == "zhengwufuwukejingbanren"
    assert user.pinyin_initials == "zwfwkjbr"


def test_the_log_of_a_new_person_never_holds_the_password() -> None:
    create_user(actor=SYSTEM, username="u", name="某人", password="correct-horse-42-battery")
    event = Event.objects.filter(action="user.create").latest("pk")
    assert "password" not in event.changes
    assert "correct-horse" not in str(event.changes)


def test_a_weak_password_is_refused_and_nobody_is_created() -> None:
    with pytest.raises(ValidationError):
        create_user(actor=SYSTEM, username="u", name="某人", password="12345")
    assert not User.objects.filter(username="u").exists()


def test_a_grant_works_at_once_and_ends_at_once(bureau: Organization) -> None:
    user = make_user("boss")
    assert not user.access.anywhere(Ability.SEE_SUMMARY)
    membership = grant(user, actor=SYSTEM, organization=bureau, role=Role.OFFICE)
    assert user.access.whole(Ability.SEE_SUMMARY) == {bureau.pk}
    end_membership(membership, actor=SYSTEM)
    assert not User.objects.get(pk=user.pk).access.anywhere(Ability.SEE_SUMMARY)
    with pytest.raises(Refused, match="已经结束"):
        end_membership(membership, actor=SYSTEM)


def test_the_section_role_needs_a_section_and_other_roles_take_none(
    bureau: Organization, office: Section
) -> None:
    user = make_user("clerk")
    with pytest.raises(ValidationError, match="责任科室角色须选定科室"):
        grant(user, actor=SYSTEM, organization=bureau, role=Role.SECTION)
    with pytest.raises(ValidationError, match="责任科室角色须选定科室"):
        grant(user, actor=SYSTEM, organization=bureau, role=Role.OFFICE, section=office)


def test_a_section_of_another_bureau_is_refused(bureau: Organization, office: Section) -> None:
    other = add_organization(actor=SYSTEM, code="s-two", name="又一局", short_name="二局")
    with pytest.raises(Refused, match="不属于该单位"):
        grant(make_user("u"), actor=SYSTEM, organization=other, role=Role.SECTION, section=office)


def test_the_same_grant_is_not_given_twice_but_can_be_given_again_after_its_end(
    bureau: Organization,
) -> None:
    user = make_user("u")
    first = grant(user, actor=SYSTEM, organization=bureau, role=Role.LEADER)
    with pytest.raises(ValidationError, match="已有同样的授权"):
        grant(user, actor=SYSTEM, organization=bureau, role=Role.LEADER)
    end_membership(first, actor=SYSTEM)
    assert grant(user, actor=SYSTEM, organization=bureau, role=Role.LEADER).pk != first.pk


def test_accounts_and_grants_lie_in_different_hands(bureau: Organization) -> None:
    sysadmin, secadmin = make_user("sys"), make_user("sec")
    grant(sysadmin, actor=SYSTEM, organization=bureau, role=Role.SYSADMIN)
    grant(secadmin, actor=SYSTEM, organization=bureau, role=Role.SECADMIN)
    made = create_user(
        actor=sysadmin, organization=bureau, username="new", name="新人", password=None
    )
    add_section(bureau, actor=sysadmin, name="新科", kind=SectionKind.INTERNAL, sort_order=9)
    with pytest.raises(NotAllowed):
        grant(made, actor=sysadmin, organization=bureau, role=Role.OFFICE)
    grant(made, actor=secadmin, organization=bureau, role=Role.OFFICE)
    with pytest.raises(NotAllowed):
        create_user(
            actor=secadmin, organization=bureau, username="newer", name="新人", password=None
        )
    with pytest.raises(NotAllowed):
        add_organization(actor=sysadmin, code="x", name="某局", short_name="某")


def test_an_administrator_of_another_bureau_can_do_nothing_here(bureau: Organization) -> None:
    other = add_organization(actor=SYSTEM, code="s-two", name="又一局", short_name="二局")
    stranger = make_user("stranger")
    grant(stranger, actor=SYSTEM, organization=other, role=Role.SYSADMIN)
    grant(stranger, actor=SYSTEM, organization=other, role=Role.SECADMIN)
    with pytest.raises(NotAllowed):
        add_section(bureau, actor=stranger, name="科", kind=SectionKind.INTERNAL, sort_order=1)
    with pytest.raises(NotAllowed):
        grant(stranger, actor=stranger, organization=bureau, role=Role.OFFICE)
