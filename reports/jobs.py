"""The kinds of background work of this application: what each does, and what must exist by now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from issues.domain.inspections import refuse_archived
from issues.enums import Cadence, Stage
from issues.models import Inspection
from measures.models import Measure, WeeklyRound
from rectify.accounts.enums import Ability
from rectify.accounts.limits import Rate
from rectify.audit.actors import SYSTEM, Actor, SystemActor
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.jobs.domain.work import request_job
from rectify.jobs.models import Job
from rectify.jobs.registry import Outcome, Progress, register, register_calendar
from rectify.lib.canonical import sha256_of
from rectify.lib.clock import today
from rectify.lib.weeks import week_start
from reports.domain.compilation import compile_evidence
from reports.domain.digests import build_digest
from reports.domain.ledger_sheet import write_ledger
from reports.domain.notice_file import write_notice
from reports.enums import Audience
from reports.models import Digest

EXPORT_LEDGER, BUILD_NOTICE, WEEKLY_DIGEST = "export_ledger", "build_notice", "weekly_digest"
COMPILE_EVIDENCE = "compile_evidence"
# Each reads every file of an inspection twice and stores a copy of it.
COMPILATIONS = Rate(times=5, seconds=1800)


def register_all() -> None:
    register(
        EXPORT_LEDGER,
        task="reports.tasks.export_ledger",
        ability=Ability.EXPORT_LEDGER,
        run=_export_ledger,
    )
    register(
        COMPILE_EVIDENCE,
        task="reports.tasks.compile_evidence",
        ability=Ability.EXPORT_LEDGER,
        run=_compile_evidence,
        most=COMPILATIONS,
    )
    register(
        BUILD_NOTICE,
        task="reports.tasks.build_notice",
        ability=Ability.READ_DOCUMENT,
        run=_build_notice,
    )
    register(
        WEEKLY_DIGEST,
        task="reports.tasks.weekly_digest",
        ability=Ability.RUN_ROUND,
        run=_weekly_digest,
    )
    register_calendar(digests_due)


def request_export(
    inspection: Inspection,
    *,
    actor: Actor,
    measure_ids: list[int] | None,
    as_of: date | None = None,
) -> Job:
    """Queue the 一览表; `measure_ids` are what the filter shows, None = all that may be read;
    `as_of` the past day that it shows, None = the inspection's own. Raises NotAllowed, Refused
    (a measure among them that the person may not take away)."""
    require_some(actor, Ability.EXPORT_LEDGER, inspection)
    _require_all(actor, inspection, measure_ids)
    who = getattr(actor, "pk", 0)
    scope = "all" if measure_ids is None else f"{len(measure_ids)}-{sha256_of(measure_ids)}"
    return request_job(
        EXPORT_LEDGER, actor=actor, organization=inspection.organization,
        title=f"导出一览表：{inspection.name}",
        params={"inspection": inspection.pk, "measures": measure_ids,
                "as_of": as_of.isoformat() if as_of else None},
        key=f"{inspection.pk}:{who}:{scope}:{as_of or ''}",
    )  # fmt: skip


def request_compilation(
    inspection: Inspection, *, actor: Actor, measure_ids: list[int] | None
) -> Job:
    """Queue the 佐证材料汇编 of the measures that the filter shows, None = all that may be taken
    away. Raises NotAllowed, Refused (a measure among them that the person may not take away)."""
    require_some(actor, Ability.EXPORT_LEDGER, inspection)
    _require_all(actor, inspection, measure_ids)
    scope = "all" if measure_ids is None else f"{len(measure_ids)}-{sha256_of(measure_ids)}"
    return request_job(
        COMPILE_EVIDENCE, actor=actor, organization=inspection.organization,
        title=f"佐证材料汇编：{inspection.name}",
        params={"inspection": inspection.pk, "measures": measure_ids},
        key=f"{inspection.pk}:{getattr(actor, 'pk', 0)}:{scope}",
    )  # fmt: skip


def request_notice(inspection: Inspection, *, actor: Actor) -> Job:
    """Queue the notice PDF of the inspection. Raises NotAllowed."""
    require_some(actor, Ability.READ_DOCUMENT, inspection)
    return request_job(
        BUILD_NOTICE, actor=actor, organization=inspection.organization,
        title=f"生成通报：{inspection.name}", params={"inspection": inspection.pk},
        key=f"{inspection.pk}:{getattr(actor, 'pk', 0)}",
    )  # fmt: skip


def request_digest(inspection: Inspection, week: date, *, actor: Actor) -> Job:
    """Queue the digests of one week (`week` a Monday). Raises Refused (archived)."""
    refuse_archived(inspection)
    return request_job(
        WEEKLY_DIGEST, actor=actor, organization=inspection.organization,
        title=f"生成周报：{inspection.name} {week:%Y-%m-%d}",
        params={"inspection": inspection.pk, "week": week.isoformat()},
        key=f"{inspection.pk}:{week.isoformat()}",
    )  # fmt: skip


def digests_due() -> int:
    """The calendar: last week's digest of every open inspection that has measures, once.

    Returns how many jobs are new. A missed schedule heals, because it asks what is not there.
    """
    last_week = week_start(today()) - timedelta(weeks=1)
    open_ones = Inspection.objects.filter(
        archived_at__isnull=True, stage__in=[Stage.RECTIFYING, Stage.CONTINUING]
    ).exclude(cadence=Cadence.PAUSED)
    built = Digest.objects.filter(week_start=last_week).values("inspection")
    rounds = WeeklyRound.objects.filter(week_start=last_week).values("inspection")
    asked = Job.objects.filter(kind=WEEKLY_DIGEST, params__week=last_week.isoformat())
    done = {row["inspection"] for row in asked.values_list("params", flat=True)}
    new = 0
    for inspection in open_ones.filter(
        Q(pk__in=rounds), pk__in=Measure.objects.values("inspection")
    ).exclude(pk__in=built):
        if inspection.pk not in done:
            request_digest(inspection, last_week, actor=SYSTEM)
            new += 1
    return new


def require_some(actor: Actor, ability: Ability, inspection: Inspection) -> None:
    """Raises NotAllowed unless the ability reaches at least some records of the bureau."""
    if isinstance(actor, SystemActor):
        return
    if inspection.organization_id not in actor.access.anywhere(ability):
        raise NotAllowed(
            f"您的角色没有“{ability.label}”的权限。如确有需要，请联系局办公室（整改办）。"
        )


def _require_all(actor: Actor, inspection: Inspection, measure_ids: list[int] | None) -> None:
    """Raises Refused where a measure is out of reach: a shorter file would not show it."""
    if measure_ids is None or isinstance(actor, SystemActor):
        return
    reach = Measure.objects.within(actor.access, Ability.EXPORT_LEDGER)
    if reach.filter(inspection=inspection, pk__in=measure_ids).count() < len(set(measure_ids)):
        raise Refused(
            "所选措施中有的不在您可以导出的范围内，没有导出。请回到台账重新筛选后再导出。"
        )


def _inspection(job: Job) -> Inspection:
    return Inspection.objects.select_related("organization").get(pk=job.params["inspection"])


def _export_ledger(job: Job, progress: Progress) -> Outcome:
    inspection = _inspection(job)
    _require_all(job.requester or SYSTEM, inspection, job.params["measures"])
    progress(0, 2, "正在汇总")
    day = job.params["as_of"]
    with _scratch(".xlsx") as path:
        rows = write_ledger(
            inspection, path, measure_ids=job.params["measures"], user=job.requester,
            as_of=date.fromisoformat(day) if day else None,
            printed_by=job.requester.name if job.requester else "系统",
        )  # fmt: skip
    return Outcome(path, f"{inspection.name}整改一览表.xlsx", {"rows": rows})


def _compile_evidence(job: Job, progress: Progress) -> Outcome:
    inspection, person = _inspection(job), job.requester
    _require_all(person or SYSTEM, inspection, job.params["measures"])
    with _scratch(".zip") as path:
        compiled = compile_evidence(
            inspection, path, user=person, measure_ids=job.params["measures"],
            progress=progress, printed_by=person.name if person else "系统",
        )  # fmt: skip
    return Outcome(path, f"{inspection.name}佐证材料汇编.zip", compiled.facts())


def _build_notice(job: Job, progress: Progress) -> Outcome:
    inspection = _inspection(job)
    progress(0, 2, "正在排版")
    with _scratch(".pdf") as path:
        size = write_notice(inspection, path, form="pdf")
    return Outcome(path, f"{inspection.name}整改通报.pdf", {"bytes": size})


def _weekly_digest(job: Job, progress: Progress) -> Outcome:
    inspection, week = _inspection(job), date.fromisoformat(job.params["week"])
    built = []
    for number, audience in enumerate((Audience.OFFICE, Audience.PARTY_GROUP)):
        progress(number, 2, "正在统计")
        built.append(build_digest(inspection, week, audience=audience, actor=SYSTEM))
    page = reverse("digest", kwargs={"digest": built[0].public_id})
    return Outcome(facts={"digests": [digest.public_id.hex for digest in built], "page": page})


@contextmanager
def _scratch(suffix: str) -> Iterator[Path]:
    """A file of its own for the result, which the job moves into the media folder; where the work
    fails, nothing of it stays behind."""
    folder = Path(settings.VAR_DIR) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}{suffix}"
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
