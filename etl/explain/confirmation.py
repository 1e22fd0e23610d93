"""Which later assessment confirms a response, or why none does.

Belongs here: the confirmation of one response, told step by step. Does not belong here: the
derived value itself (`etl/sql/derived/line_responses.sql`), which a test holds this to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from etl.explain.facts import Assessment
from etl.explain.words import counted, days
from etl.parameters import Parameters

RANK = ("CR", "PR")


@dataclass(frozen=True)
class Confirmation:
    """A response with the assessment that confirms it, or why there is none."""

    response: Assessment
    by: Assessment | None
    because: str


def code(one: Assessment) -> str:
    """The code without regard to its dictionary."""
    return one.category or ""


def when(one: Assessment) -> date:
    """The day of a dated assessment."""
    if one.assessment_date is None:
        raise ValueError("an assessment without a date is in no line")
    return one.assessment_date


def confirmations(
    assessments: Sequence[Assessment], parameters: Parameters
) -> tuple[Confirmation, ...]:
    """Every CR and PR of a line, in order.

    Args:
        assessments: those that count, one a day, in order of time.
        parameters: the limits.
    """
    return tuple(
        _confirm(one, assessments[place + 1 :], parameters)
        for place, one in enumerate(assessments)
        if code(one) in RANK
    )


def _confirm(
    response: Assessment, later: Sequence[Assessment], parameters: Parameters
) -> Confirmation:
    if not later:
        return Confirmation(response, None, "no later assessment counts")
    limit = max(parameters.confirmation_days, 1)
    refused: list[tuple[Assessment, str]] = []
    for place, candidate in enumerate(later):
        apart = (when(candidate) - when(response)).days
        why = (
            f"{candidate.response_id} is only {days(apart)} later, and {days(limit)} are required"
            if apart < limit
            else _refusal(response, candidate, later[:place], parameters)
        )
        if why is None:
            return Confirmation(
                response,
                candidate,
                f"{candidate.response_id} is {candidate.response} {days(apart)} later ({limit} are "
                "required)",
            )
        refused.append((candidate, why))
    far = [
        (candidate, why)
        for candidate, why in refused
        if (when(candidate) - when(response)).days >= limit
    ]
    # What could have confirmed says more than what could not.
    fit = [why for candidate, why in far if code(candidate) in RANK]
    said = fit or [why for _, why in far] or [refused[-1][1]]
    return Confirmation(response, None, said[0])


def _refusal(
    response: Assessment,
    candidate: Assessment,
    between: Sequence[Assessment],
    parameters: Parameters,
) -> str | None:
    held = RANK if code(response) == "PR" else ("CR",)
    stable = [one for one in between if code(one) == "SD"] if code(response) == "PR" else []
    allowed_stable = parameters.accept_stable_between
    borne = (*held, "NE", "SD") if len(stable) <= allowed_stable and stable else (*held, "NE")
    spoils = [one for one in between if code(one) not in borne]
    missing = sum(code(one) == "NE" for one in between)
    allowed = parameters.confirmation_max_not_evaluable
    if spoils:
        first = spoils[0]
        return f"{first.response_id} of {when(first)} is {first.response}"
    if code(candidate) == "PR" and code(response) == "CR":
        return f"{candidate.response_id} of {when(candidate)} is PR, and PR confirms no CR"
    if code(candidate) not in held:
        return f"{candidate.response_id} of {when(candidate)} is {candidate.response}"
    lost = _lost_complete([response, *between, candidate])
    if lost is not None:
        return f"a CR between was lost again by {lost.response_id} of {when(lost)}"
    if missing > allowed:
        return f"{counted(missing, 'assessment')} between could not be evaluated, {allowed} allowed"
    return None


def _lost_complete(run: Sequence[Assessment]) -> Assessment | None:
    before = ""
    for one in run:
        if code(one) == "PR" and before == "CR":
            return one
        if code(one) != "NE":
            before = code(one)
    return None
