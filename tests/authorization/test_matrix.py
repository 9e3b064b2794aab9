"""A-1: every address × every subject × method; an address that the matrix does not list fails."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from issues.models.inspection import InspectionQuerySet
from issues.models.tree import AreaQuerySet, IssueQuerySet, TaskQuerySet
from measures.domain.bulk import Wanted, bulk_edit
from measures.domain.look_back import add_file, pick, save_check
from measures.domain.look_back_sample import draw_sample
from measures.domain.outcomes import add_outcome
from measures.domain.previews import make_preview
from measures.domain.twins import candidates
from measures.enums import ApplicationState, MoneyKind, PreviewState
from measures.models import (
    Evidence,
    Extension,
    Instruction,
    LookBack,
    LookBackSample,
    Measure,
    MoneyOutcome,
    SameMeasure,
)
from measures.models.decisions import LookBackQuerySet, SampleQuerySet
from measures.models.evidence import EvidenceQuerySet
from measures.models.measure import MeasureQuerySet
from measures.models.outcomes import OutcomeQuerySet
from measures.models.rounds import InstructionQuerySet, ProgressEntryQuerySet
from rectify.accounts.enums import Role
from rectify.accounts.models import User
from rectify.audit.models import Operation
from rectify.audit.models.event import OperationQuerySet
from rectify.jobs.domain.outbox import tell
from rectify.jobs.domain.work import run
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Delivery, Job
from rectify.jobs.models.delivery import DeliveryQuerySet
from rectify.jobs.models.job import JobQuerySet
from rectify.lib.clock import now, today
from rectify.lib.weeks import week_start
from reports.jobs import request_export
from reports.models import Digest
from reports.models.digest import DigestQuerySet
from seeds.sample_files import sample_file
from tests.authorization.walk import (
    SUBJECTS,
    Cell,
    arguments_of,
    cells,
    declared,
    every_name,
    matrix,
    reading_of,
)
from tests.conftest import Demo


@dataclass(frozen=True)
class Objects:
    """The objects of bureau a that are walked, by the name of the URL argument."""

    measure: Measure
    evidence: Evidence
    job: Job
    delivery: Delivery
    digest: Digest
    application: Extension
    operation: Operation
    outcome: MoneyOutcome
    demo: Demo

    @property
    def clerk(self) -> User:
        """Whose account and grant administrators are let at: somebody who is no subject."""
        return self.demo.user("clerk-service")

    def arguments(self, name: str) -> dict[str, object]:
        task = self.measure.task
        evidence, section = self.evidence, self.measure.lead_section
        assert section is not None
        if name == "evidence_page" and evidence.preview.state == PreviewState.WAITING:
            assert make_preview(evidence.preview)
        known: dict[str, object] = {
            "inspection": self.demo.a.public_id,
            "area": task.issue.area.public_id,
            "issue": task.issue.public_id,
            "task": task.public_id,
            "measure": self.measure.public_id,
            "evidence": evidence.public_id,
            "page": 1,
            "job": self.job.public_id,
            "delivery": self.delivery.public_id,
            "digest": self.digest.public_id,
            "route": "extension",
            "application": self.application.public_id,
            "operation": self.operation.public_id,
            "kind": "money",
            "outcome": self.outcome.public_id,
            "role": "section",
            "chain": self.demo.a.organization.public_id,
            "seq": 1,
            "account": self.clerk.public_id,
            "person": self.clerk.public_id,
            "grant": self.clerk.memberships.get().public_id,
            "bureau": self.demo.a.organization.public_id,
            "section": section.public_id,
        }
        if name.startswith("look_back"):
            known |= self._look_back_arguments(name)
        known |= self._life_arguments(name)
        return {key: known[key] for key in arguments_of(name)}

    def _life_arguments(self, name: str) -> dict[str, object]:
        """An instruction, an entry of a week that is open, a twin: made when first named."""
        named, measure = arguments_of(name), self.measure
        found: dict[str, object] = {}
        if "instruction" in named:
            row = measure.instructions.first() or Instruction.objects.create(
                inspection=measure.inspection, measure=measure, text="走查批示",
                given_by_name="走查书记", given_on=today(),
            )  # fmt: skip
            found["instruction"] = row.public_id
        if "entry" in named:
            entry, _ = measure.entries.get_or_create(
                section=measure.lead_section, week_start=week_start(today()),
                defaults={"section_name": measure.lead_section_name, "text": "走查进展",
                          "status": measure.status, "author_name": "走查人", "written_at": now()},
            )  # fmt: skip
            found["entry"] = entry.public_id
        if "twin" in named:
            rows = Measure.objects.filter(pk=measure.pk, same_as=None)
            if rows.exists():
                rows.update(same_as=SameMeasure.objects.create(inspection=measure.inspection))
            found["twin"] = measure.public_id
        return found

    def twin(self) -> Measure:
        """Another open measure of the section that leads the walked one."""
        return candidates(self.measure)[0]

    def _look_back_arguments(self, name: str) -> dict[str, object]:
        """A check and a draw, made when an address first names them."""
        named = arguments_of(name)
        found: dict[str, object] = {}
        if "look_back" in named:
            found["look_back"] = self.check.public_id
        if "evidence" in named:
            found["evidence"] = self._file_of_check().public_id
        if "sample" in named:
            group = self.demo.user("discipline")
            sample = LookBackSample.objects.filter(inspection=self.demo.a).first()
            sample = sample or draw_sample(self.demo.a, actor=group, size=1)
            found["sample"] = sample.public_id
        return found

    def _file_of_check(self) -> Evidence:
        check, content = self.check, sample_file("核查.pdf", "walk")
        return check.files.first() or add_file(
            check, actor=self.demo.user("discipline"), file=io.BytesIO(content), name="核查.pdf",
            size=len(content),
        )  # fmt: skip

    @property
    def check(self) -> LookBack:
        """A directed check of a closed measure of the bureau, ready to be issued."""
        group = self.demo.user("discipline")
        picked = LookBack.objects.filter(measure__inspection=self.demo.a, sample=None)
        if (found := picked.filter(issued_at=None).first()) is not None:
            return found
        closed = self.demo.measure(self.demo.a, closed_at__isnull=False)
        made = pick(closed, actor=group, reason="走查选取")
        return save_check(made, actor=group, version=made.version,
                          values={"method": "papers", "checked_on": today()})  # fmt: skip

    def form(self, name: str) -> dict[str, object]:
        """A POST that would do something if it were let through."""
        if name.startswith("look_back"):
            return self._look_back_form(name)
        version = self.measure.version
        forms: dict[str, dict[str, object]] = {
            "measure_report": {"version": version, "status": "completed", "result_text": "结果"},
            "measure_status": {"version": version, "status": "completed"},
            "measure_progress": {"text": "本周进展", "week_start": "2021-05-10"},
            "evidence_add": {
                "file": SimpleUploadedFile("新材料.pdf", sample_file("新材料.pdf", "walk")),
                "kind": "other",
            },
            "application_decide": {"version": self.application.version, "verdict": "accepted"},
            "application_withdraw": {"version": self.application.version},
            "digest_build": {"week": "2021-05-10"},
            "preferences": {"contrast": "high", "next": "/"},
        }
        return forms.get(name, {})

    def _look_back_form(self, name: str) -> dict[str, object]:
        version = self.check.version
        picked = self.demo.measure(self.demo.a, closed_at__isnull=False, look_backs=None)
        file = SimpleUploadedFile("现场.pdf", sample_file("现场.pdf", "walk"))
        forms: dict[str, dict[str, object]] = {
            "look_back_draw": {"size": "1", "frame": "closed"},
            "look_back_pick": {"measure": str(picked.public_id), "reason": "走查选取"},
            "look_back": {"version": version, "method": "on_site", "finding": "走查情况",
                          "checked_on": today().isoformat()},
            "look_back_issue": {"version": version, "verdict": "confirmed", "finding": "走查情况"},
            "look_back_file": {"file": file},
        }  # fmt: skip
        return forms.get(name, {})


@pytest.fixture
def objects(demo: Demo) -> Objects:
    office = demo.user("office")
    measure = demo.measure(
        demo.a, lead_section__name="政务服务中心", leader=demo.user("leader-service"),
        closed_at__isnull=True, evidence_links__evidence__preview__state=PreviewState.WAITING,
    )  # fmt: skip
    assert not measure.supports.filter(section__name="数据资源科").exists()
    job = request_export(demo.a, actor=office, measure_ids=None)
    run(job.pk)
    job.refresh_from_db()
    tell(key="walk", organization=demo.a.organization, recipient=office, subject="事项",
         body="正文", link="/")  # fmt: skip
    clerk = demo.user("clerk-service")
    application = Extension.objects.create(
        measure=measure, old_due_on=measure.due_on, new_due_on=today() + timedelta(days=30),
        reason="须上级批复", state=ApplicationState.REVIEWING, applied_by=clerk,
        applied_by_name=clerk.name, applied_at=now(),
    )  # fmt: skip
    drawable = Evidence.objects.filter(preview__state=PreviewState.WAITING)
    return Objects(
        measure=measure,
        evidence=drawable.filter(links__measure=measure)[0],
        job=job,
        delivery=Delivery.objects.get(key=f"walk:{office.pk}:in_app"),
        digest=Digest.objects.filter(inspection=demo.a).latest("week_start"),
        application=application,
        operation=edited_together(measure, office),
        outcome=brought_about(measure, office),
        demo=demo,
    )


def brought_about(measure: Measure, office: User) -> MoneyOutcome:
    """An outcome of that measure alone, so that the section that leads it may change it."""
    outcome = MoneyOutcome(
        inspection=measure.inspection, kind=MoneyKind.REFUND, due_fen=123_400, payer="缴款人"
    )
    return add_outcome(outcome, actor=office, measures=[measure])


def edited_together(measure: Measure, office: User) -> Operation:
    """A bulk edit of the first other open measure of the inspection."""
    others = Measure.objects.filter(inspection=measure.inspection, closed_at=None, archived_at=None)
    other = others.exclude(pk=measure.pk).in_order()[0]
    return bulk_edit(
        measure.inspection, actor=office, versions={other.public_id: other.version},
        wanted=Wanted(columns={"recurrence": "每月走查一次"}),
    )  # fmt: skip


def client_of(subject: str) -> Client:
    client = Client()
    username = SUBJECTS[subject]
    if username is not None:
        user = User.objects.get(username=username)
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def ask(cell: Cell, objects: Objects) -> str:
    client = client_of(cell.subject)
    address = reverse(cell.name, kwargs=objects.arguments(cell.name))
    if cell.method == "GET":
        response = client.get(address)
    else:
        response = client.post(address, objects.form(cell.name))
    answer = reading_of(response, client)
    getattr(response, "getvalue", bytes)()  # a download keeps its file open until it is read
    return answer


def fits(expected: str, answer: str, method: str) -> bool:
    if expected == "any":
        return answer in {"ok", "redirect"}
    if expected == "ok" and method == "POST":
        return answer in {"ok", "redirect"}
    return expected == answer


def test_every_address_is_in_the_matrix() -> None:
    data = matrix()
    listed = {*data["open"], *data["personal"], *data["objects"]}
    assert sorted(set(every_name()) ^ listed) == []


def test_every_row_of_objects_names_every_subject_once() -> None:
    for name, method, _ in declared("objects"):
        named = [c.subject for c in cells() if c.name == name and c.method == method]
        assert sorted(named) == sorted(SUBJECTS), f"{name} {method}"


@pytest.mark.parametrize("name", sorted({cell.name for cell in cells()}))
def test_every_subject_gets_the_answer_of_the_matrix(name: str, objects: Objects) -> None:
    wrong = []
    for cell in cells():
        if cell.name == name:
            answer = ask(cell, objects)
            if not fits(cell.answer, answer, cell.method):
                wrong.append(f"{cell}: {answer} instead of {cell.answer}")
    assert not wrong, "\n".join(wrong)


def test_removing_the_filter_of_measures_turns_the_walk_red(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant of A-1: without visible_to an outsider reads the measure."""

    def everything(self: MeasureQuerySet, user: User) -> MeasureQuerySet:
        return self.all()

    monkeypatch.setattr(MeasureQuerySet, "visible_to", everything)
    cell = Cell("measure", "GET", "other_bureau", "denied")
    assert ask(cell, objects) != "denied"


MUTANTS = (
    (InspectionQuerySet, Cell("dashboard", "GET", "other_bureau", "denied")),
    (IssueQuerySet, Cell("issue_edit", "GET", "own_section", "denied")),
    (TaskQuerySet, Cell("task_edit", "GET", "own_section", "denied")),
    (AreaQuerySet, Cell("area_edit", "GET", "own_section", "denied")),
    (EvidenceQuerySet, Cell("evidence", "GET", "other_section", "denied")),
    (DigestQuerySet, Cell("digest", "GET", "oversight", "denied")),
    (JobQuerySet, Cell("job_file", "GET", "leader", "denied")),
    (DeliveryQuerySet, Cell("message_open", "POST", "leader", "denied")),
    (OutcomeQuerySet, Cell("outcome_edit", "GET", "other_bureau", "denied")),
    (OperationQuerySet, Cell("operation", "GET", "leader", "denied")),
    (InstructionQuerySet, Cell("instruction", "GET", "other_bureau", "denied")),
    (ProgressEntryQuerySet, Cell("progress_return", "GET", "other_section", "denied")),
    (LookBackQuerySet, Cell("look_back_sheet", "GET", "office", "denied")),
    (SampleQuerySet, Cell("look_back_sample", "GET", "office", "denied")),
)


@pytest.mark.parametrize(("queryset", "cell"), MUTANTS, ids=lambda one: getattr(one, "name", None))
def test_removing_any_filter_turns_the_walk_red(
    queryset: type[QuerySet[Any]], cell: Cell, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(cell, objects) == "denied"
    monkeypatch.setattr(queryset, "visible_to", lambda self, user: self.all())
    assert ask(cell, objects) != "denied"


def test_an_export_is_not_fetched_with_a_right_that_was_lost(
    objects: Objects, as_user: Callable[[str], Client]
) -> None:
    """The office's whole ledger is no longer theirs once they are a party-group member."""
    client = as_user("office")
    address = reverse("job_file", kwargs=objects.arguments("job_file"))
    first = client.get(address)
    assert first.status_code == 200
    getattr(first, "getvalue", bytes)()
    office = objects.demo.user("office")
    office.memberships.update(role=Role.PARTY_GROUP)
    assert client.get(address).status_code == 404
    again = request_export_as_office(objects)
    assert again.status == JobStatus.FAILED


def request_export_as_office(objects: Objects) -> Job:
    """A job asked for while the right was held, run after it was lost."""
    office = objects.demo.user("office")
    office.memberships.update(role=Role.OFFICE)
    job = request_export(objects.demo.a, actor=objects.demo.user("office"), measure_ids=[1])
    office.memberships.update(role=Role.PARTY_GROUP)
    run(job.pk)
    job.refresh_from_db()
    return job


def test_a_revoked_grant_works_on_the_next_request(
    objects: Objects, as_user: Callable[[str], Client]
) -> None:
    """A-7."""
    client = as_user("office")
    address = reverse("measure", kwargs=objects.arguments("measure"))
    assert client.get(address).status_code == 200
    objects.demo.user("office").memberships.update(ended_at=objects.job.created_at)
    assert client.get(address).status_code == 404
