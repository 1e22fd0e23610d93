"""What is said of the toxicity of a line: each event, how it was attributed, the worst grade.

Belongs here: the statements about adverse events. Does not belong here: CTCAE itself
(`expectations/codelists`), cumulative incidence (`etl/survival`).
"""

from collections.abc import Callable, Iterator, Mapping

from etl.explain.document import Statement
from etl.explain.facts import Event, Facts, Line
from etl.explain.words import days, joined, on, sources


def statements(facts: Facts, line: Line) -> list[Statement]:
    """Everything that is said of a line's toxicity."""
    events = [one for one in facts.events if one.line_id == line.line_id]
    return [
        *(_event(facts, line, one) for one in events),
        _worst(line, events),
        _known(facts, line),
    ]


def unassigned(facts: Facts) -> Iterator[Statement]:
    """Events that no line has."""
    for one in facts.events:
        if one.is_placed and one.line_id is None:
            yield Statement(
                "Adverse event",
                f"{_what(facts, one)}: {ASSIGNMENTS['unassigned'](facts, None, one)}.",
                sources([one]),
                "unassigned",
            )


def _event(facts: Facts, line: Line, one: Event) -> Statement:
    how = ASSIGNMENTS[one.line_assignment or "date"](facts, line, one)
    return Statement(
        "Adverse event",
        f"{_what(facts, one)}, {_immune(one)}; of this line {how}.",
        sources([one]),
        one.line_assignment,
    )


def _what(facts: Facts, one: Event) -> str:
    grade = f"grade {one.grade}" if one.grade is not None else "no grade registered"
    when = on(one.onset_date, facts) if one.onset_date else "onset not registered"
    return f"{one.term or 'No term'}, {grade}, {when}"


def _immune(one: Event) -> str:
    if one.is_irae is None:
        return "not known to be immune related or not"
    how = "as entered" if one.immune_related in ("yes", "no") else "by the term list"
    return f"{'immune related' if one.is_irae else 'not immune related'} ({how})"


def _by_treatment(facts: Facts, line: Line | None, one: Event) -> str:
    del facts, line
    return f"because it was entered for {one.treatment_id}"


def _by_date(facts: Facts, line: Line | None, one: Event) -> str:
    if line is None or one.onset_date is None:
        return "by its date"
    since = (one.onset_date - line.start_date).days
    if line.end_date is None or one.onset_date <= line.end_date:
        return f"by its date, {days(since)} after the line's start and not after its end"
    late = (one.onset_date - line.end_date).days
    window = facts.parameters.toxicity_window_days
    return f"by its date, {days(late)} after the line's end, within the window of {days(window)}"


def _not_at_all(facts: Facts, line: Line | None, one: Event) -> str:
    del line
    window = facts.parameters.toxicity_window_days
    begun = [
        known
        for known in facts.lines
        if one.onset_date is not None and known.start_date <= one.onset_date
    ]
    if one.onset_date is None:
        return "of no line, since neither an episode of a line nor an onset is registered"
    if not begun:
        return "of no line, since it began before the first"
    last = begun[-1]
    late = (one.onset_date - last.end_date).days if last.end_date else 0
    return (
        f"of no line, since it began {days(late)} after the end of {last.name}, past the window "
        f"of {days(window)}"
    )


ASSIGNMENTS: Mapping[str, Callable[[Facts, Line | None, Event], str]] = {
    "treatment": _by_treatment,
    "date": _by_date,
    "unassigned": _not_at_all,
}


IRAE: Mapping[str, str] = {"yes": "yes", "no": "no", "not_reported": "not reported"}


def _worst(line: Line, events: list[Event]) -> Statement:
    if line.worst_grade is None:
        return Statement("Worst grade", "None: no graded event is registered.")
    worst = [one for one in events if one.grade == line.worst_grade]
    irae = (
        f"of an immune-related event: grade {line.worst_irae_grade}"
        if line.worst_irae_grade is not None
        else "none of an immune-related event"
    )
    return Statement("Worst grade", f"Grade {line.worst_grade}; {irae}.", sources(worst))


def _known(facts: Facts, line: Line) -> Statement:
    started = facts.started_in(line)
    episodes = [
        one
        for one in facts.treatments
        if one.treatment_id in line.treatment_ids.split(",")
        and (one in started or one.severe_toxicity == "no")
    ]
    entered = joined(f"{one.treatment_id}: {one.severe_toxicity or 'empty'}" for one in episodes)
    asked = f"severe toxicity is entered as {entered}"
    if not any(one.severe_toxicity for one in episodes):
        asked = "severe toxicity is not entered"
    if line.toxicity_known and line.severe_toxicity in ("yes", "no"):
        text = f"Known: {asked}."
        if line.severe_toxicity == "no" and (line.worst_grade or 0) >= 3:
            text = f"Known: {asked}, and an event of grade {line.worst_grade} makes it yes."
    elif line.toxicity_known:
        text = "Known: this source declares that it registers every severe event."
    elif line.severe_toxicity in ("yes", "no"):
        text = f"Not known: {asked}, and an immune-related event has no grade."
    elif (line.worst_grade or 0) >= 3:
        text = (
            f"Not reported: {asked}; an event of grade {line.worst_grade} is registered, and is "
            "counted apart, since only lines that had one would be known by it."
        )
    else:
        text = f"Not reported: {asked}."
    if line.severe_irae_status is not None:
        text += f" Of an immune-related event of grade 3 or more: {IRAE[line.severe_irae_status]}."
    return Statement(
        "Severe toxicity", text, sources(episodes), "known" if line.toxicity_known else "not known"
    )
