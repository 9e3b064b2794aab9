"""What memberships add up to: several roles, several bureaus, the bureaus below, revocation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import DjangoAssertNumQueries

from rectify.accounts.domain.grants import end_membership, grant
from rectify.accounts.domain.organizations import add_organization, add_section
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Ability, Role, Scope, SectionKind
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed, Refused


@pytest.fixture
def bureau(db: None) -> Callable[..., Organization]:
    def make(code: str, parent: Organization | None = None) -> Organization:
        return add_organization(
            actor=SYSTEM, code=code, name=f"{code}局", short_name=code, parent=parent
        )

    return make


@pytest.fixture
def person(db: None) -> User:
    return create_user(actor=SYSTEM, username="somebody", name="某人", password=None)


def section_of(organization: Organization, name: str = "业务科") -> Section:
    return add_section(
        organization, actor=SYSTEM, name=name, kind=SectionKind.INTERNAL, sort_order=1
    )


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_without_a_membership_nothing_is_held(
    person: User, bureau: Callable[..., Organization]
) -> None:
    bureau("one")
    for ability in Ability:
        assert person.access.anywhere(ability) == frozenset()
    assert (person.access.sections, person.access.below) == (frozenset(), frozenset())


def test_an_office_holds_its_own_bureau_and_no_other(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one, two = bureau("one"), bureau("two")
    grant(person, actor=SYSTEM, organization=one, role=Role.OFFICE)
    assert person.access.whole(Ability.SEE_FULL) == {one.pk}
    assert person.access.has_role(Role.OFFICE, one.pk)
    assert not person.access.has_role(Role.OFFICE, two.pk)
    assert person.access.whole(Ability.LOOK_BACK) == frozenset()


def test_roles_of_different_bureaus_do_not_mix(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one, two = bureau("one"), bureau("two")
    grant(person, actor=SYSTEM, organization=one, role=Role.OFFICE)
    grant(person, actor=SYSTEM, organization=two, role=Role.PARTY_GROUP)
    access = person.access
    assert access.whole(Ability.EDIT_MEASURE) == {one.pk}
    assert access.whole(Ability.SEE_SUMMARY) == {one.pk, two.pk}
    assert access.whole(Ability.SEE_FULL) == {one.pk}


def test_a_section_reaches_its_part_but_nothing_whole(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one = bureau("one")
    section = section_of(one)
    grant(person, actor=SYSTEM, organization=one, role=Role.SECTION, section=section)
    access = person.access
    assert access.sections == {section.pk}
    assert access.whole(Ability.SEE_SUMMARY) == frozenset()
    assert access.anywhere(Ability.SEE_SUMMARY) == {one.pk}
    assert access.portfolio_roles(Ability.REPORT_STATUS, one.pk) == {Role.SECTION}
    assert access.scope_of(Ability.REPORT_STATUS, Role.SECTION) == Scope.LEAD


def test_oversight_reaches_every_bureau_below_at_any_depth_and_not_its_own_office(
    person: User, bureau: Callable[..., Organization]
) -> None:
    city = bureau("city")
    district = bureau("district", city)
    street = bureau("street", district)
    beside = bureau("beside")
    grant(person, actor=SYSTEM, organization=district, role=Role.OVERSIGHT)
    assert person.access.below == {street.pk}
    assert person.access.whole(Ability.SEE_SUMMARY) == {street.pk}
    end_membership(Membership.objects.get(user=person), actor=SYSTEM)
    grant(person, actor=SYSTEM, organization=city, role=Role.OVERSIGHT)
    assert fresh(person).access.below == {district.pk, street.pk}
    assert beside.pk not in fresh(person).access.anywhere(Ability.SEE_SUMMARY)


def test_a_circle_of_organizations_does_not_hang(
    person: User, bureau: Callable[..., Organization]
) -> None:
    top = bureau("top")
    below = bureau("below", top)
    Organization.objects.filter(pk=top.pk).update(parent=below)
    grant(person, actor=SYSTEM, organization=top, role=Role.OVERSIGHT)
    assert person.access.below == {top.pk, below.pk}


def test_an_office_above_has_nothing_below_it(
    person: User, bureau: Callable[..., Organization]
) -> None:
    top = bureau("top")
    bureau("below", top)
    grant(person, actor=SYSTEM, organization=top, role=Role.OFFICE)
    assert person.access.whole(Ability.SEE_SUMMARY) == {top.pk}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECTION])
def test_an_ended_membership_counts_for_nothing_at_once(
    person: User, bureau: Callable[..., Organization], role: Role
) -> None:
    top = bureau("top")
    bureau("below", top)
    # A bureau's last administrator could not be ended.
    other = create_user(actor=SYSTEM, username="other", name="另一人", password=None)
    grant(other, actor=SYSTEM, organization=top, role=role)
    membership = grant(person, actor=SYSTEM, organization=top, role=role)
    assert person.access.by_role
    end_membership(membership, actor=SYSTEM)
    assert fresh(person).access.by_role == {}
    assert all(not fresh(person).access.anywhere(ability) for ability in Ability)
    with pytest.raises(Refused, match="已经结束"):
        end_membership(Membership.objects.get(pk=membership.pk), actor=SYSTEM)


def test_ending_one_of_two_sections_leaves_the_other(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one = bureau("one")
    left, right = section_of(one), section_of(one, "财务科")
    membership = grant(person, actor=SYSTEM, organization=one, role=Role.SECTION, section=left)
    grant(person, actor=SYSTEM, organization=one, role=Role.SECTION, section=right)
    end_membership(membership, actor=SYSTEM)
    assert fresh(person).access.sections == {right.pk}


def test_an_inactive_person_has_no_access(
    person: User, bureau: Callable[..., Organization]
) -> None:
    grant(person, actor=SYSTEM, organization=bureau("one"), role=Role.OFFICE)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert fresh(person).access.by_role == {}


def test_a_section_of_another_bureau_cannot_be_granted(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one, two = bureau("one"), bureau("two")
    with pytest.raises(Refused):
        grant(person, actor=SYSTEM, organization=one, role=Role.SECTION, section=section_of(two))
    assert not Membership.objects.filter(user=person).exists()


@pytest.mark.parametrize("role", list(Role))
def test_section_and_role_fit_each_other(
    person: User, bureau: Callable[..., Organization], role: Role
) -> None:
    one = bureau("one")
    wrong = None if role == Role.SECTION else section_of(one)
    with pytest.raises(ValidationError, match="责任科室角色须选定科室"):
        grant(person, actor=SYSTEM, organization=one, role=role, section=wrong)


def test_the_same_grant_twice_is_refused_until_the_first_ended(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one = bureau("one")
    first = grant(person, actor=SYSTEM, organization=one, role=Role.LEADER)
    with pytest.raises(ValidationError, match="已有同样的授权"):
        grant(person, actor=SYSTEM, organization=one, role=Role.LEADER)
    end_membership(first, actor=SYSTEM)
    assert grant(person, actor=SYSTEM, organization=one, role=Role.LEADER).ended_at is None


def test_only_the_security_administrator_grants(
    person: User, bureau: Callable[..., Organization]
) -> None:
    one, two = bureau("one"), bureau("two")
    other = create_user(actor=SYSTEM, username="other", name="另一人", password=None)
    third = create_user(actor=SYSTEM, username="third", name="第三人", password=None)
    grant(third, actor=SYSTEM, organization=one, role=Role.SYSADMIN)
    for role in (Role.OFFICE, Role.SYSADMIN, Role.AUDITOR, Role.SECRETARY):
        membership = grant(other, actor=SYSTEM, organization=one, role=role)
        with pytest.raises(NotAllowed):
            grant(person, actor=fresh(other), organization=one, role=Role.OFFICE)
        end_membership(membership, actor=SYSTEM)
    grant(other, actor=SYSTEM, organization=one, role=Role.SECADMIN)
    assert grant(person, actor=fresh(other), organization=one, role=Role.OFFICE).pk
    with pytest.raises(NotAllowed):
        grant(person, actor=fresh(other), organization=two, role=Role.OFFICE)


def test_access_is_read_once_per_object(
    person: User,
    bureau: Callable[..., Organization],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    grant(person, actor=SYSTEM, organization=bureau("one"), role=Role.OFFICE)
    user = fresh(person)
    with django_assert_num_queries(1):
        for ability in Ability:
            user.access.anywhere(ability)
