"""One valid POST for every address that takes one, and the forms that it went through."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django import forms
from django.contrib.messages import WARNING, get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from measures.enums import ApplicationState, Status
from measures.models import ClosureApplication, Measure, PlanBaseline
from rectify.accounts.models import Membership, Section, User
from rectify.form_fields import ChineseDateField
from rectify.jobs.enums import JobStatus
from rectify.jobs.models import Job
from rectify.lib.clock import now, today
from rectify.lib.weeks import week_start
from tests.authorization.test_matrix import Objects, client_of
from tests.authorization.walk import SUBJECTS, cells, every_name

OLD_PASSWORD, NEW_PASSWORD = "Zou-cha-2024-jiu", "Zou-cha-2025-xin"
# What a page does not ask for by itself, or the matrix leaves at a value that changes nothing:
# the plan of the walked inspection is frozen and its measure completed.
# The reason of an act of administration, the people and names that its form asks for.
BESIDES: dict[str, Callable[[Objects], dict[str, Any]]] = {
    "plan": lambda _: {"meeting": "走查会议", "approved_on": today().isoformat()},
    "measure_new": lambda _: {"reason": "走查调整", **decided_on_paper()},
    "measure_edit": lambda _: {"reason": "走查调整", **decided_on_paper()},
    "measure_adjust": lambda _: {"reason": "走查调整"},
    "measure_remove": lambda _: {"reason": "走查取消", **decided_on_paper()},
    "measure_extension": lambda _: {
        "new_due_on": (today() + timedelta(days=60)).isoformat(), "long_term": "on",
        "stage_goal": "走查目标", "next_review_on": (today() + timedelta(days=30)).isoformat(),
        "reason": "走查延期",
    },
    "measure_reopen": lambda objects: {
        "version": objects.measure.version, "reason": "走查重启", "meeting": "走查会议",
        "decided_by_name": "走查签批人", "decided_on": today().isoformat(),
    },
    "measure_status": lambda _: {"status": "basically_done", "reason": "走查退回"},
    "measure_twins": lambda objects: {
        "measures": [str(objects.twin().public_id)], "reason": "走查关联",
    },
    "twin_leave": lambda _: {"reason": "走查取消"},
    "instruction_new": lambda objects: {
        "text": "走查批示", "sections": [str(objects.arguments("section_edit")["section"])],
    },
    "instruction_record": lambda objects: {
        "text": "走查批示", "sections": [str(objects.arguments("section_edit")["section"])],
        "kind": "instruction", "given_by_name": "走查会议", "given_on": today().isoformat(),
    },
    "instruction": lambda _: {"reply": "走查答复"},
    "progress_return": lambda _: {"return_reason": "走查退回"},
    "measure_progress": lambda _: {"week_start": week_start(today()).isoformat()},
    "evidence_edit": lambda objects: {
        "kind": "rule" if objects.evidence.kind == "contract" else "contract",
    },
    "evidence_link": lambda objects: {"measures": str(without_the_file(objects).public_id)},
    "evidence_unlink": lambda _: {"reason": "走查移除"},
    "evidence_archive": lambda _: {"reason": "走查归档"},
    "mfa_activate_totp": lambda _: {"old_password": OLD_PASSWORD, "code": "000000"},
    "password_change": lambda _: {
        "old_password": OLD_PASSWORD, "new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD,
    },
    "account_new": lambda _: {"username": "zoucha", "name": "走查员"},
    "account_import": lambda _: {
        "text": "登录名\t姓名\t职务\nzoucha\t走查员\t科员", "confirmed": "1",
    },
    "account_deactivate": lambda _: {"reason": "走查停用"},
    "accounts_idle": lambda objects: {
        "accounts": [str(person.public_id) for person in idle_people(objects)],
        "reason": "走查停用",
    },
    "grant_person": lambda _: {"role": "party_group"},
    "grant_end": lambda _: {"reason": "走查结束"},
    "grant_outsider": lambda _: {"username": "office-b", "role": "discipline"},
    "handover": lambda objects: {
        "to": str(objects.demo.user("clerk-reform").public_id), "reason": "走查移交",
    },
    "section_new": lambda _: {"name": "走查科"},
    "outcome_money_new": lambda _: {"due_fen": "１.2万元"},
    "outcome_person_new": lambda _: {"persons": "1", "occasions": "2"},
    "outcome_count_new": lambda _: {"value": "183"},
    "outcome_edit": lambda _: {"remark": "走查备注"},
    "outcome_archive": lambda _: {"reason": "走查作废"},
    "ledger_bulk": lambda objects: {"step": "preview", **edited_at_once(objects)},
    "ledger_bulk_save": lambda objects: edited_at_once(objects),
    "resolution": lambda objects: resolved(put_before_meeting(objects.measure, objects.clerk)),
}  # fmt: skip
CHANGED = {"title", "name", "text"}
PACKAGES = ("rectify", "issues", "measures", "reports")


def decided_on_paper() -> dict[str, Any]:
    """What a form of an approved plan asks for besides the reason."""
    return {
        "way": "paper", "decided_by_name": "走查会议", "decided_by": "",
        "decided_on": today().isoformat(),
    }  # fmt: skip


def edited_at_once(objects: Objects) -> dict[str, Any]:
    """The walked measure and its version, and one thing to set; with what the form asks for
    besides where a test sets what the approved plan says."""
    return {
        "rows": [f"{objects.measure.public_id}:{objects.measure.version}"],
        "next_report_on": (today() + timedelta(days=90)).isoformat(), "reason": "走查批量修改",
        "decided_by_name": "走查会议", "decided_on": today().isoformat(),
    }  # fmt: skip


def posters() -> dict[str, str]:
    """Address name → the first subject, in the order of the matrix, whose POST is let in."""
    found: dict[str, str] = {}
    for cell in cells():
        known = SUBJECTS[cell.subject] is not None
        if known and cell.method == "POST" and cell.answer in {"ok", "redirect", "any"}:
            found.setdefault(cell.name, cell.subject)
    return found


def post(client: Client, address: str, data: dict[str, Any]) -> HttpResponseBase:
    """Send a form; a file in it can be sent again and again."""
    for value in data.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    return client.post(address, data)


def address_of(objects: Objects, name: str) -> str:
    return reverse(name, kwargs=objects.arguments(name))


def every_address(objects: Objects) -> dict[str, str]:
    """All addresses of the walked objects, made before anything is compared: a page picture is
    drawn when its address is first asked for."""
    return {name: address_of(objects, name) for name in every_name()}


def filled(objects: Objects, name: str, subject: str) -> dict[str, Any]:
    """The form that `Objects` gives for the address, else what its own page shows, filled in
    and with its title or text changed."""
    besides = BESIDES[name](objects) if name in BESIDES else {}
    if given := objects.form(name):
        return {**given, **besides}
    response = client_of(subject).get(address_of(objects, name))
    context = getattr(response, "context", None)
    if response.status_code != 200 or context is None or "form" not in context:
        return besides
    data: dict[str, Any] = {}
    for bound in context["form"]:
        value = _value(bound)
        if bound.name in CHANGED:
            value = f"{value or ''}（走查）"
        if value not in (None, "", []):
            data[bound.html_name] = value
    return {**data, **besides}


def idle_people(objects: Objects) -> list[User]:
    """Two of bureau a whose accounts `make_ready` leaves unused for a year."""
    return [objects.demo.user("clerk-appeals"), objects.demo.user("clerk-security")]


def without_the_file(objects: Objects) -> Measure:
    """An open measure of the inspection that the walked file does not support yet."""
    rows = Measure.objects.filter(inspection=objects.demo.a, closed_at=None, archived_at=None)
    other = rows.exclude(evidence_links__evidence=objects.evidence).in_order().first()
    assert other is not None
    return other


def put_before_meeting(measure: Measure, applicant: User) -> ClosureApplication:
    """A close-out of the measure that waits for the party group."""
    Measure.objects.filter(pk=measure.pk).update(status=Status.COMPLETED, completed_on=today())
    return ClosureApplication.objects.get_or_create(
        measure=measure, state=ApplicationState.PARTY_GROUP,
        defaults={"applied_by": applicant, "applied_by_name": str(applicant), "applied_at": now()},
    )[0]  # fmt: skip


def resolved(closure: ClosureApplication) -> dict[str, Any]:
    """What the page of the meeting sends with this one ticked."""
    return {
        "closures": [str(closure.public_id)],
        "versions": [f"{closure.public_id}:{closure.version}"],
        "meeting": "走查会议", "decided_on": today().isoformat(),
    }  # fmt: skip


def make_ready(objects: Objects, name: str) -> None:
    """Bring the walked object into the state in which the POST has something to do."""
    job = Job.objects.filter(pk=objects.job.pk)
    clerk = User.objects.filter(pk=objects.clerk.pk)
    section = Section.objects.filter(led=objects.measure)
    if name == "evidence_unlink":  # a file of one measure alone is archived instead
        objects.evidence.links.get_or_create(measure=without_the_file(objects))
    if name == "plan":
        PlanBaseline.objects.filter(inspection=objects.demo.a).delete()
    elif name.startswith("measure_"):
        PlanBaseline.objects.get_or_create(
            inspection=objects.demo.a,
            defaults={"meeting": "走查会议", "approved_on": today(), "rows": []},
        )
    if name == "job_cancel":
        job.update(status=JobStatus.QUEUED)
    if name == "job_retry":
        job.update(status=JobStatus.FAILED)
    if name in {"password_change", "mfa_activate_totp"}:
        user = objects.demo.user(SUBJECTS[posters()[name]] or "")
        user.set_password(OLD_PASSWORD)
        user.save()
    if name == "account_reactivate":
        clerk.update(is_active=False)
    if name == "section_archive":  # nobody acts for it any more
        Membership.objects.filter(section__in=section).update(ended_at=now())
    if name == "resolution":
        put_before_meeting(objects.measure, objects.clerk)
        put_before_meeting(
            objects.demo.measure(objects.demo.b, closed_at=None, closures=None), objects.clerk
        )
    if name == "measure_reopen":
        Measure.objects.filter(pk=objects.measure.pk).update(
            status=Status.COMPLETED, completed_on=today(), closed_at=now()
        )
    if name == "section_restore":
        section.update(archived_at=now())
    if name == "accounts_idle":
        long_ago = now() - timedelta(days=365)
        idle = User.objects.filter(pk__in=[person.pk for person in idle_people(objects)])
        idle.update(last_login=long_ago, password_set_at=long_ago)


def told_no(response: HttpResponseBase) -> bool:
    """Whether the POST was refused: by its status, or in words on the page that it leads to."""
    if response.status_code in {400, 404, 409, 422}:
        return True
    request = getattr(response, "wsgi_request", None)
    told = get_messages(request) if request is not None else []
    return response.status_code == 302 and any(one.level >= WARNING for one in told)


def _value(bound: forms.BoundField) -> Any:
    field, value = bound.field, bound.value()
    if isinstance(field, forms.BooleanField):
        return "on" if value else None
    if isinstance(value, (list, tuple)):
        return [field.prepare_value(one) for one in value]
    if value not in (None, ""):
        return value.isoformat() if isinstance(value, date) else str(value)
    if not field.required:
        return None
    if isinstance(field, ChineseDateField):
        return today().isoformat()
    if isinstance(field, forms.SlugField):
        return "walked"
    if isinstance(field, forms.ChoiceField):
        return next(key for key in keys_of(field) if key)
    return "走查填写的内容"


def keys_of(field: forms.ChoiceField) -> list[str]:
    """What the field offers, as it is posted."""
    choices: Any = field.choices
    return ["" if key is None else str(key) for key, _ in choices]


@contextmanager
def seen_forms(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[forms.BaseForm]]:
    """Every bound form that is checked inside the block. Django's own method does the work."""
    seen: list[forms.BaseForm] = []
    original = forms.BaseForm.full_clean

    def noting(form: forms.BaseForm) -> None:
        if form.is_bound and form not in seen:
            seen.append(form)
        original(form)

    with monkeypatch.context() as patch:
        patch.setattr(forms.BaseForm, "full_clean", noting)
        yield seen


def form_classes() -> set[type[forms.BaseForm]]:
    """Every form of the product that is no mere base of another."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(
            importlib.import_module(package).__path__, f"{package}."
        ):
            if ".interfaces" in module.name or module.name.endswith(".forms"):
                importlib.import_module(module.name)
    found: set[type[forms.BaseForm]] = set()
    waiting = [forms.BaseForm]
    while waiting:
        current = waiting.pop()
        waiting += current.__subclasses__()
        own = current.__module__.split(".")[0] in PACKAGES
        if own and not current.__name__.startswith("_"):
            found.add(current)
    return found
