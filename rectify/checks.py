"""What must be in place on this machine, as Django system checks: each names its remedy."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from kombu.exceptions import OperationalError

from reports.rendering.engine import pdf_obstacles, pdf_slowdowns

# Only asked for by `manage.py doctor` and `check --tag machine`: they touch disk and network.
MACHINE = "machine"


@register(MACHINE)
def printing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """PDF needs pango and the fonts; without them the application runs and the buttons say so."""
    found: list[CheckMessage] = [Warning(text, id="rectify.W001") for text in pdf_obstacles()]
    return found + [Warning(text, id="rectify.W002") for text in pdf_slowdowns()]


@register(MACHINE)
def writable_media(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Evidence and results must find room."""
    folder = Path(settings.MEDIA_ROOT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        hint = "检查 MEDIA_ROOT 的权限和磁盘空间。"
        return [Error(f"媒体目录 {folder} 不可写：{error}", hint=hint, id="rectify.E001")]
    return []


@register(MACHINE)
def broker(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without a broker everything still works, half a minute later."""
    if not settings.REDIS_URL:
        return []
    try:
        with current_app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=0, timeout=2)
    except (OperationalError, OSError) as error:
        hint = "检查 REDIS_URL；任务仍会由 run_jobs 处理。"
        return [Warning(f"Redis 连不上：{error}", hint=hint, id="rectify.W003")]
    return []


@register("security", deploy=True)
def plain_http(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A bureau without TLS is told what that costs."""
    if settings.PLAIN_HTTP:
        hint = "尽快配置 TLS 并去掉该设置。"
        text = "PLAIN_HTTP=1：口令和内容以明文经过网络。"
        return [Warning(text, hint=hint, id="rectify.W004")]
    return []


@register("security", deploy=True)
def proxies_are_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Behind a proxy that is not named, HTTPS is not seen: every page redirects to itself."""
    if settings.PLAIN_HTTP or settings.TRUSTED_PROXIES:
        return []
    hint = "把前端代理的地址写入 TRUSTED_PROXIES，如 127.0.0.1。"
    text = "没有设置 TRUSTED_PROXIES：代理转来的 HTTPS 和来访地址都不被采信。"
    return [Warning(text, hint=hint, id="rectify.W007")]


@register("security", deploy=True)
def administrators_need_a_code(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An administrator's password alone must not open every account of the bureau."""
    if settings.TOTP_FOR_ADMINS:
        return []
    hint = "去掉该设置；管理员下次登录时会被要求绑定手机。"
    text = "TOTP_FOR_ADMINS=0：管理员仅凭口令即可登录。"
    return [Warning(text, hint=hint, id="rectify.W008")]


@register(MACHINE)
def secret_file_is_private(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The generated key of the embedded mode is readable by its owner only."""
    path = Path(settings.VAR_DIR) / "secret-key"
    if path.exists() and path.stat().st_mode & 0o077 and os.name == "posix":
        return [Warning(f"{path} 可被其他用户读取。", hint=f"chmod 600 {path}", id="rectify.W005")]
    return []
