"""What is done about what was found."""

from measures.models.decisions import (
    Adjustment,
    ClosureApplication,
    Decision,
    Extension,
    LookBack,
    LookBackSample,
    PlanBaseline,
)
from measures.models.evidence import Evidence, EvidenceLink, EvidencePreview
from measures.models.measure import Measure, MeasureLeader, MeasureSupport, SameMeasure
from measures.models.outcomes import (
    CountOutcome,
    MeetingOutcome,
    MoneyOutcome,
    PersonOutcome,
    RuleOutcome,
)
from measures.models.rounds import Instruction, ProgressEntry, WeeklyRound
from measures.models.state import MeasureState

__all__ = [
    "Adjustment",
    "ClosureApplication",
    "CountOutcome",
    "Decision",
    "Evidence",
    "EvidenceLink",
    "EvidencePreview",
    "Extension",
    "Instruction",
    "LookBack",
    "LookBackSample",
    "Measure",
    "MeasureLeader",
    "MeasureState",
    "MeasureSupport",
    "MeetingOutcome",
    "MoneyOutcome",
    "PersonOutcome",
    "PlanBaseline",
    "ProgressEntry",
    "RuleOutcome",
    "SameMeasure",
    "WeeklyRound",
]
