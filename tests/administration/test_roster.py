"""A list of people: every problem of every line at once, and all accounts or none."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rectify.accounts.domain.roster import MOST_ROWS, open_accounts
from rectify.accounts.models import Organization, User
from rectify.administration.interfaces.roster import Line, RosterError, read_roster, text_of
from rectify.audit.exceptions import NotAllowed, Refused
from rectify.audit.models import Operation
from tests.administration.conftest import Bureau, LogIn
from tests.administration.test_accounts import SHOWN

GOOD = "登录名\t姓名\t职务\t电子邮箱\t排序\nlisi\t李四\t科员\tlisi@x.cn\t3\nwangwu\t王五\t\t\t\n"


def read(home: Bureau, text: str) -> list[Line]:
    return read_roster(text, bureau=Organization.objects.filter(pk=home.organization.pk))


def test_a_pasted_list_is_read_with_its_heading_in_any_order(home: Bureau) -> None:
    lines = read(home, "姓名\t备注\t登录名\n李四\t党员\tLiSi\n\n王五\t\twangwu\n")
    assert [line.values["username"] for line in lines] == ["lisi", "wangwu"]
    assert [line.values["name"] for line in lines] == ["李四", "王五"]
    assert [line.number for line in lines] == [2, 4]
    assert all(not line.problems for line in lines)


def test_without_a_heading_the_standing_order_holds(home: Bureau) -> None:
    [line] = read(home, 'lisi,李四,"科员, 兼",lisi@x.cn,12')
    assert line.values == {
        "username": "lisi", "name": "李四", "position": "科员, 兼", "email": "lisi@x.cn",
        "sort_order": 12,
    }  # fmt: skip


def test_every_problem_of_every_line_is_named(home: Bureau) -> None:
    text = (
        "lisi\t李四\t\tbad\tx\n"
        "home-office\t\t\t\t\n"
        "LISI\t李六\t\t\t\n"
        "ok\t" + "名" * 61 + "\t\t\t\t多\n"
        "fine\t好\t\t\t\n"
    )
    problems = [" ".join(line.problems) for line in read(home, text)]
    assert "电子邮箱" in problems[0]
    assert "整数" in problems[0]
    assert "已被使用" in problems[1]
    assert "请填写姓名" in problems[1]
    assert "第 1 行重复" in problems[2]
    assert "最多 60 个字" in problems[3]
    assert "多出第 6 列" in problems[3]
    assert problems[4] == ""


@pytest.mark.parametrize("text", ["", " \n\t\n", "登录名\t姓名\n"])
def test_an_empty_list_is_refused_in_words(home: Bureau, text: str) -> None:
    with pytest.raises(RosterError, match="空"):
        read(home, text)


def test_a_list_that_is_too_long_is_refused_whole(home: Bureau) -> None:
    text = "\n".join(f"user{n}\t某" for n in range(MOST_ROWS + 1))
    with pytest.raises(RosterError, match="分批"):
        read(home, text)
    with pytest.raises(Refused, match="分批"):
        open_accounts([{}] * (MOST_ROWS + 1), actor=home.sys, organization=home.organization)


def test_a_cell_longer_than_any_file_holds_is_refused_in_words(home: Bureau) -> None:
    with pytest.raises(RosterError, match="无法识别"):
        read(home, "lisi\t" + "长" * 200_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_of_any_office_suite_is_read(home: Bureau, encoding: str) -> None:
    upload = SimpleUploadedFile("名单.csv", "登录名,姓名\nlisi,李四\n".encode(encoding))
    [line] = read(home, text_of(upload))
    assert line.values["name"] == "李四"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04rest", "另存为"),
        (b"\xd0\xcf\x11\xe0rest", "另存为"),
        (b"\xff\xff\xff", "编码"),
        (b"a" * (1024 * 1024 + 1), "1 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(
    home: Bureau, content: bytes, sentence: str
) -> None:
    with pytest.raises(RosterError, match=sentence):
        text_of(SimpleUploadedFile("名单.csv", content))


def test_nothing_is_saved_before_it_is_confirmed_and_nothing_while_one_line_is_wrong(
    home: Bureau, log_in: LogIn
) -> None:
    client, before = log_in(home.sys), User.objects.count()
    checked = client.post(reverse("account_import"), {"text": GOOD})
    assert checked.status_code == 200
    assert not SHOWN.search(checked.content.decode())
    bad = client.post(
        reverse("account_import"), {"text": GOOD + "home-office\t某\n", "confirmed": "1"}
    )
    assert bad.status_code == 422
    assert "home-office" in bad.content.decode()
    assert User.objects.count() == before


def test_a_confirmed_list_opens_all_accounts_as_one_operation(home: Bureau, log_in: LogIn) -> None:
    answer = log_in(home.sys).post(reverse("account_import"), {"text": GOOD, "confirmed": "1"})
    passwords = SHOWN.findall(answer.content.decode())
    made = list(User.objects.filter(username__in=["lisi", "wangwu"]).order_by("username"))
    assert len(passwords) == len(set(passwords)) == 2
    assert all(user.check_password(p) for user, p in zip(made, passwords, strict=True))
    assert all(user.must_change_password and not user.memberships.exists() for user in made)
    [operation] = Operation.objects.filter(kind="user.create")
    assert operation.events.filter(action="user.create").count() == 2
    again = log_in(home.sys).post(reverse("account_import"), {"text": GOOD, "confirmed": "1"})
    assert again.status_code == 422
    assert User.objects.filter(username="lisi").count() == 1


def test_a_login_taken_in_the_last_moment_opens_no_account_at_all(home: Bureau) -> None:
    rows = [{"username": "lisi", "name": "李四"}, {"username": "home-office", "name": "某"}]
    with pytest.raises(ValidationError):
        open_accounts(rows, actor=home.sys, organization=home.organization)
    assert not User.objects.filter(username="lisi").exists()


def test_a_list_for_another_bureau_is_refused(home: Bureau, away: Bureau) -> None:
    with pytest.raises(NotAllowed):
        open_accounts([{"username": "x1", "name": "某"}], actor=home.sys,
                      organization=away.organization)  # fmt: skip
