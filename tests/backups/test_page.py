"""The page of the backups and the word above every page when they are overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rectify.audit.actors import SYSTEM
from rectify.backups.domain.keeping import KIND
from rectify.backups.domain.making import make_backup
from rectify.backups.models import Backup
from rectify.jobs.domain.work import run
from rectify.jobs.models import Job
from tests.backups.test_nightly import set_up_at
from tests.conftest import Demo

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
OVERDUE = "已超过 7 天没有成功的备份"
LATER = timedelta(days=8)


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path / "backups"


def text_of(client: Client, name: str = "backups") -> str:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_what_is_saved_where_and_how_to_bring_it_back(
    as_user: As, folder: Path, settings: LazySettings
) -> None:
    text = text_of(as_user("sysadmin"))
    for words in (str(folder), settings.MEDIA_ROOT, "还没有备份", "manage.py restore", "加密",
                  "立即备份", "BACKUP_KEEP=0"):  # fmt: skip
        assert words in text
    settings.BACKUP_KEEP = 14
    assert "保留最近 14 份" in text_of(as_user("sysadmin"))


def test_the_button_queues_a_backup_and_leads_to_its_job(as_user: As, folder: Path) -> None:
    client = as_user("sysadmin")
    assert client.get(reverse("backup_make")).status_code == 405
    response = client.post(reverse("backup_make"))
    job = Job.objects.get(kind=KIND)
    assert response["Location"] == reverse("job", kwargs={"job": job.public_id})
    run(job.pk)
    page = client.get(response["Location"]).content.decode()
    assert f'href="{reverse("backups")}"' in page
    assert "全系统" in page
    made = Backup.objects.get()
    text = text_of(client)
    assert made.file_name in text
    assert made.sha256 in text
    assert "在原处" in text
    Path(made.path).unlink()
    assert "已移走或已清理" in text_of(client)


@pytest.mark.parametrize("username", ["office", "secadmin", "auditor", "clerk-center", "office-b"])
def test_others_are_refused_and_see_no_job_of_the_system(
    demo: Demo, as_user: As, username: str
) -> None:
    as_user("sysadmin").post(reverse("backup_make"))
    job = Job.objects.get(kind=KIND)
    client = as_user(username)
    assert client.get(reverse("backups")).status_code == 403
    assert client.post(reverse("backup_make")).status_code == 403
    assert Job.objects.filter(kind=KIND).count() == 1
    assert client.get(reverse("job", kwargs={"job": job.public_id})).status_code == 404
    assert not Backup.objects.visible_to(demo.user(username)).exists()


def test_whoever_runs_the_system_sees_what_the_night_did(as_user: As, demo: Demo) -> None:
    job = Job.objects.create(kind=KIND, key="k", title="每夜备份", params={"nightly": True})
    assert "每夜备份" in text_of(as_user("sysadmin"))
    assert "每夜备份" in text_of(as_user("sysadmin"), "jobs")
    assert Job.objects.visible_to(demo.user("sysadmin")).filter(pk=job.pk).exists()
    assert not Job.objects.visible_to(demo.user("office")).filter(pk=job.pk).exists()


@pytest.mark.parametrize(
    ("username", "told", "link"),
    [("sysadmin", True, True), ("office", True, False), ("secretary", False, False),
     ("clerk-center", False, False), ("auditor", False, False)],
)  # fmt: skip
def test_an_overdue_backup_is_told_to_those_who_can_do_something(
    as_user: As, username: str, told: bool, link: bool
) -> None:
    with time_machine.travel(set_up_at() + LATER, tick=False):
        text = text_of(as_user(username), "help")
        assert (OVERDUE in text) is told
        assert ("查看备份" in text) is link
    with time_machine.travel(set_up_at(), tick=False):
        assert OVERDUE not in text_of(as_user(username), "help")


def test_a_good_backup_ends_the_word(as_user: As, tmp_path: Path) -> None:
    with time_machine.travel(set_up_at() + LATER, tick=False):
        assert OVERDUE in text_of(as_user("office"), "help")
        make_backup(tmp_path / "one.backup", actor=SYSTEM)
        assert OVERDUE not in text_of(as_user("office"), "help")


@pytest.mark.parametrize(("username", "questions"), [("office", 1), ("secretary", 0)])
def test_it_costs_one_question_and_none_for_others(
    as_user: As, username: str, questions: int
) -> None:
    client = as_user(username)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(reverse("help"))
    about = [one for one in asked.captured_queries if "backups_backup" in one["sql"]]
    assert len(about) == questions


def test_the_page_asks_as_much_for_three_backups_as_for_one(as_user: As, tmp_path: Path) -> None:
    client, counts = as_user("sysadmin"), []
    for number in range(3):
        make_backup(tmp_path / f"{number}.backup", actor=SYSTEM)
        with CaptureQueriesContext(connection) as asked:
            text_of(client)
        counts.append(len(asked))
    assert counts[0] == counts[2]
