"""Own pages for what goes wrong: each says in Chinese what to do next."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WORDS = {
    HTTPStatus.BAD_REQUEST: ("请求有误", "请返回上一页，检查后重试。"),
    HTTPStatus.FORBIDDEN: (
        "没有权限",
        "您的角色不能进行这项操作。如确有需要，请联系局办公室（整改办）。",
    ),
    HTTPStatus.NOT_FOUND: ("没有找到", "页面不存在，或不在您的查看范围内。请从首页重新进入。"),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "系统出错",
        "本次操作没有保存。请稍后重试；仍不成功时请告知管理员。",
    ),
}


def error_page(request: HttpRequest, status: HTTPStatus, message: str = "") -> HttpResponse:
    """The page for one status; a `message` replaces the standing advice."""
    title, advice = WORDS[status]
    return render(
        request, "error.html", {"title": title, "advice": message or advice}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.FORBIDDEN, getattr(exception, "message", ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request, HTTPStatus.FORBIDDEN, "页面已过期。请按浏览器的“返回”回到原页，刷新后再提交一次。"
    )
