"""Where things are in the loaded demo: ids for addresses, and figures that files must repeat.

Run with the product's settings (`python -m tests.e2e.landmarks`) it prints them as JSON, so that
the browser tests themselves never touch the product's database.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Target:
    """A measure of a section, and the account that reports for that section."""

    id: str
    clerk: str
    leader: str
    text: str
    result: str


@dataclass(frozen=True)
class Landmarks:
    """Ids are those of addresses. `ready`: demo-a, 基本完成, public; `ready_b` the same of demo-b.

    `merges`: sizes of the runs of more than one measure by column; `withheld`: texts that must
    never be printed; `listed`: titles of the issues that must be.
    """

    a: str
    b: str
    area: str
    issue: str
    task: str
    measure: str
    edited: str
    evidence: str
    digest: str
    ready: list[Target]
    ready_b: list[Target]
    merges: dict[str, list[int]]
    withheld: list[str]
    listed: list[str]
    count_b: int


def read(printed: str) -> Landmarks:
    """Landmarks from what the module printed."""
    values = json.loads(printed)
    for name in ("ready", "ready_b"):
        values[name] = [Target(**one) for one in values[name]]
    return Landmarks(**{field.name: values[field.name] for field in fields(Landmarks)})


def find() -> Landmarks:
    """Landmarks of the database of the settings. Django must have been set up."""
    from issues.models import Inspection, Issue  # noqa: PLC0415 - needs Django
    from measures.enums import Status  # noqa: PLC0415 - as above
    from measures.models import Measure  # noqa: PLC0415 - as above
    from reports.models import Digest  # noqa: PLC0415 - as above

    a, b = (Inspection.objects.get(code=code) for code in ("demo-a", "demo-b"))
    ordered = list(Measure.objects.filter(inspection=a).for_ledger())
    lively = Measure.objects.filter(inspection=b, closed_at__isnull=True).in_order()
    one = lively.exclude(evidence_links=None).exclude(status=Status.COMPLETED).first()
    edited = lively.filter(status=Status.IN_PROGRESS, version__gt=1).last()
    assert one is not None
    assert edited is not None
    hidden = Measure.objects.filter(inspection=a).exclude(
        pk__in=Measure.objects.public().values("pk")
    )
    titles = Issue.objects.filter(inspection=a).exclude(pk__in=Issue.objects.public().values("pk"))
    return Landmarks(
        a=str(a.public_id),
        b=str(b.public_id),
        area=str(one.task.issue.area.public_id),
        issue=str(one.task.issue.public_id),
        task=str(one.task.public_id),
        measure=str(one.public_id),
        edited=str(edited.public_id),
        evidence=str(one.evidence_links.all()[0].evidence.public_id),
        digest=str(Digest.objects.filter(inspection=b).latest("week_start").public_id),
        ready=_targets(Measure.objects.filter(inspection=a).public()),
        ready_b=_targets(Measure.objects.filter(inspection=b)),
        merges={
            "area": _runs([row.task.issue.area_id for row in ordered]),
            "issue": _runs([row.task.issue_id for row in ordered]),
            "task": _runs([row.task_id for row in ordered]),
        },
        listed=list(Issue.objects.filter(inspection=a).public().values_list("title", flat=True)),
        count_b=Measure.objects.filter(inspection=b).count(),
        withheld=[
            *titles.values_list("title", flat=True),
            *(text for text in hidden.values_list("result_text", flat=True) if text),
        ],
    )


def _targets(rows: Any) -> list[Target]:
    from measures.enums import Status  # noqa: PLC0415 - needs Django
    from rectify.accounts.models import Membership  # noqa: PLC0415 - as above

    found = []
    for row in rows.filter(status=Status.BASICALLY_DONE, closed_at__isnull=True).in_order():
        clerks = Membership.objects.filter(
            organization=row.organization_id, section=row.lead_section_id
        )
        clerk = clerks.select_related("user").first()
        if clerk is not None and row.leader is not None and row.result_text:
            found.append(
                Target(str(row.public_id), clerk.user.username, row.leader.username,
                       row.text, row.result_text)
            )  # fmt: skip
    return found


def _runs(keys: list[int]) -> list[int]:
    sizes = [len(list(group)) for _, group in groupby(keys)]
    return [size for size in sizes if size > 1]


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(asdict(find()), ensure_ascii=False))
