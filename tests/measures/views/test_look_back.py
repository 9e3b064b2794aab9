"""The pages of 回头看: nothing shows before the issue, every refusal keeps what was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures.domain.evidence import hand_out
from measures.domain.look_back import number_of, pick
from measures.domain.look_back_sample import draw_sample
from measures.models import Evidence, LookBack, LookBackSample, Measure
from rectify.accounts.models import User
from rectify.audit.models import Event
from rectify.lib.clock import now
from seeds.sample_files import sample_file
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import Small
from tests.measures.domain.test_look_back import close

__all__ = ["neighbour", "small"]

SECRET = "群众来访反映"
WORD = "台账只有封面"


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]  # pytest-django's settings


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def of(check: LookBack, name: str = "look_back") -> str:
    return reverse(name, kwargs={"look_back": check.public_id})


def at_inspection(small: Small, name: str = "look_backs") -> str:
    return reverse(name, kwargs={"inspection": small.inspection.public_id})


def closed(small: Small, count: int) -> list[Measure]:
    rows = [small.completed(text=f"建立台账{number}") for number in range(count)]
    Measure.objects.filter(pk__in=[row.pk for row in rows]).update(closed_at=now())
    return rows


def body(response: HttpResponseBase) -> str:
    """The whole answer; a download keeps its file open until it is read."""
    content: bytes = response.getvalue()
    return content.decode(errors="replace")


def draft(check: LookBack, **values: Any) -> dict[str, Any]:
    return {
        "version": check.version, "method": "on_site", "checked_on": "2024.5.15",
        "finding": WORD, "private_notes": SECRET, **values,
    }  # fmt: skip


def checked(small: Small) -> LookBack:
    """A check that the group drew up with a file, through its pages."""
    measure = close(small, small.completed(text="建立专项台账"))
    client = as_(small.discipline)
    data = {"measure": str(measure.public_id), "reason": SECRET}
    response = client.post(at_inspection(small, "look_back_pick"), data)
    check = LookBack.objects.get(measure=measure, issued_at=None)
    assert response.headers["Location"] == of(check)
    assert client.post(of(check), draft(check)).status_code == 302
    file = SimpleUploadedFile("现场记录.pdf", sample_file("现场记录.pdf", "walk"))
    assert client.post(of(check, "look_back_file"), {"file": file}).status_code == 302
    return LookBack.objects.get(pk=check.pk)


def issue(small: Small, check: LookBack, verdict: str = "denied", **more: Any) -> HttpResponseBase:
    check.refresh_from_db()
    data = {"version": check.version, "verdict": verdict, "finding": WORD, **more}
    return as_(small.discipline).post(of(check, "look_back_issue"), data)


def everywhere(small: Small, check: LookBack, file: Evidence) -> list[str]:
    """Addresses that could betray a check."""
    here = {"inspection": small.inspection.public_id}
    pages = [
        reverse(name, kwargs=here)
        for name in (
            "dashboard",
            "ledger",
            "tree",
            "look_backs",
            "evidence_list",
            "extensions",
            "operations",
        )
    ]
    measure = reverse("measure", kwargs={"measure": check.measure.public_id})
    paths = [reverse(name, kwargs={"evidence": file.public_id})
             for name in ("evidence", "evidence_preview")]  # fmt: skip
    own = [of(check), of(check, "look_back_sheet"), of(check, "look_back_issue")]
    return [*pages, measure, *paths, *own, "/inbox/", "/messages/"]


def test_the_group_draws_a_sample_and_the_page_proves_it(small: Small) -> None:
    closed(small, 4)
    client = as_(small.discipline)
    response = client.post(at_inspection(small, "look_back_draw"), {"size": "2", "frame": "closed"})
    sample = LookBackSample.objects.get()
    assert response.headers["Location"] == reverse(
        "look_back_sample", kwargs={"sample": sample.public_id}
    )
    page = body(client.get(response.headers["Location"]))
    assert "按种子重新计算：一致" in page
    assert sample.seed in page
    assert all(one in page for one in sample.frame_ids)
    assert page.count(">抽中<") == 2
    listed = body(client.get(at_inspection(small)))
    assert "核查中（2 条）" in listed
    assert "第1次" in listed


def test_the_page_says_where_a_draw_was_tampered_with(small: Small) -> None:
    closed(small, 3)
    sample = draw_sample(small.inspection, actor=small.discipline, size=1)
    LookBackSample.objects.filter(pk=sample.pk).update(seed="1" * 64)
    address = reverse("look_back_sample", kwargs={"sample": sample.public_id})
    page = body(as_(small.discipline).get(address))
    assert "按种子重新计算：不一致" in page
    assert "种子与审计链中的记录不符" in page
    assert "按种子重新计算：一致" not in page


@pytest.mark.parametrize(
    ("size", "words"),
    [("9", "可抽的措施共2条"), ("0", "至少抽取1条"), ("两条", "请填整数"), ("", "请填写抽取数")],
)
def test_a_wrong_size_is_told_beside_the_field(small: Small, size: str, words: str) -> None:
    closed(small, 2)
    response = as_(small.discipline).post(
        at_inspection(small, "look_back_draw"), {"size": size, "frame": "closed"}
    )
    assert response.status_code == 422
    assert words in response.context["form"].errors["size"][0]
    assert not LookBackSample.objects.exists()


def test_a_suggestion_stands_ready_with_its_reason(small: Small) -> None:
    measure = small.completed()
    Evidence.objects.filter(links__measure=measure).update(kind="meeting")
    client = as_(small.discipline)
    page = client.get(at_inspection(small, "look_back_pick"))
    wanted = f"?measure={measure.public_id}&amp;why=only_words#id_measure"
    assert wanted in body(page)
    chosen = client.get(
        f"{at_inspection(small, 'look_back_pick')}?measure={measure.public_id}&why=only_words"
    )
    form = chosen.context["form"]
    assert form["measure"].value() == str(measure.public_id)
    assert "只有会议或制度" in form["reason"].value()
    assert "selected" in body(chosen)


def test_a_pick_without_a_reason_keeps_the_measure(small: Small) -> None:
    measure = small.completed()
    response = as_(small.discipline).post(
        at_inspection(small, "look_back_pick"), {"measure": str(measure.public_id), "reason": " "}
    )
    assert response.status_code == 422
    assert response.context["form"].errors["reason"] == ["请填写选取理由。"]
    assert f'value="{measure.public_id}" selected' in body(response)


def test_a_measure_of_another_bureau_is_no_choice(small: Small, neighbour: Small) -> None:
    theirs = neighbour.completed()
    response = as_(small.discipline).post(
        at_inspection(small, "look_back_pick"),
        {"measure": str(theirs.public_id), "reason": "理由"},
    )
    assert response.status_code == 422
    assert not LookBack.objects.exists()


@pytest.mark.parametrize(
    "who", ["office", "clerk", "helper", "leader", "party_member", "secretary"]
)
def test_nothing_is_seen_by_anybody_else_before_the_issue(small: Small, who: str) -> None:
    check = checked(small)
    file = check.files.get()
    client = as_(getattr(small, who))
    seen = []
    for address in everywhere(small, check, file):
        response = client.get(address)
        text = body(response)
        if any(word in text for word in (SECRET, WORD, number_of(check), "现场记录")):
            seen.append(address)
        named = str(check.public_id) in address or str(file.public_id) in address
        assert (response.status_code == 404) == named or response.status_code == 403, address
    assert not seen
    ledger = reverse("ledger", kwargs={"inspection": small.inspection.public_id})
    assert client.get(f"{ledger}?q={WORD}").context["total"] == 0
    group = as_(small.discipline)
    own = {address for address in everywhere(small, check, file)
           if number_of(check) in body(group.get(address))}  # fmt: skip
    assert {of(check), of(check, "look_back_sheet")} <= own


def test_after_the_issue_office_and_section_read_it_but_no_notes(small: Small) -> None:
    check = checked(small)
    file = check.files.get()
    assert issue(small, check).status_code == 302
    for who in ("office", "clerk", "leader", "secretary"):
        client = as_(getattr(small, who))
        measure = client.get(reverse("measure", kwargs={"measure": check.measure.public_id}))
        page = client.get(of(check))
        listed = client.get(at_inspection(small))
        for shown in (measure, page, listed):
            assert WORD in body(shown), who
        assert "不属实" in body(measure)
        assert file.original_name in body(page)
        assert client.get(reverse("evidence", kwargs={"evidence": file.public_id})).getvalue()
        assert client.get(of(check, "look_back_issue")).status_code == 403
        assert client.post(of(check), draft(check)).status_code == 403
    assert "工作记录" not in body(as_(small.office).get(of(check)))
    assert "工作记录" in body(as_(small.discipline).get(of(check)))


def test_private_notes_never_leave_the_group(small: Small) -> None:
    check = pick(close(small, small.completed()), actor=small.discipline, reason="例行")
    client = as_(small.discipline)
    client.post(of(check), draft(check))
    issue(small, check)
    for who in ("office", "clerk", "leader", "secretary", "party_member"):
        other = as_(getattr(small, who))
        measure = reverse("measure", kwargs={"measure": check.measure.public_id})
        for address in (of(check), of(check, "look_back_sheet"), at_inspection(small), measure):
            assert SECRET not in body(other.get(address)), (who, address)
    assert SECRET in body(client.get(of(check)))


def test_another_bureau_meets_a_page_that_does_not_exist(small: Small, neighbour: Small) -> None:
    check = checked(small)
    issue(small, check)
    sample_page = at_inspection(small)
    for who in ("office", "discipline", "secretary"):
        client = as_(getattr(neighbour, who))
        for address in (of(check), of(check, "look_back_sheet"), sample_page):
            assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("checked_on", "2024.5.16", "日期不能晚于今天"),
        ("checked_on", "2024.5.14", "核查日期不能早于销号日期（2024年5月15日）"),
        ("checked_on", "前天", "日期"),
        ("method", "telepathy", "已不可用"),
    ],
)
def test_a_refused_draft_keeps_what_was_typed(
    small: Small, field: str, typed: str, words: str
) -> None:
    check = pick(close(small, small.completed()), actor=small.discipline, reason="例行")
    response = as_(small.discipline).post(of(check), draft(check, **{field: typed}))
    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    assert WORD in body(response)
    assert SECRET in body(response)


def test_two_of_the_group_at_once_meet_both_texts(small: Small) -> None:
    check = pick(close(small, small.completed()), actor=small.discipline, reason="例行")
    client = as_(small.discipline)
    client.post(of(check), draft(check, finding="甲乙"))
    late = client.post(of(check), draft(check, finding="丙丁"))
    assert late.status_code == 409
    assert "甲乙" in body(late)
    assert "丙丁" in body(late)


def test_a_second_verdict_is_told_who_was_first(small: Small) -> None:
    check = checked(small)
    issue(small, check, "confirmed")
    late = issue(small, check, finding="后来的情况")
    assert late.status_code == 409
    assert f"{small.discipline.name}已于2024年5月15日出具核查结论“属实”" in body(late)
    assert "后来的情况" in body(late)
    assert as_(small.discipline).post(of(check), draft(check)).status_code == 409


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"verdict": ""}, "verdict", "请选择结论"),
        ({"finding": ""}, "finding", "须写明核查情况"),
        ({"verdict": "open"}, "verdict", "请重新选择"),
    ],
)
def test_an_issue_that_lacks_something_says_what(
    small: Small, data: dict[str, str], field: str, words: str
) -> None:
    check = checked(small)
    response = issue(small, check, **data)
    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]  # type: ignore[attr-defined]
    assert LookBack.objects.get(pk=check.pk).issued_at is None


def test_a_file_that_is_none_is_a_400_and_recorded(small: Small) -> None:
    check = pick(small.completed(), actor=small.discipline, reason="例行")
    file = SimpleUploadedFile("脚本.html", b"<script>")
    response = as_(small.discipline).post(of(check, "look_back_file"), {"file": file})
    assert response.status_code == 400
    assert "不接受这种文件" in body(response)
    assert Event.objects.filter(action="evidence.refuse", object_type="lookback").exists()
    assert not check.files.exists()


def test_a_file_is_previewed_taken_out_and_gone(small: Small) -> None:
    check = checked(small)
    client, file = as_(small.discipline), check.files.get()
    preview = client.get(reverse("evidence_preview", kwargs={"evidence": file.public_id}))
    assert of(check) in body(preview)
    hand_out(file, actor=small.discipline).close()
    drop = reverse(
        "look_back_file_drop", kwargs={"look_back": check.public_id, "evidence": file.public_id}
    )
    assert client.post(drop).status_code == 302
    assert client.get(reverse("evidence", kwargs={"evidence": file.public_id})).status_code == 404
    assert client.post(drop).status_code == 404


def test_the_sheets_of_a_sample_cost_the_same_for_one_and_for_four(small: Small) -> None:
    closed(small, 5)
    client = as_(small.discipline)
    counts = []
    for size in (1, 4):
        sample = draw_sample(small.inspection, actor=small.discipline, size=size)
        address = reverse("look_back_sample_sheet", kwargs={"sample": sample.public_id})
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        counts.append(len(queries))
        assert body(page).count("整改措施核查表") == size
    assert counts[0] == counts[1]


def test_the_list_costs_the_same_for_one_check_and_for_three(small: Small) -> None:
    closed(small, 4)
    client = as_(small.discipline)
    counts = []
    for size in (1, 2):
        draw_sample(small.inspection, actor=small.discipline, size=size)
        client.get(at_inspection(small))
        with CaptureQueriesContext(connection) as queries:
            client.get(at_inspection(small))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_figures_of_the_list_open_their_rows(small: Small) -> None:
    first, second, _ = (close(small, small.completed()) for _ in range(3))
    client = as_(small.discipline)
    for measure, verdict in ((first, "confirmed"), (second, "denied")):
        check = pick(measure, actor=small.discipline, reason="例行")
        client.post(of(check), draft(check))
        issue(small, check, verdict)
    figures = {word: (count, href) for word, count, href in
               client.get(at_inspection(small)).context["figures"]}  # fmt: skip
    assert {word: count for word, (count, _) in figures.items()} == {
        "已销号": 2, "其中未抽核": 1, "列入核查": 2, "属实": 1, "不属实": 1, "核查中": 0,
    }  # fmt: skip
    for word in ("已销号", "其中未抽核"):
        count, href = figures[word]
        assert client.get(href).context["total"] == count
    assert len(client.get(figures["不属实"][1]).context["issued"]) == 1
    told = as_(small.office).get(at_inspection(small)).context["figures"]
    assert "核查中" not in [word for word, _, _ in told]


def test_the_page_of_a_measure_leads_the_group_alone_to_a_check(small: Small) -> None:
    measure = small.completed()
    address = reverse("measure", kwargs={"measure": measure.public_id})
    wanted = f"{at_inspection(small, 'look_back_pick')}?measure={measure.public_id}"
    client = as_(small.discipline)
    assert wanted in body(client.get(address))
    for who in ("office", "clerk", "leader"):
        assert wanted not in body(as_(getattr(small, who)).get(address))
    check = pick(measure, actor=small.discipline, reason="例行")
    page = body(client.get(address))
    assert wanted not in page
    assert of(check) in page
