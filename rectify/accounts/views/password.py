"""Changing one's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from rectify.accounts.domain import passwords
from rectify.accounts.interfaces.forms import PasswordForm
from rectify.accounts.password_profiles import profile
from rectify.accounts.requests import person_of


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """The form; after success every other session of the person has ended."""
    user = person_of(request)
    form = PasswordForm(request.POST or None, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.change_password(
                user,
                password=form.cleaned_data["new_password"],
                keep_session=request.session.session_key or "",
            )
        except ValidationError as error:
            form.add_error("new_password", error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "口令已修改，其他设备上的登录已退出。")
            return redirect("home")
    return render(
        request,
        "accounts/password_change.html",
        {
            "form": form,
            "initial": user.must_change_password,
            "expired": passwords.password_expired(user),
            "days": profile().days,
        },
        status=422 if form.is_bound else 200,
    )
