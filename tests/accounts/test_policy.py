"""The policy file against the table it was written from, cell by cell."""

from __future__ import annotations

from itertools import pairwise

import pytest
import yaml

from rectify.accounts.enums import Ability, Role, Scope
from rectify.accounts.rules import POLICY_FILE, policy

# role → {ability: scope}; what is not here is denied.
B, P, L, BELOW = Scope.BUREAU, Scope.PORTFOLIO, Scope.LEAD, Scope.BELOW
TABLE: dict[Role, dict[str, Scope]] = {
    Role.OFFICE: dict.fromkeys(
        (
            "see_summary",
            "see_result",
            "see_full",
            "write_progress",
            "report_status",
            "edit_measure",
            "edit_tree",
            "apply_closure",
            "review_closure",
            "record_paper",
            "run_round",
            "export_ledger",
            "read_digest",
            "draft_document",
            "read_document",
            "review_secrecy",
        ),
        B,
    ),
    Role.SECTION: {
        "see_summary": P,
        "see_result": P,
        "see_full": P,
        "write_progress": P,
        "report_status": L,
        "apply_closure": L,
        "export_ledger": P,
    },
    Role.LEADER: {
        "see_summary": B,
        "see_result": P,
        "see_full": P,
        "decide_closure": P,
        "export_ledger": P,
        "read_digest": B,
    },
    Role.PARTY_GROUP: {"see_summary": B, "see_result": B, "read_digest": B},
    Role.SECRETARY: dict.fromkeys(
        (
            "see_summary",
            "see_result",
            "see_full",
            "instruct",
            "export_ledger",
            "read_digest",
            "read_document",
            "sign_off",
        ),
        B,
    ),
    Role.DISCIPLINE: dict.fromkeys(
        (
            "see_summary",
            "see_result",
            "see_full",
            "look_back",
            "export_ledger",
            "read_digest",
            "read_document",
        ),
        B,
    ),
    Role.OVERSIGHT: {"see_summary": BELOW},
    Role.SYSADMIN: {"manage_accounts": B, "run_system": B},
    Role.SECADMIN: {"manage_grants": B},
    Role.AUDITOR: {"read_audit": B},
}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_and_nothing_else(role: Role) -> None:
    found = {ability.value: scopes[role] for ability, scopes in policy().items() if role in scopes}
    assert found == TABLE[role]


def test_every_ability_is_in_the_file_and_every_line_is_an_ability() -> None:
    assert set(policy()) == set(Ability)


def test_the_file_has_no_key_twice() -> None:
    """YAML would silently take the last one."""
    lines = POLICY_FILE.read_text(encoding="utf-8").splitlines()
    keys = [line.split(":")[0] for line in lines if line and line[0] not in "# "]
    assert len(keys) == len(set(keys)) == len(yaml.safe_load(POLICY_FILE.read_text("utf-8")))


def test_administrators_have_no_business_and_business_no_administration() -> None:
    admins = {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}
    for ability, scopes in policy().items():
        administrative = ability in (
            Ability.MANAGE_ACCOUNTS,
            Ability.MANAGE_GRANTS,
            Ability.READ_AUDIT,
            Ability.RUN_SYSTEM,
        )
        assert set(scopes) <= admins if administrative else not set(scopes) & admins


def test_nobody_holds_two_of_the_three_administrations() -> None:
    held = [
        role
        for ability in ("manage_accounts", "manage_grants", "read_audit")
        for role in policy()[Ability(ability)]
    ]
    assert len(held) == len(set(held)) == 3


def test_who_reads_more_reads_less_too() -> None:
    """Full contains result, result contains summary, for every role and at least as far."""
    width = {Scope.LEAD: 0, Scope.PORTFOLIO: 1, Scope.BUREAU: 2, Scope.BELOW: 2}
    order = (Ability.SEE_FULL, Ability.SEE_RESULT, Ability.SEE_SUMMARY)
    for more, less in pairwise(order):
        for role, scope in policy()[more].items():
            assert width[policy()[less][role]] >= width[scope]


def test_who_writes_about_a_measure_can_read_it() -> None:
    for ability in (
        Ability.WRITE_PROGRESS,
        Ability.REPORT_STATUS,
        Ability.EDIT_MEASURE,
        Ability.APPLY_CLOSURE,
        Ability.REVIEW_CLOSURE,
        Ability.DECIDE_CLOSURE,
        Ability.EXPORT_LEDGER,
    ):
        assert set(policy()[ability]) <= set(policy()[Ability.SEE_SUMMARY]), ability


def test_only_the_section_and_the_leader_have_a_portfolio() -> None:
    narrow = {
        role
        for scopes in policy().values()
        for role, scope in scopes.items()
        if scope in (Scope.PORTFOLIO, Scope.LEAD)
    }
    assert narrow == {Role.SECTION, Role.LEADER}
