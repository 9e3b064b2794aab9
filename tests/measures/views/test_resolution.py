"""The page on which the office records what the party group's meeting decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from measures.domain.applications import withdraw
from measures.models import ClosureApplication, Decision, Evidence, Measure
from rectify.accounts.models import User
from seeds.sample_files import sample_file
from tests.measures.domain.conftest import neighbour, small
from tests.measures.domain.small_bureau import Small
from tests.measures.domain.test_resolution import MEETING, before_meeting, closed
from tests.measures.views.test_inbox import client_of

__all__ = ["neighbour", "small"]


def url(small: Small) -> str:
    return reverse("resolution", kwargs={"inspection": small.inspection.public_id})


def send(small: Small, *rows: ClosureApplication, actor: User | None = None, **changed: Any) -> Any:
    """What the browser sends with these rows ticked, all of them on the page."""
    data: dict[str, object] = {
        "closures": [str(row.public_id) for row in rows],
        "versions": [f"{row.public_id}:{row.version}" for row in rows],
        "meeting": MEETING, "decided_on": "2024.5.14", **changed,
    }  # fmt: skip
    return client_of(actor or small.office).post(url(small), data)


def test_ticked_measures_are_closed_and_the_rest_stays_on_the_page(small: Small) -> None:
    first, second = before_meeting(small, "甲措施"), before_meeting(small, "乙措施")
    html = client_of(small.office).get(url(small)).content.decode()
    assert "甲措施" in html and "乙措施" in html and f"{first.public_id}:{first.version}" in html
    assert send(small, first)["Location"] == "/inbox/"
    assert closed(small) == 1
    decision = Decision.objects.get(closure=first, step="party_group")
    assert (decision.decided_on, decision.meeting) == (date(2024, 5, 14), MEETING)
    html = client_of(small.office).get(url(small)).content.decode()
    assert "甲措施" not in html and "乙措施" in html
    assert second.measure.closed_at is None


def test_the_minutes_are_uploaded_with_the_decision(small: Small) -> None:
    row = before_meeting(small, "甲")
    scan = SimpleUploadedFile("会议纪要.pdf", sample_file("会议纪要.pdf", "one"))
    assert send(small, row, scan=scan).status_code == 302
    assert Decision.objects.get(step="party_group").scan == Evidence.objects.get(
        original_name="会议纪要.pdf"
    )


def test_a_file_that_is_none_is_refused_beside_its_field(small: Small) -> None:
    row = before_meeting(small, "甲")
    answer = send(small, row, scan=SimpleUploadedFile("纪要.exe", b"MZ"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["scan"]
    assert closed(small) == 0


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [({"closures": []}, "closures", "请勾选"), ({"meeting": ""}, "meeting", "请填写党组会议"),
     ({"decided_on": "二月三十"}, "decided_on", ""), ({"decided_on": "2030.1.1"}, "decided_on",
     "不能晚于今天"), ({"decided_on": "2024.1.1"}, "decided_on", "不能早于进驻日期"),
     ({"versions": ["x"]}, "versions", "请刷新")],
)  # fmt: skip
def test_bad_input_is_refused_beside_its_field_and_what_was_typed_stays(
    small: Small, changed: dict[str, Any], field: str, sentence: str
) -> None:
    row = before_meeting(small, "甲")
    answer = send(small, row, **changed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    assert sentence in html
    for name, kept in (("meeting", MEETING), ("decided_on", "2024.5.14")):
        assert str(changed.get(name, kept)) in html
    if "closures" not in changed:
        assert f'value="{row.public_id}" checked' in html
    assert closed(small) == 0


def test_one_that_was_withdrawn_meanwhile_is_named_and_nothing_is_written(small: Small) -> None:
    first, second = before_meeting(small, "甲措施"), before_meeting(small, "乙措施")
    withdraw(ClosureApplication.objects.get(pk=second.pk), actor=small.clerk,
             version=second.version)  # fmt: skip
    answer = send(small, first, second)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "“乙措施”：该申请已被撤回" in html
    assert MEETING in html and f'value="{first.public_id}" checked' in html
    assert closed(small) == 0
    assert send(small, first).status_code == 302


def test_a_foreign_application_among_own_ones_refuses_all(small: Small, neighbour: Small) -> None:
    own, foreign = before_meeting(small, "甲"), before_meeting(neighbour, "邻")
    answer = send(small, own, foreign)
    assert answer.status_code == 422
    assert "不全属于本次巡察" in answer.content.decode()
    assert not Measure.objects.filter(closed_at__isnull=False).filter(
        pk__in=[own.measure_id, foreign.measure_id]
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 403), ("leader", 403), ("secretary", 403), ("discipline", 403), ("sysadmin", 404)],
)
def test_only_the_office_opens_the_page(small: Small, who: str, status: int) -> None:
    row = before_meeting(small, "甲")
    actor = getattr(small, who)
    assert client_of(actor).get(url(small)).status_code == status
    assert send(small, row, actor=actor).status_code == status
    assert closed(small) == 0


def test_the_office_of_another_bureau_finds_no_such_page(small: Small, neighbour: Small) -> None:
    assert client_of(neighbour.office).get(url(small)).status_code == 404


def test_an_empty_page_says_when_something_would_stand_there(small: Small) -> None:
    html = client_of(small.office).get(url(small)).content.decode()
    assert "没有待党组审议的销号申请" in html and "销号程序" in html
