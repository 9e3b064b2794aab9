"""What each person of the demo may read of a measure: `reading` and `within` never disagree."""

from __future__ import annotations

import pytest

from measures.models import Measure, MeasureLeader, ProgressEntry
from measures.reading import Reading, holds, may, reading, require
from rectify.accounts.domain.grants import end_membership
from rectify.accounts.enums import Ability, Role
from rectify.accounts.models import Membership, User
from rectify.audit.actors import SYSTEM
from rectify.audit.exceptions import NotAllowed
from tests.conftest import Demo

S, R, F = Reading.SUMMARY, Reading.RESULT, Reading.FULL
WHOLE = S | R | F


def sample() -> list[Measure]:
    """Every fifth measure of both bureaus, with what `reading` looks at."""
    rows = Measure.objects.select_related("inspection").prefetch_related("supports", "co_leads")
    return list(rows.order_by("pk")[::5])


def test_row_by_row_and_by_query_agree_for_everybody_and_every_ability(demo: Demo) -> None:
    rows = sample()
    assert {row.inspection_id for row in rows} == {demo.a.pk, demo.b.pk}
    assert any(row.supports.all() for row in rows)
    for user in User.objects.all():
        access = user.access
        for ability in Ability:
            held = set(Measure.objects.within(access, ability).values_list("pk", flat=True))
            for row in rows:
                assert holds(access, ability, row) == (row.pk in held), (
                    user.username,
                    ability,
                    row.pk,
                )


def test_no_query_lists_a_measure_twice(demo: Demo) -> None:
    for user in User.objects.all():
        listed = list(Measure.objects.visible_to(user).values_list("pk", flat=True))
        assert len(listed) == len(set(listed)), user.username


def test_readings_grow_from_summary_over_result_to_full(demo: Demo) -> None:
    rows = sample()
    for user in User.objects.all():
        visible = set(Measure.objects.visible_to(user).values_list("pk", flat=True))
        for row in rows:
            parts = reading(user, row)
            assert R not in parts or S in parts
            assert F not in parts or R in parts
            assert (S in parts) == (row.pk in visible)


@pytest.mark.parametrize(
    ("username", "parts"),
    [
        ("office", WHOLE),
        ("office-review", WHOLE),
        ("secretary", WHOLE),
        ("discipline", WHOLE),
        ("party-member", S | R),
        ("oversight", S),
        ("office-b", Reading.NOTHING),
        ("secretary-b", Reading.NOTHING),
        ("party-member-b", Reading.NOTHING),
        ("clerk-office-b", Reading.NOTHING),
        ("sysadmin", Reading.NOTHING),
        ("secadmin", Reading.NOTHING),
        ("auditor", Reading.NOTHING),
    ],
)
def test_who_reads_the_first_bureau_and_how_far(demo: Demo, username: str, parts: Reading) -> None:
    user = demo.user(username)
    rows = [row for row in sample() if row.inspection_id == demo.a.pk]
    assert {reading(user, row) for row in rows} == {parts}


def test_a_section_reads_what_it_leads_and_supports_and_nothing_else(demo: Demo) -> None:
    clerk = demo.user("clerk-service")
    (own,) = clerk.access.sections
    for row in Measure.objects.filter(inspection=demo.a).prefetch_related("supports", "co_leads"):
        supports = own in {support.section_id for support in row.supports.all()}
        expected = WHOLE if row.lead_section_id == own or supports else Reading.NOTHING
        assert reading(clerk, row) == expected
    visible = Measure.objects.visible_to(clerk)
    assert 0 < visible.count() < 113
    assert visible.exclude(lead_section_id=own).exists()


def test_a_section_reports_only_what_it_leads(demo: Demo) -> None:
    clerk = demo.user("clerk-service")
    (own,) = clerk.access.sections
    led = set(Measure.objects.within(clerk.access, Ability.REPORT_STATUS))
    assert {row.lead_section_id for row in led} == {own}
    supported = Measure.objects.visible_to(clerk).exclude(lead_section_id=own).first()
    assert supported is not None
    assert may(clerk, Ability.WRITE_PROGRESS, supported)
    assert not may(clerk, Ability.REPORT_STATUS, supported)
    assert not may(clerk, Ability.APPLY_CLOSURE, supported)


def test_a_leader_decides_and_reads_whole_what_is_in_the_own_portfolio(demo: Demo) -> None:
    leader = MeasureLeader.objects.filter(measure__inspection=demo.a)[0].user
    rows = Measure.objects.filter(inspection=demo.a).prefetch_related("supports", "co_leads")
    for row in rows:
        own = leader.pk in {row.leader_id, *(co.user_id for co in row.co_leads.all())}
        # The demo's leaders sit in the party group too, which reads every result.
        assert reading(leader, row) == (WHOLE if own else S | R)
        assert may(leader, Ability.DECIDE_CLOSURE, row) == own
    assert any(
        row.leader_id != leader.pk and co.user_id == leader.pk
        for row in rows
        for co in row.co_leads.all()
    )


def test_oversight_reads_summaries_of_bureaus_below_and_not_their_progress(demo: Demo) -> None:
    user = demo.user("oversight")
    assert Measure.objects.visible_to(user).count() == Measure.objects.count() == 165
    assert not ProgressEntry.objects.visible_to(user).exists()
    assert ProgressEntry.objects.exists()


def test_the_discipline_group_sees_exactly_its_two_bureaus(demo: Demo) -> None:
    user = demo.user("discipline")
    assert Measure.objects.visible_to(user).count() == 165
    membership = Membership.objects.get(user=user, organization=demo.b.organization)
    end_membership(membership, actor=SYSTEM)
    again = demo.user("discipline")
    assert set(Measure.objects.visible_to(again).values_list("inspection", flat=True)) == {
        demo.a.pk
    }


@pytest.mark.parametrize("username", ["office", "clerk-service", "secretary", "party-member"])
def test_a_revoked_membership_ends_everything_on_the_next_request(
    demo: Demo, username: str
) -> None:
    assert Measure.objects.visible_to(demo.user(username)).exists()
    for membership in Membership.objects.filter(user__username=username):
        end_membership(membership, actor=SYSTEM)
    user = demo.user(username)
    assert not Measure.objects.visible_to(user).exists()
    assert all(reading(user, row) == Reading.NOTHING for row in sample())


def test_a_deactivated_account_reads_nothing(demo: Demo) -> None:
    User.objects.filter(username="office").update(is_active=False)
    assert not Measure.objects.visible_to(demo.user("office")).exists()


def test_moving_to_another_section_changes_what_is_seen(demo: Demo) -> None:
    clerk = demo.user("clerk-service")
    before = set(Measure.objects.visible_to(clerk).values_list("pk", flat=True))
    Membership.objects.filter(user=clerk).update(section=_section(demo, "数据资源科"))
    after = set(Measure.objects.visible_to(demo.user("clerk-service")).values_list("pk", flat=True))
    assert after
    assert after != before


def _section(demo: Demo, name: str) -> int:
    return demo.a.organization.sections.get(name=name).pk


def test_require_says_what_is_missing_in_a_sentence(demo: Demo) -> None:
    row = demo.measure(demo.a)
    with pytest.raises(NotAllowed, match="填报状态"):
        require(demo.user("office-b"), Ability.REPORT_STATUS, row)
    require(SYSTEM, Ability.REPORT_STATUS, row)


def test_leading_in_one_bureau_is_nothing_in_another(demo: Demo) -> None:
    """A foreign name on a row, however it got there, gives no role in that bureau."""
    leader_b = demo.user("leader-insurance-b")
    row = demo.measure(demo.a)
    Measure.objects.filter(pk=row.pk).update(leader=leader_b)
    row.refresh_from_db()
    assert not leader_b.access.has_role(Role.LEADER, row.organization_id)
    assert reading(leader_b, row) == Reading.NOTHING
    assert not Measure.objects.visible_to(leader_b).filter(pk=row.pk).exists()
