"""The responses of one line, read assessment by assessment as a person would.

Belongs here: which assessments a line has, its progression and best overall response (RECIST 1.1,
iRECIST; contracts, section 4). Does not belong here: times (`times`), speed, SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from etl.lines.reading import Line
from etl.parameters import Parameters

PLAIN = {"iCR": "CR", "iPR": "PR", "iSD": "SD", "NON-iCR/NON-iUPD": "NON-CR/NON-PD", "iCPD": "PD"}
FROM_WORST = ("PD", "iUPD", "NON-CR/NON-PD", "SD", "PR", "CR", "NE")
FROM_BEST = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
RESETS = ("CR", "PR", "SD", "NON-CR/NON-PD")


@dataclass(frozen=True)
class Assessment:
    """A response assessment with its day and code."""

    response_id: str
    day: date
    response: str

    @property
    def plain(self) -> str:
        """The code without regard to its dictionary; iUPD stays, since it is neither."""
        return PLAIN.get(self.response, self.response)


@dataclass(frozen=True)
class Progression:
    """First progression of a line; `day` is None when it is known to be, on an unknown day."""

    day: date | None
    source: str


@dataclass(frozen=True)
class Best:
    """Best overall response of a line."""

    unconfirmed: str | None
    unconfirmed_day: date | None
    confirmed: str | None
    evaluable: bool


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


def confirmed_progressions(assessments: Sequence[Assessment]) -> list[date]:
    """Days of PD; an iCPD counts for the first iUPD since the last reset."""
    days = []
    since_reset: list[Assessment] = []
    for assessment in worst_of_each_day(assessments):
        if assessment.plain in RESETS:
            since_reset = []
        since_reset.append(assessment)
        if assessment.plain == "PD":
            unconfirmed = [a.day for a in since_reset if a.response == "iUPD"]
            first = assessment.response == "iCPD" and unconfirmed
            days.append(unconfirmed[0] if first else assessment.day)
    return days


def progression(
    line: Line,
    lines: Sequence[Line],
    assessments: Sequence[Assessment],
    death_cause: str | None,
) -> Progression | None:
    """First progression of a line: by assessment, else by the stop reason of an episode.

    Args:
        line: The line.
        lines: All lines of the patient; an episode that goes on in a later one stopped there.
        assessments: The patient's assessments.
        death_cause: As registered; death of melanoma makes an unconfirmed iUPD count.
    """
    own = worst_of_each_day(line_assessments(line, assessments))
    found = [Progression(day, "assessment") for day in confirmed_progressions(own)]
    unconfirmed = _unconfirmed_progression(line, own, death_cause)
    if unconfirmed is not None:
        found.append(Progression(unconfirmed, "unconfirmed_iUPD"))
    if found:
        return min(found, key=lambda p: (p.day or date.max, p.source))
    position = next(i for i, other in enumerate(lines) if other is line)
    later = {row.treatment_id for other in lines[position + 1 :] for row in other.rows}
    stops = []
    for treatment_id in {row.treatment_id for row in line.rows} - later:
        episode = [r for other in lines for r in other.rows if r.treatment_id == treatment_id]
        if episode[0].stop_reason == "progression":
            known = [row.stop for row in episode if row.stop is not None]
            stops.append(max(known) if len(known) == len(episode) else None)
    if not stops:
        return None
    dated = [stop for stop in stops if stop is not None]
    return (
        Progression(min(dated), "stop_reason")
        if dated
        else Progression(None, "stop_reason_undated")
    )


def _unconfirmed_progression(
    line: Line, own: Sequence[Assessment], death_cause: str | None
) -> date | None:
    since_reset: list[Assessment] = []
    for assessment in own:
        if assessment.plain in RESETS:
            since_reset = []
        else:
            since_reset.append(assessment)
    unconfirmed = [a for a in since_reset if a.response == "iUPD"]
    if not unconfirmed:
        return None
    after = since_reset[since_reset.index(unconfirmed[0]) + 1 :]
    no_further = all(a.response == "iUPD" for a in after)
    stopped = line.end is not None or line.next_start is not None
    if no_further or stopped or death_cause == "melanoma":
        return unconfirmed[0].day
    return None


def best_response(
    line: Line,
    assessments: Sequence[Assessment],
    first_progression: Progression | None,
    parameters: Parameters,
) -> Best:
    """Best overall response, unconfirmed and confirmed, up to and including the first PD."""
    own = line_assessments(line, assessments)
    evaluable = any(assessment.plain != "NE" for assessment in own)
    counted = worst_of_each_day(own)
    progressed = None
    if first_progression and not first_progression.source.startswith("stop_reason"):
        progressed = first_progression.day
        counted = [a for a in counted if progressed is None or a.day <= progressed]
    if not counted:
        return Best(None, None, None, evaluable)
    later_confirmed = any(a.response == "iCPD" for a in worst_of_each_day(own))
    is_icpd = (
        first_progression is not None
        and first_progression.source == "assessment"
        and later_confirmed
        and not any(a.day == progressed and a.response == "PD" for a in counted)
    )

    def code(assessment: Assessment, value: str) -> str:
        if value == "NE":
            return "NE"
        if value == "PD" and assessment.day == progressed and is_icpd:
            return "iCPD"
        if value == "SD" and assessment.plain in ("CR", "PR"):
            return "iSD" if assessment.response.startswith("i") else "SD"
        return assessment.response

    plain = [(_unconfirmed(a, line, parameters), a) for a in counted]
    value, first = min(plain, key=lambda pair: (FROM_BEST.index(pair[0]), pair[1].day))
    strict = [(_confirmed(i, counted, line, parameters), a) for i, a in enumerate(counted)]
    held, held_first = min(strict, key=lambda pair: (FROM_BEST.index(pair[0]), pair[1].day))
    return Best(code(first, value), first.day, code(held_first, held), evaluable)


def _unconfirmed(assessment: Assessment, line: Line, parameters: Parameters) -> str:
    """What one assessment is worth: SD needs its time, everything else stands."""
    early = (assessment.day - line.start).days < parameters.stable_disease_days
    if assessment.plain == "SD" and early:
        return "NE"
    return "PD" if assessment.plain == "iUPD" else assessment.plain


def _confirmed(
    index: int, counted: Sequence[Assessment], line: Line, parameters: Parameters
) -> str:
    """What one assessment is worth when CR and PR must be held."""
    assessment = counted[index]
    if assessment.plain not in ("CR", "PR"):
        return _unconfirmed(assessment, line, parameters)
    for later_index in range(index + 1, len(counted)):
        later = counted[later_index]
        if (later.day - assessment.day).days < parameters.confirmation_days:
            continue
        between = [a.plain for a in counted[index + 1 : later_index]]
        if _holds(assessment.plain, between, later.plain, parameters):
            return assessment.plain
    early = (assessment.day - line.start).days < parameters.stable_disease_days
    return "NE" if early else "SD"


def _holds(response: str, between: list[str], later: str, parameters: Parameters) -> bool:
    if between.count("NE") > parameters.confirmation_max_not_evaluable:
        return False
    if response == "CR":
        return later == "CR" and set(between) <= {"CR", "NE"}
    if later not in ("CR", "PR") or not set(between) <= {"CR", "PR", "NE"}:
        return False
    seen = [code for code in [*between, later] if code != "NE"]
    fell = any(a == "CR" and b == "PR" for a, b in pairwise(seen))
    return not fell
