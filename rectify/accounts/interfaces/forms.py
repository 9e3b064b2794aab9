"""What people type to log in, to change their password and to set up their second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse

from rectify.accounts.domain import passwords, second_factor, sessions
from rectify.accounts.interfaces import lockout
from rectify.accounts.models import User
from rectify.accounts.password_profiles import LONGEST, profile
from rectify.audit.exceptions import Refused
from rectify.lib.login_names import canonical_login_name

WRONG = (
    "登录名或口令不正确，或者账号已停用。请核对大小写和输入法后重试；仍不能登录的，"
    "请联系系统管理员。"
)
EXPIRED = "初始口令已超过 72 小时，不能再用。请联系系统管理员重新签发。"
WRONG_CODE = "动态码不正确或已经用过。请等应用显示下一组数字后再输入，也可以输入一个恢复码。"


def _password(label: str, autocomplete: str, required: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={
            "required": required,
            "max_length": f"口令不能超过 {LONGEST} 个字符。",
        },
    )


def _code(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=32,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "请填写动态码。", "max_length": "动态码没有这么长。"},
    )


class LoginForm(forms.Form):
    """Login name and password. Until the password is right the refusal tells nothing: neither
    whether there is such an account nor whether it is active."""

    username = forms.CharField(
        label="登录名",
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "请填写登录名。", "max_length": "登录名不超过 64 个字符。"},
    )
    password = _password("口令", "current-password", "请填写口令。")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        username = canonical_login_name(cleaned["username"])
        found = authenticate(self.request, username=username, password=cleaned["password"])
        if not isinstance(found, User):
            if lockout.was_tried(self.request):
                sessions.refuse_login(username, why="password")
            raise forms.ValidationError(WRONG)
        if passwords.initial_password_expired(found):
            sessions.refuse_login(username, why="expired")
            raise forms.ValidationError(EXPIRED)
        self.user = found
        return cleaned

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """On to the code, or to the page that was asked for. Called by allauth's view."""
        response: HttpResponse = perform_login(request, self.user, redirect_url=redirect_url)
        return response


class OwnPasswordForm(forms.Form):
    """A form that asks for the person's present password first; wrong ones count for lock-out."""

    old_password = _password("现在的口令", "current-password", "请填写现在的口令。")

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = user

    def clean_old_password(self) -> str:
        given: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.username, password=given) != self.user:
            if lockout.was_tried(self.request):
                passwords.refuse_confirmation(self.user)
            raise forms.ValidationError("现在的口令不正确，请重新输入。")
        return given


class PasswordForm(OwnPasswordForm):
    """The present password, and the new one twice."""

    new_password = _password("新口令", "new-password", "请填写新口令。")
    repeated = _password("再输一次新口令", "new-password", "请再输一次新口令。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password"].help_text = profile().in_words()

    def clean_new_password(self) -> str:
        given: str = self.cleaned_data["new_password"]
        validate_password(given, self.user)
        return given

    def clean_repeated(self) -> str:
        given: str = self.cleaned_data["repeated"]
        wanted = self.cleaned_data.get("new_password")
        if wanted is not None and given != wanted:
            raise forms.ValidationError("两次输入的新口令不一致，请重新输入。")
        return given


class CodeForm(forms.Form):
    """The code after the password: of the app, or one of the recovery codes."""

    code = _code("动态码", "打开手机上的身份验证应用，输入“整改台账”下正在显示的 6 位数字。")

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = user
        self.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        _require_code(self.request, self.user, code)
        return code


class EnableForm(OwnPasswordForm):
    """The password, and the first code of the app that has just read the secret."""

    code = _code("动态码", "应用扫码后显示的 6 位数字。")


class ConfirmForm(OwnPasswordForm):
    """The password and a code, before the second factor is weakened."""

    code = _code("动态码或恢复码", "应用中正在显示的 6 位数字；手机不在身边的，输入一个恢复码。")

    def clean(self) -> dict[str, Any]:
        # Only after the password: a code that was tried is used up.
        if not self.errors:
            try:
                _require_code(self.request, self.user, self.cleaned_data["code"])
            except forms.ValidationError as error:
                self.add_error("code", error)
        return self.cleaned_data


def _require_code(request: HttpRequest, user: User, code: str) -> None:
    """Raises ValidationError unless the code is right; wrong ones count for lock-out."""
    if lockout.is_shut_for(request, user):
        raise forms.ValidationError(WRONG_CODE)
    try:
        right = second_factor.accept(user, code=code)
    except Refused as refusal:
        raise forms.ValidationError(refusal.message) from refusal
    if not right:
        lockout.count_wrong_code(request, user)
        raise forms.ValidationError(WRONG_CODE)
