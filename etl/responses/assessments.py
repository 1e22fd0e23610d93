"""What was assessed in a line, and in whose words.

Belongs here: an assessment, which of them a line has, the worst of a day, the criteria of a line.
Does not belong here: what follows from them (`progression`, `reading`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from etl.lines import Line

PLAIN = {"iCR": "CR", "iPR": "PR", "iSD": "SD", "NON-iCR/NON-iUPD": "NON-CR/NON-PD", "iCPD": "PD"}
FROM_WORST = ("PD", "iUPD", "NON-CR/NON-PD", "SD", "PR", "CR", "NE")
IMMUNE = (*PLAIN, "iUPD")


@dataclass(frozen=True)
class Assessment:
    """A response assessment with its day, code and criteria as registered."""

    response_id: str
    day: date
    response: str
    criteria: str | None = None

    @property
    def plain(self) -> str:
        """The code without regard to its dictionary; iUPD stays, since it is neither."""
        return PLAIN.get(self.response, self.response)

    @property
    def dictionary(self) -> str:
        """The criteria whose word it is; NE is a word of all, so what was registered decides."""
        if self.response in IMMUNE:
            return "iRECIST"
        if self.criteria == "clinical":
            return "clinical"
        if self.response == "NE" and self.criteria == "iRECIST":
            return "iRECIST"
        return "RECIST1.1"


def worst_of_each_day(assessments: Sequence[Assessment]) -> list[Assessment]:
    """One assessment a day, the worst, in order of time."""
    kept = []
    for day in sorted({assessment.day for assessment in assessments}):
        same = [assessment for assessment in assessments if assessment.day == day]
        kept.append(min(same, key=lambda a: (FROM_WORST.index(a.plain), a.response_id)))
    return kept


def line_assessments(line: Line, assessments: Sequence[Assessment]) -> list[Assessment]:
    """Those after the line's start and up to and including the next line's start day."""
    return [
        assessment
        for assessment in assessments
        if assessment.day > line.start
        and (line.next_start is None or assessment.day <= line.next_start)
    ]


def line_criteria(own: Sequence[Assessment]) -> str | None:
    """The criteria of a line: `mixed` when RECIST 1.1 and iRECIST both judged the disease.

    A clinical judgement stands beside either. NE counts only where there is nothing else.
    """
    evaluable = [a for a in own if a.response != "NE"]
    used = {a.dictionary for a in evaluable or own}
    if evaluable and {"iRECIST", "RECIST1.1"} <= used:
        return "mixed"
    order = ("iRECIST", "RECIST1.1") if evaluable else ("RECIST1.1", "iRECIST")
    return next((name for name in (*order, "clinical") if name in used), None)


def as_recist(assessment: Assessment) -> Assessment:
    """The same in the words of RECIST 1.1, in which what iRECIST holds open is PD."""
    return replace(assessment, response="PD" if assessment.plain == "iUPD" else assessment.plain)


def as_the_line_reads(line: Line, assessments: Sequence[Assessment]) -> list[Assessment]:
    """The line's assessments, one a day, in the words of one dictionary."""
    own = line_assessments(line, assessments)
    is_mixed = line_criteria(own) == "mixed"
    return [as_recist(a) if is_mixed else a for a in worst_of_each_day(own)]
