"""The auditor's room: the own bureau's log, narrowed, paged, checked and taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures.models import Measure
from rectify.administration.interfaces.audit_filters import COLUMNS, plain_cell
from rectify.administration.views import audit_log as room
from rectify.audit.actors import SYSTEM
from rectify.audit.domain.events import record
from rectify.audit.models import Chain, Event
from rectify.audit.origin import Origin, coming_from
from rectify.lib.clock import at
from rectify.lib.shanghai import SHANGHAI
from tests.audit.conftest import intruder
from tests.conftest import Demo

__all__ = ["intruder"]

Login = Callable[[str], Client]
LOG = "/administration/audit/"


def own(demo: Demo) -> Chain:
    return Chain.objects.get(organization=demo.a.organization)


def address(name: str, demo: Demo, **more: Any) -> str:
    return reverse(name, kwargs={"chain": demo.a.organization.public_id, **more})


def text(client: Client, query: str = "") -> str:
    answer = client.get(LOG + query)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(client: Client, query: str = "") -> list[int]:
    return [line.event.seq for line in client.get(LOG + query).context["lines"]]


def taken(client: Client, demo: Demo, **chosen: str) -> list[list[str]]:
    answer: Any = client.post(address("audit_export", demo), chosen)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def written(demo: Demo, **values: Any) -> Event:
    with transaction.atomic():
        return record(
            actor=values.pop("actor", SYSTEM), organization=demo.a.organization,
            **{"action": "user.log_in", **values},
        )  # fmt: skip


def test_the_newest_event_comes_first_in_words(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    clerk = demo.user("clerk-service")
    with coming_from(Origin("browser", "10.1.2.3", "f" * 32)):
        event = written(demo, actor=clerk, subject=clerk, changes={"position": ("甲", "乙密")})
    shown = text(client)
    for word in (
        clerk.name,
        "责任科室",
        "10.1.2.3",
        "登录",
        "人员",
        "职务",
        "成功",
        event.hash[:16],
    ):
        assert word in shown, word
    assert numbers(client, f"?before={event.seq + 1}")[0] == event.seq


def test_values_and_labels_that_quote_findings_are_never_shown(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    measure = demo.measure(demo.a)
    event = written(
        demo, action="measure.update", subject=measure, changes={"text": ("旧的密", "新的密")}
    )
    page = client.get(address("audit_event", demo, seq=event.seq)).content.decode()
    rows = taken(client, demo, action="measure.update")
    for shown in (text(client), page, str(rows)):
        assert "整改措施" in shown
        assert f"第 {measure.pk} 号" in shown
        assert "的密" not in shown
        assert measure.text[:10] not in shown
    assert "仅显示字段名" in page


def test_the_whole_log_taken_away_quotes_no_measure_and_no_issue(
    demo: Demo, as_user: Login
) -> None:
    everything = str(taken(as_user("auditor"), demo))
    measures = Measure.objects.filter(inspection=demo.a).select_related("task__issue")
    assert len(measures) == 113
    for measure in measures:
        assert measure.text not in everything
        assert measure.task.issue.title not in everything


def test_another_bureau_does_not_show_through(demo: Demo, as_user: Login) -> None:
    foreign = Chain.objects.get(organization=demo.b.organization)
    ours = own(demo).events.order_by().values("actor_name")
    theirs = foreign.events.exclude(actor_name__in=ours)[0].actor_name
    client = as_user("auditor")
    assert numbers(client, f"?person={theirs}") == []
    for query in (f"?chain={foreign.slug}", "?chain=%00", "?chain=1"):
        assert client.get(LOG + query).status_code == 404, query
    assert client.get(f"{LOG}{foreign.slug}/1/").status_code == 404
    assert client.post(f"{LOG}{foreign.slug}/verify/").status_code == 404
    assert client.post(f"{LOG}{foreign.slug}/export/").status_code == 404


def test_the_system_chain_is_read_by_auditors_only(demo: Demo, as_user: Login) -> None:
    with transaction.atomic():
        record(actor=SYSTEM, organization=None, action="user.log_in", label="（未登记的登录名）")
    for other in ("sysadmin", "secadmin", "office"):
        assert not Chain.objects.visible_to(demo.user(other)).exists()
    client = as_user("auditor")
    assert 'chain=system"' in text(client)
    assert "（未登记的登录名）" in text(client, "?chain=system")


def test_the_log_is_narrowed_by_each_condition(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    clerk = demo.user("clerk-service")
    with at(datetime(2024, 5, 14, 23, 59, 59, tzinfo=SHANGHAI)):
        first = written(demo, action="user.log_in", actor=clerk, subject=clerk)
    with at(datetime(2024, 5, 15, 0, 0, tzinfo=SHANGHAI)):
        second = written(demo, action="user.log_out", success=False)
    both = "since=2024-05-14&until=2024-05-15"
    assert numbers(client, f"?{both}") == [second.seq, first.seq]
    assert numbers(client, "?since=2024.5.15&until=2024年5月15日") == [second.seq]
    assert numbers(client, "?since=2024-05-14&until=2024-05-14") == [first.seq]
    assert numbers(client, f"?{both}&action=user.log_in") == [first.seq]
    assert numbers(client, f"?{both}&person={clerk.name}") == [first.seq]
    assert numbers(client, f"?{both}&kind=user") == [first.seq]
    assert numbers(client, f"?{both}&result=refused") == [second.seq]
    assert numbers(client, f"?{both}&result=done") == [first.seq]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=昨天", "不是日期"),
        ("since=2024-02-30", "日历上没有"),
        ("until=99999999", "年份不在"),
        ("since=2024-05-15&until=2024-05-14", "截止日期早于起始日期"),
        ("action=drop", "没有这一选项"),
        ("kind=drop", "没有这一选项"),
        ("result=1", "没有这一选项"),
        (f"person={'长' * 61}", "最多 60 个字"),
    ],
)
def test_a_nonsense_condition_is_answered_beside_its_field(
    demo: Demo, as_user: Login, query: str, sentence: str
) -> None:
    client = as_user("auditor")
    shown = text(client, f"?{query}")
    assert sentence in shown
    assert numbers(client, f"?{query}") == []
    assert "请先改正" in shown
    posted = dict(pair.split("=") for pair in query.split("&"))
    before = Event.objects.filter(action="audit.export").count()
    answer = client.post(address("audit_export", demo), posted, follow=True)
    assert sentence in answer.content.decode()
    assert Event.objects.filter(action="audit.export").count() == before


def test_nothing_found_says_so(demo: Demo, as_user: Login) -> None:
    assert "没有符合条件的记录" in text(as_user("auditor"), "?since=2199-12-31&until=2199-12-31")


def test_pages_follow_one_another_without_gap(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    client.get(LOG)  # the first reading is itself an event
    everything = numbers(client)
    while more := numbers(client, f"?before={everything[-1]}"):
        everything += more
    assert everything == list(range(own(demo).length, 0, -1))
    last = numbers(client, f"?before={room.PAGE + 1}")
    assert numbers(client, f"?after={last[0]}") == list(range(2 * room.PAGE, room.PAGE, -1))


@pytest.mark.parametrize("query", ["before=x", "before=-1", "before=9" + "9" * 30, "after=１"])
def test_a_nonsense_place_shows_the_first_page(demo: Demo, as_user: Login, query: str) -> None:
    client = as_user("auditor")
    client.get(LOG)
    assert numbers(client, f"?{query}")[0] == own(demo).length


def test_one_event_shows_its_hashes_and_its_neighbours(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    event = own(demo).events.get(seq=5)
    page = client.get(address("audit_event", demo, seq=5)).content.decode()
    assert event.hash in page
    assert event.prev_hash in page
    assert "本条与摘要相符" in page
    assert address("audit_event", demo, seq=4) in page
    assert address("audit_event", demo, seq=6) in page
    assert client.get(address("audit_event", demo, seq=999_999)).status_code == 404


@pytest.mark.usefixtures("intruder")
def test_an_altered_event_is_marked(demo: Demo, as_user: Login) -> None:
    own(demo).events.filter(seq=5).update(actor_name="别人")
    page = as_user("auditor").get(address("audit_event", demo, seq=5)).content.decode()
    assert "本条内容与其摘要不符" in page


def test_the_check_says_that_all_holds_and_is_an_event(demo: Demo, as_user: Login) -> None:
    answer = as_user("auditor").post(address("audit_verify", demo), follow=True)
    shown = answer.content.decode()
    assert "核验完成" in shown
    assert "个锚点，完整" in shown
    last = own(demo).events.filter(action="audit.verify").latest("seq")
    assert (last.actor, last.success) == (demo.user("auditor"), True)


@pytest.mark.usefixtures("intruder")
def test_the_check_names_the_broken_row(demo: Demo, as_user: Login) -> None:
    own(demo).events.filter(seq=7).update(actor_name="别人")
    shown = as_user("auditor").post(address("audit_verify", demo), follow=True).content.decode()
    assert "审计链不完整" in shown
    assert "第 7 条" in shown
    assert "报告单位负责人" in shown


def test_the_file_holds_what_the_filter_shows(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    answer: Any = client.post(address("audit_export", demo), {"action": "round.open"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    content = answer.getvalue()
    assert content.startswith("\ufeff".encode())
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    events = own(demo).events.filter(action="round.open").order_by("seq")
    assert tuple(head) == COLUMNS
    assert [row[0] for row in rows] == [str(event.seq) for event in events]
    assert [row[-1] for row in rows] == [event.hash for event in events]
    last = own(demo).events.latest("seq")
    assert (last.action, last.changes) == ("audit.export", {"rows": [None, len(rows)]})


def test_no_cell_is_a_formula(demo: Demo, as_user: Login) -> None:
    written(demo, label='=HYPERLINK("http://x","y")')
    rows = taken(as_user("auditor"), demo, action="user.log_in")
    assert '\'=HYPERLINK("http://x","y")' in rows[-1]
    for row in rows:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b"])
def test_a_cell_that_begins_like_a_formula_is_neutralised(first: str) -> None:
    assert plain_cell(f"{first}1") == f"'{first}1"
    assert plain_cell("1=1") == "1=1"


def test_a_file_that_was_cut_says_so(
    demo: Demo, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_EXPORTED", 10)
    rows = taken(as_user("auditor"), demo)
    assert [row[0] for row in rows[1:-1]] == [str(seq) for seq in range(1, 11)]
    assert "只导出前 10 条" in rows[-1][0]
    assert own(demo).events.latest("seq").changes == {"rows": [None, 10]}


def test_a_full_page_asks_no_more_than_a_page_of_one(demo: Demo, as_user: Login) -> None:
    client = as_user("auditor")
    client.get(LOG)
    counts = []
    for query, rows in (("?before=2", 1), ("", room.PAGE)):
        with CaptureQueriesContext(connection) as queries:
            assert len(numbers(client, query)) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1]
