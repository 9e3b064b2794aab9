"""A body that can hold no acceptable file is refused before it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class UploadQuota(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: looks at the announced length, keeps no file itself.

    The announcement can be believed: the server hands on no byte beyond it. A file that is only a
    little too large is let through to its form, which answers beside the field.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Raises RequestDataTooBig (answered with 413) above the largest file and its form."""
        if content_length > largest_body():
            raise RequestDataTooBig(f"announced {content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand the bytes on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def largest_body() -> int:
    """Bytes: one evidence file and the typed fields around it."""
    return int(settings.EVIDENCE_MAX_BYTES) + int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
