"""The best response of one line, read assessment by assessment as a person would.

Belongs here: best overall response, unconfirmed and confirmed, and the first response (RECIST 1.1,
iRECIST). Does not belong here: progression, times (`times`), speed, SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from etl.lines import Line
from etl.parameters import Parameters
from etl.responses.assessments import (
    Assessment,
    as_the_line_reads,
    line_assessments,
    line_criteria,
)
from etl.responses.progression import Progression

FROM_BEST = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
RESPONSES = ("CR", "PR")
CONTROL = ("CR", "PR", "SD", "NON-CR/NON-PD")


@dataclass(frozen=True)
class Best:
    """Best overall response of a line."""

    unconfirmed: str | None = None
    unconfirmed_day: date | None = None
    confirmed: str | None = None
    confirmed_day: date | None = None
    evaluable: bool = False
    responder: bool | None = None
    disease_control: bool | None = None
    first_response: date | None = None
    first_confirmed_response: date | None = None
    criteria: str | None = None


def best_response(
    line: Line,
    assessments: Sequence[Assessment],
    first_progression: Progression | None,
    parameters: Parameters,
) -> Best:
    """Best overall response, unconfirmed and confirmed.

    Up to the first PD or the stop for progression, and that first PD.
    """
    own = line_assessments(line, assessments)
    criteria = line_criteria(own)
    counted = as_the_line_reads(line, assessments)
    if first_progression is not None:
        counted = [a for a in counted if first_progression.counts(a.day)]
    if not counted:
        missing = "NE" if parameters.missing_as_not_evaluable else None
        return Best(unconfirmed=missing, confirmed=missing, criteria=criteria)
    worth = [_worth(a, line, parameters) for a in counted]
    held = [_held(index, counted, line, parameters) for index in range(len(counted))]

    def name(value: str, index: int) -> str:
        assessment = counted[index]
        if value == "SD" and assessment.plain != "SD":
            return "iSD" if assessment.response.startswith("i") else "SD"
        if value == "NE":
            return "NE"
        if (
            assessment.response == "iUPD"
            and first_progression is not None
            and first_progression.is_immune_confirmed
            and assessment.day == first_progression.first_pd
        ):
            return "iCPD"
        return assessment.response

    best, strict = _first_best(worth), _first_best(held)
    evaluable = any(a.plain != "NE" for a in counted)
    responses = [a.day for a, value in zip(counted, worth, strict=True) if value in RESPONSES]
    confirmed = [a.day for a, value in zip(counted, held, strict=True) if value in RESPONSES]
    return Best(
        unconfirmed=name(worth[best], best),
        unconfirmed_day=counted[best].day,
        confirmed=name(held[strict], strict),
        confirmed_day=counted[strict].day,
        evaluable=evaluable,
        responder=worth[best] in RESPONSES if evaluable else None,
        disease_control=worth[best] in CONTROL if evaluable else None,
        first_response=min(responses, default=None),
        first_confirmed_response=min(confirmed, default=None),
        criteria=criteria,
    )


def _first_best(values: Sequence[str]) -> int:
    return min(range(len(values)), key=lambda index: (FROM_BEST.index(values[index]), index))


def _worth(assessment: Assessment, line: Line, parameters: Parameters) -> str:
    """What one assessment is worth: SD needs its time, a response stands."""
    day = (assessment.day - line.start).days
    if assessment.plain == "SD" and day < parameters.stable_disease_days:
        return "NE"
    if assessment.plain == "NON-CR/NON-PD" and day < parameters.non_target_days:
        return "NE"
    return "PD" if assessment.plain == "iUPD" else assessment.plain


def _held(index: int, counted: Sequence[Assessment], line: Line, parameters: Parameters) -> str:
    """What one assessment is worth when CR and PR must be held."""
    assessment = counted[index]
    if assessment.plain not in RESPONSES:
        return _worth(assessment, line, parameters)
    for later_index in range(index + 1, len(counted)):
        later = counted[later_index]
        if (later.day - assessment.day).days < parameters.confirmation_days:
            continue
        between = [a.plain for a in counted[index + 1 : later_index]]
        if _confirms(assessment.plain, between, later.plain, parameters):
            return assessment.plain
    early = (assessment.day - line.start).days < parameters.stable_disease_days
    return "NE" if early else "SD"


def _confirms(response: str, between: Sequence[str], later: str, parameters: Parameters) -> bool:
    """Whether a response is held at a later assessment, given what lies between."""
    if between.count("NE") > parameters.confirmation_max_not_evaluable:
        return False
    if response == "CR":
        return later == "CR" and set(between) <= {"CR", "NE"}
    if later not in RESPONSES or not set(between) <= {"CR", "PR", "NE", "SD"}:
        return False
    if between.count("SD") > parameters.accept_stable_between:
        return False
    came_back = any(
        first == "CR" and second == "PR" for first, second in combinations([*between, later], 2)
    )
    return not came_back


def entered_agreement(best: Best, entered: str | None) -> str | None:
    """How an entered best response compares with the one derived."""
    if entered is None or best.unconfirmed is None or best.unconfirmed_day is None:
        return None
    same = plain_word(entered)
    if same == plain_word(best.unconfirmed):
        return "same"
    if best.confirmed is not None and same == plain_word(best.confirmed):
        return "same_when_confirmed"
    words = (same, plain_word(best.unconfirmed))
    if "NE" not in words and (words[0] in RESPONSES) == (words[1] in RESPONSES):
        return "same_responder_status"
    return "differs"


def plain_word(code: str) -> str:
    """A code in the words of RECIST 1.1."""
    plain = {"iUPD": "PD", "iCPD": "PD", "NON-iCR/NON-iUPD": "NON-CR/NON-PD"}
    return plain.get(code, code.removeprefix("i"))
