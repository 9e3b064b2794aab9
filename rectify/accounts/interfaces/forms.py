"""What people type to log in and to change their password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from rectify.accounts.models import User

RULES_IN_WORDS = "至少 12 个字符，不能全是数字，不能与姓名或登录名相近，也不能是常见口令。"


class LoginForm(AuthenticationForm):
    """Login name and password; the refusal does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": "登录名或口令不正确。请核对大小写和输入法后重试；"
        "忘记口令请联系系统管理员。",
        "inactive": "该账号已停用，请联系系统管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["username"].error_messages["required"] = "请填写登录名。"
        self.fields["username"].widget.attrs.update(
            {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        self.fields["password"].label = "口令"
        self.fields["password"].error_messages["required"] = "请填写口令。"
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"


def _password(label: str, autocomplete: str, required: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": required, "max_length": "口令不能超过 128 个字符。"},
    )


class PasswordForm(forms.Form):
    """The old password, and the new one twice."""

    old_password = _password("现在的口令", "current-password", "请填写现在的口令。")
    new_password = _password("新口令", "new-password", "请填写新口令。", RULES_IN_WORDS)
    repeated = _password("再输一次新口令", "new-password", "请再输一次新口令。")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old_password(self) -> str:
        given: str = self.cleaned_data["old_password"]
        if not self.user.check_password(given):
            raise forms.ValidationError("现在的口令不正确，请重新输入。")
        return given

    def clean_new_password(self) -> str:
        given: str = self.cleaned_data["new_password"]
        validate_password(given, self.user)
        if self.user.check_password(given):
            raise forms.ValidationError("新口令与现在的口令相同，请换一个。")
        return given

    def clean_repeated(self) -> str:
        given: str = self.cleaned_data["repeated"]
        wanted = self.cleaned_data.get("new_password")
        if wanted is not None and given != wanted:
            raise forms.ValidationError("两次输入的新口令不一致，请重新输入。")
        return given
