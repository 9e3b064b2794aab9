"""Rows that are recorded, and the record itself."""

from rectify.audit.models.event import Chain, Event, Operation
from rectify.audit.models.rows import PublicRow, VersionedRow

__all__ = ["Chain", "Event", "Operation", "PublicRow", "VersionedRow"]
