"""A bureau of a dozen people with one empty inspection, built through the domain functions."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from issues.domain.inspections import create_inspection
from issues.domain.tree import add_area, add_issue, add_task
from issues.models import Inspection, Task
from measures.domain.evidence import attach_evidence
from measures.domain.measures import add_measure
from measures.domain.plan import approve_plan
from measures.domain.reporting import report
from measures.enums import Status
from measures.models import Measure
from rectify.accounts.domain.grants import grant
from rectify.accounts.domain.organizations import add_organization, add_section
from rectify.accounts.domain.people import create_user
from rectify.accounts.enums import Role, SectionKind
from rectify.accounts.models import Organization, Section, User
from rectify.audit.actors import SYSTEM
from rectify.audit.models import Event
from rectify.lib.shanghai import SHANGHAI

# A Wednesday; its week starts on MONDAY.
TODAY = date(2024, 5, 15)
MONDAY = date(2024, 5, 13)
ENTERED = date(2024, 3, 4)


def noon(day: date = TODAY) -> datetime:
    return datetime.combine(day, time(12, 0), SHANGHAI)


@dataclass(frozen=True)
class Small:
    organization: Organization
    led: Section
    supporting: Section
    other: Section
    people: dict[str, User]
    inspection: Inspection
    task: Task

    def __getattr__(self, name: str) -> User:
        """`small.office`, `small.clerk`, …: the people by what they are."""
        try:
            return self.people[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def measure(self, **fields: Any) -> Measure:
        """A measure led by `led`, supported by `supporting`, of `leader`."""
        values: dict[str, Any] = {
            "text": "建立台账",
            "leader": self.people["leader"],
            "lead_section": self.led,
            "support_sections": [self.supporting],
            "due_on": date(2024, 6, 30),
            **fields,
        }
        return add_measure(self.task, actor=self.people["office"], **values)

    def completed(self, **fields: Any) -> Measure:
        """A completed measure with a result and a file: ready for closing."""
        measure = self.measure(**fields)
        clerk = self.people["clerk"]
        content = f"材料{measure.pk}".encode()
        attach_evidence(
            measure, actor=clerk, file=io.BytesIO(content), name="材料.pdf", size=len(content)
        )
        return report(
            measure,
            actor=clerk,
            version=measure.version,
            values={"status": Status.COMPLETED, "result_text": "台账已经建立。"},
        )

    def freeze_plan(self) -> None:
        approve_plan(
            self.inspection,
            actor=self.people["office"],
            meeting="党组会议",
            approved_on=date(2024, 3, 20),
        )

    def events(self) -> int:
        return Event.objects.filter(chain__organization=self.organization).count()


# what they are → (role, which section)
STAFF: dict[str, tuple[Role, str]] = {
    "office": (Role.OFFICE, ""),
    "reviewer": (Role.OFFICE, ""),
    "clerk": (Role.SECTION, "led"),
    "helper": (Role.SECTION, "supporting"),
    "stranger": (Role.SECTION, "other"),
    "leader": (Role.LEADER, ""),
    "other_leader": (Role.LEADER, ""),
    "party_member": (Role.PARTY_GROUP, ""),
    "secretary": (Role.SECRETARY, ""),
    "discipline": (Role.DISCIPLINE, ""),
    "sysadmin": (Role.SYSADMIN, ""),
    "secadmin": (Role.SECADMIN, ""),
    "auditor": (Role.AUDITOR, ""),
}


def build(code: str = "small", parent: Organization | None = None) -> Small:
    organization = add_organization(
        actor=SYSTEM, code=code, name=f"{code}局", short_name=code, parent=parent
    )
    sections = {
        key: add_section(
            organization, actor=SYSTEM, name=name, kind=SectionKind.INTERNAL, sort_order=order
        )
        for order, (key, name) in enumerate(
            {"led": "业务科", "supporting": "财务科", "other": "综合科"}.items(), 1
        )
    }
    people: dict[str, User] = {}
    for order, (key, (role, section)) in enumerate(STAFF.items(), 1):
        user = create_user(
            actor=SYSTEM,
            organization=organization,
            username=f"{code}-{key}",
            name=f"{key}（{code}）",
            sort_order=order,
            email=f"{key}@{code}.example",
            password=None,
        )
        grant(
            user,
            actor=SYSTEM,
            organization=organization,
            role=role,
            section=sections[section] if section else None,
        )
        people[key] = user
    office = people["office"]
    inspection = create_inspection(
        actor=office,
        organization=organization,
        code=code,
        name="常规巡察",
        entered_on=ENTERED,
        feedback_on=date(2024, 3, 11),
    )
    area = add_area(inspection, actor=office, title="作风建设不够扎实")
    issue = add_issue(area, actor=office, title="台账管理不规范")
    task = add_task(issue, actor=office, title="台账缺项")
    return Small(
        organization,
        sections["led"],
        sections["supporting"],
        sections["other"],
        people,
        inspection,
        task,
    )
