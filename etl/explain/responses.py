"""What is said of the responses of a line: each assessment, the best, its confirmation.

Belongs here: which assessments count and why not, best response, progression. Does not belong
here: times (`times`), how one response is confirmed (`confirmation`).
"""

from collections.abc import Iterator, Mapping, Sequence

from etl.explain.confirmation import RANK, Confirmation, code, confirmations, when
from etl.explain.document import Statement
from etl.explain.facts import Assessment, Facts, Line
from etl.explain.words import counted, days, joined, on, sources

ASSIGNMENTS: Mapping[str, str] = {
    "treatment_and_date": "",
    "date": "",
    "date_against_treatment": " It was entered for {episode}; its date decides.",
    "unassigned": "",
}


def of_line(facts: Facts, line: Line) -> tuple[Assessment, ...]:
    """The assessments of a line, in order of time."""
    found = [one for one in facts.assessments if one.line_id == line.line_id]
    return tuple(sorted(found, key=lambda one: (when(one), one.response_id)))


def counting(facts: Facts, line: Line) -> tuple[Assessment, ...]:
    """Those that count for best response: the worst of each day, up to the end of counting."""
    return tuple(one for one in of_line(facts, line) if _why_not(one, line, facts) is None)


def statements(facts: Facts, line: Line) -> list[Statement]:
    """Everything that is said of a line's responses."""
    return [
        *(_assessment(facts, line, one) for one in of_line(facts, line)),
        _best(facts, line),
        *_confirmed(facts, line),
        *_beside(facts, line),
        _progression(facts, line),
    ]


def _why_not(one: Assessment, line: Line, facts: Facts) -> str | None:
    if not one.is_worst_of_day:
        worse = next(
            other
            for other in facts.assessments
            if other.assessment_date == one.assessment_date and other.is_worst_of_day
        )
        if code(worse) == code(one):
            return f"{worse.response_id} says the same of that day"
        return f"{worse.response_id} of the same day is {worse.response}, which is worse"
    pd, stop = line.first_pd_date, line.progression_stop_date
    if pd is not None and when(one) > pd:
        return f"it is later than the first progression, {pd}"
    if stop is not None and when(one) > stop and when(one) != pd:
        return f"it is later than the stop for progression, {stop}"
    return None


def _assessment(facts: Facts, line: Line, one: Assessment) -> Statement:
    day = (when(one) - line.start_date).days
    refused = _why_not(one, line, facts)
    limit, early = _earliest(facts, one), day < _earliest(facts, one)
    if refused is not None:
        verdict = f"not counted: {refused}"
    elif code(one) == "NE":
        verdict = "counted as not evaluable"
    elif early:
        verdict = f"too early to count (before day {limit}): counted as not evaluable"
    else:
        verdict = "counted"
    against = ASSIGNMENTS[one.line_assignment or "date"].format(episode=one.treatment_id)
    return Statement(
        "Assessment",
        f"{when(one)}, day {day} of the line: {one.response} ({one.response_id}), {verdict}."
        f"{against}",
        sources([one]),
        one.line_assignment,
    )


def _earliest(facts: Facts, one: Assessment) -> int:
    """The first day of a line from which a code counts."""
    limits = facts.parameters
    days_by_code = {"SD": limits.stable_disease_days, "NON-CR/NON-PD": limits.non_target_days}
    return days_by_code.get(code(one), 0)


def _best(facts: Facts, line: Line) -> Statement:
    label, best = "Best response", line.best_overall_response
    if line.response_source == "entered":
        return _entered(facts, line)
    counted_ones = counting(facts, line)
    if best is None or not counted_ones:
        said = "that belongs to the line counts" if of_line(facts, line) else "belongs to the line"
        return Statement(label, f"{best or 'None'}: no assessment {said}.")
    first = [one for one in counted_ones if when(one) == line.best_overall_response_date]
    if best == "NE":
        return Statement(
            label,
            f"NE: {counted(len(counted_ones), 'assessment')} counted, and none says more.",
            sources(first),
            best,
        )
    day = (when(first[0]) - line.start_date).days if first else 0
    several = len(counted_ones)
    of = f"the best of {several} assessments that count" if several > 1 else "the only one counted"
    return Statement(
        label,
        f"{best}, {of}; first met on {line.best_overall_response_date}, day {day} of the line.",
        sources(first),
        best,
    )


def _entered(facts: Facts, line: Line) -> Statement:
    episodes = [one for one in facts.started_in(line) if one.best_response]
    best = line.best_overall_response
    if best is None:
        return Statement("Best response", "None was entered, and this source registers no scans.")
    return Statement(
        "Best response",
        f"{best}, as entered: this source registers the best response of an episode, not every "
        "assessment.",
        sources(one for one in episodes if one.best_response == best),
        best,
    )


def _confirmed(facts: Facts, line: Line) -> Iterator[Statement]:
    confirmed = line.best_overall_response_confirmed
    if line.response_source == "entered" or confirmed is None:
        return
    scans = counting(facts, line)
    if not scans:
        return
    found = confirmations(scans, facts.parameters)
    for one in found:
        is_met = one.by is not None and confirmed in (one.response.response, code(one.response))
        if is_met and one.by is not None:
            yield Statement(
                "Confirmed",
                f"{confirmed}: {one.response.response} of {when(one.response)} "
                f"({one.response.response_id}) is confirmed, since {one.because}."
                f"{_better_one(found, one)}",
                sources([one.response, one.by]),
                confirmed,
            )
            return
    if not found:
        yield Statement("Confirmed", f"{confirmed}: there is no CR or PR to confirm.")
        return
    best = min(found, key=lambda one: (_rank(one), when(one.response)))
    text = (
        f"{confirmed}: {best.response.response} of {when(best.response)} "
        f"({best.response.response_id}) is not confirmed, since {best.because}."
    )
    yield Statement(
        "Confirmed", text + _instead(facts, confirmed), sources([best.response]), confirmed
    )


def _better_one(found: Sequence[Confirmation], confirmed: Confirmation) -> str:
    """Why a CR that was seen is not the confirmed response, where a PR is."""
    better = [one for one in found if _rank(one) < _rank(confirmed)]
    if not better:
        return ""
    first = min(better, key=lambda one: when(one.response))
    return (
        f" {first.response.response} of {when(first.response)} ({first.response.response_id}) is "
        f"not, since {first.because}."
    )


def _rank(one: Confirmation) -> int:
    return RANK.index(code(one.response))


def _instead(facts: Facts, confirmed: str) -> str:
    limit = facts.parameters.stable_disease_days
    if confirmed in ("SD", "iSD"):
        return f" From day {limit} on it is stable disease all the same."
    if confirmed == "NE":
        return f" Before day {limit} it is not stable disease either."
    return f" What is left is {confirmed}."


def _beside(facts: Facts, line: Line) -> Iterator[Statement]:
    """The criteria where they are mixed, and what the hospital entered."""
    if line.criteria == "mixed":
        yield Statement(
            "Criteria",
            "Assessed by RECIST 1.1 and by iRECIST: read in RECIST 1.1, where an iUPD is a PD.",
            clause="mixed",
        )
    if line.response_source == "assessments" and line.entered_best_response is not None:
        episodes = facts.started_in(line)
        yield Statement(
            "Entered",
            f"The best response entered is {line.entered_best_response}; "
            f"{AGREEMENTS[line.entered_response_agreement]}.",
            sources(one for one in episodes if one.best_response == line.entered_best_response),
            line.entered_response_agreement,
        )


def _progression(facts: Facts, line: Line) -> Statement:
    if line.progression_source is None:
        return Statement("Progression", "None of the line is registered.")
    text = PROGRESSION[line.progression_source]
    key = line.progression_record_key or ""
    found = [one for one in facts.assessments if one.record_key == key or one.response_id == key]
    response = found[0].response if found else "PD"
    seen = f" of {when(found[0])}" if found else ""
    if found and line.progression_date and when(found[0]) != line.progression_date:
        text = PROGRESSION_CONFIRMED if line.is_immune_confirmed else PROGRESSION_LATE
    day = on(line.progression_date, facts) if line.progression_date else "no date"
    since = (line.progression_date - line.start_date).days if line.progression_date else 0
    return Statement(
        "Progression",
        text.format(
            day=day,
            key=key,
            code=response,
            seen=seen,
            since=days(since),
            days=days(facts.parameters.stop_to_progression_days),
            because=_unconfirmed_because(facts, line),
        ),
        sources([facts.record(key)]),
        line.progression_source,
    )


def _unconfirmed_because(facts: Facts, line: Line) -> str:
    """Why an iUPD counts that was never confirmed."""
    later = [
        one
        for one in of_line(facts, line)
        if line.progression_date and when(one) > line.progression_date
    ]
    said = []
    if all(code(one) in ("PD", "iUPD") for one in later):
        said.append("only progression follows" if later else "no assessment follows")
    if line.next_line_start_date is not None:
        said.append("the next line started")
    elif line.closed_because != "death" and (
        line.end_date is not None or line.end_reason not in ("ongoing", "unknown")
    ):
        said.append("treatment had stopped")
    if facts.person.death_cause == "melanoma":
        said.append("the patient died of melanoma")
    return joined(said)


PROGRESSION: Mapping[str, str] = {
    "assessment": "{day}: {key} is the first {code} of the line, {since} after its start.",
    "unconfirmed_iUPD": (
        "{day}: {key} is an iUPD that no later assessment reset, and it counts although it was not "
        "confirmed, since {because}; {since} after the line's start."
    ),
    "stop_reason": (
        "{day}: {key} stopped for progression, {since} after the line's start, and no assessment "
        "by then or in the {days} after it shows PD."
    ),
    "stop_reason_undated": (
        "On a day that is not known: {key} stopped for progression, and its stop is not registered "
        "or lies past the data cut-off."
    ),
    "assessment_undated": (
        "On a day that is not known: {key} is {code}, and its date lies past the data cut-off."
    ),
    "entered_response_undated": (
        "On a day that is not known: the best response entered for {key} is progression."
    ),
}
PROGRESSION_LATE = (
    "{day}: the first iUPD since the last reset; {key}, {code}{seen}, comes too late to confirm "
    "it, and it stands all the same; {since} after the line's start."
)
AGREEMENTS: Mapping[str | None, str] = {
    "same": "the same as derived",
    "same_when_confirmed": "the same as the confirmed response",
    "same_responder_status": "another code, with the same answer to whether the patient responded",
    "differs": "not what is derived",
    None: "nothing is derived to compare it with",
}
PROGRESSION_CONFIRMED = (
    "{day}: the first iUPD since the last reset, confirmed by {key}, {code}{seen}; {since} after "
    "the line's start."
)
