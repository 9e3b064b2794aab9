"""Transitions of a measure's status as data: they drive buttons, help page and guard."""

from dataclasses import dataclass

from measures.enums import Status
from rectify.accounts.enums import Role


@dataclass(frozen=True)
class Transition:
    """One allowed step. `roles` may take it; a step back states its reason."""

    source: Status
    target: Status
    roles: tuple[Role, ...]
    needs_reason: bool = False


_BOTH = (Role.SECTION, Role.OFFICE)
_OFFICE = (Role.OFFICE,)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Status.NOT_STARTED, Status.IN_PROGRESS, _BOTH),
    Transition(Status.NOT_STARTED, Status.BASICALLY_DONE, _BOTH),
    Transition(Status.NOT_STARTED, Status.COMPLETED, _BOTH),
    Transition(Status.IN_PROGRESS, Status.BASICALLY_DONE, _BOTH),
    Transition(Status.IN_PROGRESS, Status.COMPLETED, _BOTH),
    Transition(Status.BASICALLY_DONE, Status.COMPLETED, _BOTH),
    Transition(Status.BASICALLY_DONE, Status.IN_PROGRESS, _BOTH, needs_reason=True),
    Transition(Status.IN_PROGRESS, Status.NOT_STARTED, _OFFICE, needs_reason=True),
    Transition(Status.COMPLETED, Status.BASICALLY_DONE, _OFFICE, needs_reason=True),
    Transition(Status.COMPLETED, Status.IN_PROGRESS, _OFFICE, needs_reason=True),
)


def transition(source: str, target: str) -> Transition | None:
    """The table's row for one step, or None where the step does not exist."""
    for row in TRANSITIONS:
        if row.source == source and row.target == target:
            return row
    return None


def targets(source: str, roles: frozenset[Role]) -> tuple[Transition, ...]:
    """The steps that somebody with these roles may take from a status."""
    return tuple(
        row for row in TRANSITIONS if row.source == source and not roles.isdisjoint(row.roles)
    )


# Columns that the approved plan freezes: a change of one of them is an adjustment (措施调整).
PLAN_FIELDS = frozenset(
    {"text", "goal", "deadline_text", "due_on", "nature", "leader", "lead_section", "owner",
     "co_leaders", "support_sections"}
)  # fmt: skip
# Columns that the lead section reports about its own measure.
REPORT_FIELDS = frozenset({"status", "result_text", "next_step", "completed_on"})
EDIT_FIELDS = PLAN_FIELDS | {
    "root_cause", "remark", "next_review_on", "recurrence", "stage_goal", "next_report_on",
    "disclosure", "disclosure_basis", "disclosure_reason", "disclosure_approver",
}  # fmt: skip
