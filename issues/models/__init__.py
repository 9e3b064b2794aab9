"""What an inspection found."""

from issues.models.disclosure import Disclosed, public_along, withheld_with_reason
from issues.models.inspection import Inspection
from issues.models.source import ClaimedFigure, SourceDocument, SourceSpan
from issues.models.tree import Issue, ProblemArea, Task

__all__ = [
    "ClaimedFigure",
    "Disclosed",
    "Inspection",
    "Issue",
    "ProblemArea",
    "SourceDocument",
    "SourceSpan",
    "Task",
    "public_along",
    "withheld_with_reason",
]
