"""The demo as data: fictional, complete, in order, written through the domain functions."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from measures.domain.figures import headline
from measures.domain.moment import moment_of
from measures.enums import Status
from measures.models import Evidence, Measure, ProgressEntry
from rectify.accounts.enums import Role
from rectify.accounts.models import Membership, Organization, Section, User
from rectify.audit.domain.events import verify
from rectify.audit.models import Chain, Event
from seeds.bureaus import SEEDS, read_yaml
from tests.conftest import Demo

ROOT = Path(settings.BASE_DIR)
TITLE = re.compile(
    r"经办人|联络员|审核员|分管领导|党组书记|党组成员|组长|管理员|审计员|巡察办|保密"
)
# A surname and one or two characters and nothing else: what a real name would look like.
SURNAME = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜"
CALLED = re.compile(rf"[{SURNAME}][\u4e00-\u9fff]{{1,2}}(同志|局长|主任|科长|某某)|[{SURNAME}]某")


def yaml_files(folder: str) -> list[Path]:
    return sorted((SEEDS / folder).glob("area_*.yaml"))


def counts(folder: str) -> tuple[int, int, int, int]:
    areas = [read_yaml(path) for path in yaml_files(folder)]
    issues = [issue for area in areas for issue in area["issues"]]
    tasks = [task for issue in issues for task in issue["tasks"]]
    return len(areas), len(issues), len(tasks), sum(len(task["measures"]) for task in tasks)


def test_the_files_hold_what_is_promised() -> None:
    assert counts("demo_a") == (6, 24, 61, 113)
    assert counts("demo_b")[3] == 52


def test_the_database_holds_what_the_files_say(demo: Demo) -> None:
    for folder, inspection in (("demo_a", demo.a), ("demo_b", demo.b)):
        rows = Measure.objects.filter(inspection=inspection).in_order()
        written = [
            measure["text"]
            for path in yaml_files(folder)
            for issue in read_yaml(path)["issues"]
            for task in issue["tasks"]
            for measure in task["measures"]
        ]
        assert [row.text for row in rows] == written


def test_everybody_is_known_by_title_and_nobody_by_name(demo: Demo) -> None:
    for user in User.objects.all():
        assert TITLE.search(user.name), user.name
        assert user.email.endswith("@shili.example")


def test_no_text_of_the_seeds_names_a_person() -> None:
    for path in SEEDS.rglob("*.yaml"):
        assert not CALLED.findall(path.read_text(encoding="utf-8")), path.name


def test_no_text_of_the_seeds_could_reach_a_real_telephone_or_identity() -> None:
    for path in SEEDS.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), path.name
        assert not re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", text), path.name


def test_every_role_has_an_account(demo: Demo) -> None:
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert Section.objects.filter(organization=demo.a.organization).count() == 11
    assert Organization.objects.filter(parent__isnull=True).count() == 1


def test_every_measure_has_a_leader_a_section_and_an_owner(demo: Demo) -> None:
    for row in Measure.objects.all():
        assert row.leader_name
        assert row.lead_section_name
        assert row.owner_name
        assert row.organization_id == row.inspection.organization_id


def test_what_is_completed_has_a_result_and_a_file(demo: Demo) -> None:
    done = Measure.objects.filter(inspection=demo.a, status=Status.COMPLETED)
    assert done.count() == 82
    assert not done.filter(result_text="").exists()
    assert not done.filter(evidence_links__isnull=True).exists()
    assert not Measure.objects.exclude(status=Status.COMPLETED).filter(closed_at__isnull=False)


def test_evidence_files_exist_and_open_as_what_they_say(demo: Demo) -> None:
    magic = {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK", "jpg": b"\xff\xd8", "png": b"\x89PNG"}
    for row in Evidence.objects.all()[:40]:
        with row.file.open("rb") as stream:
            assert stream.read(4).startswith(magic[row.original_name.rsplit(".", 1)[-1]])


def test_every_change_of_the_demo_has_an_event_of_a_person(demo: Demo) -> None:
    events = Event.objects.filter(chain__organization=demo.a.organization)
    assert events.filter(action="measure.create").count() == 113
    assert (
        events.filter(action="measure.close").count()
        == Measure.objects.filter(inspection=demo.a, closed_at__isnull=False).count()
    )
    written = ProgressEntry.objects.filter(measure__inspection=demo.a).count()
    assert events.filter(action="progress.write").count() == written > 700
    business = events.exclude(
        action__in=[
            "organization.add",
            "section.add",
            "user.create",
            "membership.grant",
            "job.request",
        ]
    )
    assert not business.filter(actor__isnull=True).exists()


def test_the_first_demo_ends_with_its_notice(demo: Demo) -> None:
    events = Event.objects.filter(chain__organization=demo.a.organization)
    last = max(event.at.date() for event in events if event.action.startswith("measure."))
    assert last <= date(2021, 5, 12)
    assert headline(demo.a, moment_of(demo.a, date(2021, 5, 12)), None)["completed"] == 82


def test_the_chains_are_whole(demo: Demo) -> None:
    assert [verify(chain) for chain in Chain.objects.all()] == [None] * 3


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A database of its own, loaded by the command as if today were the Monday of a new year."""
    folder = tmp_path_factory.mktemp("demo")
    # The settings of the tests, for their quick password hashing.
    environment = {
        **os.environ,
        "RECTIFY_TEST_DIR": str(folder),
        "PYTEST_XDIST_WORKER": "main",
        "DJANGO_SETTINGS_MODULE": "rectify.settings.test",
        "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
    }
    assert manage(environment, "migrate", "-v0").returncode == 0
    refused = manage(environment, "load_demo", "--today", "morgen")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert ask(folder, "select count(*) from accounts_organization") == [(0,)]
    loaded = manage(environment, "load_demo", "--today", "2027-01-04")
    assert loaded.returncode == 0, loaded.stderr
    yield folder, environment


def manage(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )


def ask(folder: Path, query: str) -> list[Any]:
    with sqlite3.connect(folder / "demo.sqlite3") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.slow
def test_the_demo_can_be_loaded_for_any_day_even_a_monday(
    monday: tuple[Path, dict[str, str]],
) -> None:
    folder, environment = monday
    weeks = ask(
        folder,
        "select min(week_start), max(week_start), count(*) from measures_weeklyround"
        " where inspection_id = 2",
    )
    assert weeks == [("2026-11-09", "2027-01-04", 9)]
    assert ask(folder, "select count(*) from measures_measure") == [(165,)]
    late = ask(folder, "select count(*) from audit_event where at >= '2027-01-04 16:00'")
    assert late == [(0,)], "nothing of the demo happens after its day"
    accounts = folder / "main" / "demo-accounts.txt"
    assert accounts.stat().st_mode & 0o077 == 0
    assert "oversight" in accounts.read_text(encoding="utf-8")
    events = ask(folder, "select count(*), max(hash) from audit_event")
    again = manage(environment, "load_demo", "--today", "2027-01-05")
    assert (again.returncode, "未作改动" in again.stdout) == (0, True)
    assert ask(folder, "select count(*), max(hash) from audit_event") == events
    assert manage(environment, "verify_audit").stdout.count("完整。") == 3
