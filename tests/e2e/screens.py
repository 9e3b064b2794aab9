"""Every screen of the product: who looks at it, and at which address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from playwright.sync_api import Page

from measures.enums import MoneyKind
from rectify.accounts.enums import Role
from tests.e2e.landmarks import Landmarks

NOWHERE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Screen:
    """`path` may name landmarks in braces; `then` leads on from there to screens without an address
    of their own. `phone`: must fit a phone too."""

    name: str
    path: str
    who: str = "office-b"
    status: int = 200
    then: Callable[[Page], int] | None = None
    phone: bool = False

    def __str__(self) -> str:
        return self.name

    def open(self, page: Page, landmarks: Landmarks) -> int:
        """Goes there and returns the HTTP status of the answer."""
        response = page.goto(self.path.format(**vars(landmarks), nowhere=NOWHERE))
        assert response is not None
        return self.then(page) if self.then else response.status


def _answer_to(page: Page, button: str) -> int:
    with page.expect_navigation() as found:
        page.get_by_role("button", name=button, exact=True).click()
    response = found.value
    assert response is not None
    return int(response.status)


def refused_edit(page: Page) -> int:
    """A form with an error beside its field."""
    page.get_by_label("整改措施").fill("")
    return _answer_to(page, "保存")


def overtaken_edit(page: Page) -> int:
    """Saves as somebody who opened the page before the last change."""
    page.locator("main input[name=version]").first.evaluate("one => one.value = one.value - 1")
    page.get_by_label("整改措施").fill("改为按月通报办理情况，并抽查回访。")
    page.get_by_label("调整理由").fill("按区委要求调整频次。")
    return _answer_to(page, "保存")


def locked_login(page: Page) -> int:
    """Wrong passwords for one name until it is locked."""
    for _ in range(8):
        page.get_by_label("登录名").fill("guessed-name")
        page.get_by_label("口令").fill("not-the-password")
        status = _answer_to(page, "登录")
        if page.get_by_label("登录名").count() == 0:
            return status
    raise AssertionError("eight wrong passwords did not lock the login")


_ONE = "/inspections/{b}/"
SCREENS: tuple[Screen, ...] = (
    Screen("login", "/login/", who=""),
    Screen("locked", "/login/", who="", status=429, then=locked_login),
    Screen("dashboard", _ONE, phone=True),
    Screen("dashboard-finished", "/inspections/{a}/", who="secretary", phone=True),
    Screen("dashboard-section", _ONE, who="clerk-training-b", phone=True),
    Screen(
        "dashboard-past", "/inspections/{a}/?as_of=2021-03-31&since=2021-03-01", who="secretary"
    ),
    Screen("dashboard-print", _ONE + "print/"),
    Screen("ledger", _ONE + "ledger/"),
    Screen("ledger-filtered", _ONE + "ledger/?figure=overdue&q=培训"),
    Screen("ledger-empty", _ONE + "ledger/?q=没有这样的词"),
    Screen("ledger-result-only", _ONE + "ledger/?status=completed", who="party-member-b"),
    Screen("measure", "/measures/{measure}/", phone=True),
    Screen("measure-read-only", "/measures/{measure}/", who="party-member-b"),
    Screen("measure-edit", "/measures/{edited}/edit/"),
    Screen("measure-edit-refused", "/measures/{edited}/edit/", status=422, then=refused_edit),
    Screen("measure-overtaken", "/measures/{edited}/edit/", status=409, then=overtaken_edit),
    Screen("measure-new", "/tasks/{task}/measures/new/"),
    Screen("evidence-list", _ONE + "evidence/"),
    Screen("evidence-gaps", _ONE + "evidence/?show=gaps"),
    Screen("evidence-edit", "/evidence/{evidence}/edit/"),
    Screen("evidence-link", "/evidence/{evidence}/links/"),
    Screen("evidence-archive", "/evidence/{evidence}/archive/"),
    Screen("measure-adjust", "/measures/{edited}/adjust/"),
    Screen("measure-remove", "/measures/{edited}/remove/"),
    Screen("plan", _ONE + "plan/", phone=True),
    Screen("adjustments", _ONE + "adjustments/"),
    Screen("tree", _ONE + "tree/"),
    Screen("tree-withheld", "/inspections/{a}/tree/?level=issue&state=withheld", who="secretary"),
    Screen("tree-level", _ONE + "tree/?level=issue"),
    Screen("area-new", _ONE + "areas/new/"),
    Screen("area-edit", "/areas/{area}/edit/"),
    Screen("issue-new", "/areas/{area}/issues/new/"),
    Screen("issue-edit", "/issues/{issue}/edit/"),
    Screen("task-new", "/issues/{issue}/tasks/new/"),
    Screen("task-edit", "/tasks/{task}/edit/"),
    Screen("inspections", "/inspections/"),
    Screen("inspections-overseen", "/inspections/", who="oversight"),
    Screen("inspection-new", "/inspections/new/"),
    Screen("inspection-edit", _ONE + "edit/"),
    *(
        Screen(f"outcomes-{kind}", "/inspections/{a}/outcomes/?kind=" + kind, who="secretary")
        for kind in ("rule", "money", "person", "meeting", "count")
    ),
    Screen(
        "outcomes-narrowed",
        "/inspections/{a}/outcomes/?kind=money&sub=" + MoneyKind.values[0],
        who="secretary",
    ),
    Screen("digests", _ONE + "digests/"),
    Screen("digest", "/digests/{digest}/"),
    Screen("documents", "/inspections/{a}/notice/", who="office"),
    Screen("documents-read-only", "/inspections/{a}/notice/", who="secretary"),
    Screen("jobs", "/jobs/", who="office"),
    Screen("jobs-none", "/jobs/", who="leader-labor-b"),
    Screen("messages", "/messages/", who="leader-service"),
    Screen("messages-office", "/messages/"),
    Screen("password-change", "/password/"),
    Screen("second-factor", "/second-factor/"),
    Screen("second-factor-on", "/second-factor/on/"),
    Screen("help", "/help/"),
    *(Screen(f"help-{role}", f"/help/{role}/") for role in Role.values),
    Screen("help-life", "/help/life/"),
    Screen("inbox", "/inbox/", phone=True),
    Screen("inbox-group", "/inbox/", who="discipline"),
    Screen("resolution", _ONE + "resolution/"),
    Screen("accounts", "/", who="sysadmin"),
    Screen("account-new", "/administration/accounts/new/", who="sysadmin"),
    Screen("account-import", "/administration/accounts/import/", who="sysadmin"),
    Screen("sections", "/administration/sections/", who="sysadmin"),
    Screen("backups", "/administration/backups/", who="sysadmin"),
    Screen("grants", "/administration/grants/", who="secadmin"),
    Screen("grant-outsider", "/administration/grants/outsider/", who="secadmin"),
    Screen("audit-log", "/administration/audit/", who="auditor"),
    Screen("not-found", "/inspections/{nowhere}/", status=404),
    Screen("forbidden", "/inspections/{b}/notice/", who="clerk-training-b", status=403),
)


def named(name: str, **changes: object) -> Screen:
    """One screen of the list, with changes."""
    found = next(screen for screen in SCREENS if screen.name == name)
    return replace(found, **changes)  # type: ignore[arg-type]  # the fields of Screen
