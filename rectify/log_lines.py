"""What every log line says of the request behind it."""

import logging

from rectify.audit.origin import current_origin


class RequestId(logging.Filter):
    """Puts the id that error pages print into the line, so that a reported id finds its cause."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id = current_origin().request_id
        record.request_id = f"[{request_id}] " if request_id else ""
        return True
