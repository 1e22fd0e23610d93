"""Responses and times: the reference reading that the SQL is proved against.

Belongs here: best overall response, progression and progression-free survival of one line, read
slowly and plainly from the definitions. Does not belong here: anything the nightly run uses; it
derives all lines at once in `etl/sql/derived`.
"""

from etl.responses.assessments import Assessment, line_assessments, line_criteria
from etl.responses.progression import Progression, confirmed_progressions, progression
from etl.responses.reading import Best, best_response, entered_agreement
from etl.responses.times import Outcome, overall_survival, progression_free_survival

__all__ = [
    "Assessment",
    "Best",
    "Outcome",
    "Progression",
    "best_response",
    "confirmed_progressions",
    "entered_agreement",
    "line_assessments",
    "line_criteria",
    "overall_survival",
    "progression",
    "progression_free_survival",
]
