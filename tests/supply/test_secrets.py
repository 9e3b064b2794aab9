"""No secret lies in the repository, and the scan that says so does find a planted one."""

import subprocess
from pathlib import Path

import pytest

from rectify.machine.folders import ROOT
from rectify.machine.progress import SetupError
from rectify.machine.secret_scan import (
    Finding,
    complaints,
    repository_files,
    reviewed,
    scan,
)

# Put together here, so that this file itself holds none.
PLANTED = {
    "key.pem": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEow\n",
    "cloud.py": 'access = "AKIA' + 'QWERTZUIOPASDFGH"\n',
    "deploy.env": "SECRET_KEY=" + "k3yThatN0body-shouldSee\n",
    "settings.py": 'DATABASE_URL = "postgres://office:' + 'gH7kQ2x@db/rectify"\n',
    "tests/test_token.py": 'token = "ghp_' + 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"\n',
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "harmless.py").write_text('greeting = "good morning"\n', encoding="utf-8")
    return tmp_path


def plant(root: Path, name: str) -> None:
    (root / name).write_text(PLANTED[name], encoding="utf-8")


def test_no_secret_lies_in_the_repository() -> None:
    try:
        names = repository_files(ROOT)
    except SetupError as problem:
        pytest.skip(f"NOT RUN: {problem}")
    assert {"manage.py", "rectify/settings/prod.py", "tests/supply/test_secrets.py"} <= set(names)
    assert complaints(scan(ROOT, names), reviewed(ROOT)) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_secret_is_found_whether_git_knows_the_file_or_not(
    clone: Path, name: str
) -> None:
    plant(clone, name)
    lines = complaints(scan(clone, repository_files(clone)), {})
    assert lines != []
    assert all(line.startswith(f"{name}:1: ") for line in lines)


def test_a_harmless_file_is_not_reported(clone: Path) -> None:
    names = repository_files(clone)
    assert names == ["harmless.py"]
    assert scan(clone, names) == {}
    assert scan(clone, []) == {}


def test_what_git_ignores_is_not_read(clone: Path) -> None:
    plant(clone, "key.pem")
    (clone / ".gitignore").write_text("*.pem\n", encoding="utf-8")
    assert "key.pem" not in repository_files(clone)


def test_the_password_of_a_test_is_let_pass_but_outside_of_tests_it_is_found(clone: Path) -> None:
    line = "password = " + '"Lotus-7-mountain-river"\n'
    (clone / "tests" / "test_login.py").write_text(line, encoding="utf-8")
    assert scan(clone, repository_files(clone)) == {}
    (clone / "login.py").write_text(line, encoding="utf-8")
    assert [one.file for one in scan(clone, repository_files(clone))] == ["login.py"]


def test_a_reviewed_string_is_quiet_only_with_a_reason_and_while_it_is_there(clone: Path) -> None:
    plant(clone, "cloud.py")
    found = scan(clone, repository_files(clone))
    (finding,) = found
    assert complaints(found, {finding: "an example from a manual"}) == []
    assert complaints(found, {finding: ""}) == [
        "docs/reviewed-strings.csv: cloud.py, AWS Access Key: no reason"
    ]
    gone = Finding("gone.py", "AWS Access Key", finding.sha1)
    assert complaints(found, {finding: "an example", gone: "an example"}) == [
        "docs/reviewed-strings.csv: gone.py, AWS Access Key: no longer there"
    ]


def test_the_same_kind_of_string_elsewhere_is_not_covered_by_a_review(clone: Path) -> None:
    plant(clone, "cloud.py")
    (finding,) = scan(clone, repository_files(clone))
    (clone / "other.py").write_text(PLANTED["cloud.py"], encoding="utf-8")
    found = scan(clone, repository_files(clone))
    assert len(complaints(found, {finding: "an example from a manual"})) == 1


def test_a_folder_that_is_no_clone_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="不是 git 仓库"):
        repository_files(tmp_path)
