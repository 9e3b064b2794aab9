"""What is told."""

from reports.models.digest import Digest
from reports.models.document import Document, LedgerImport

__all__ = ["Digest", "Document", "LedgerImport"]
