"""What is said of a line of therapy itself: opened, made of, labelled, ended, closed.

Belongs here: the statements about `derived.lines`. Does not belong here: its clauses (`clauses`),
its responses, times and toxicity (`responses`, `times`, `toxicity`).
"""

from collections.abc import Iterator, Mapping
from datetime import date

from etl.explain.clauses import CLOSED, Judged, opened, went_on
from etl.explain.document import Statement
from etl.explain.facts import Facts, Given, Line, Substance
from etl.explain.words import capital, counted, days, joined, on, regimen, sources

END_REASONS: Mapping[str, str] = {
    "progression": "progression",
    "toxicity": "toxicity",
    "completed": "completed",
    "patient_choice": "the patient's choice",
    "death": "death",
    "other": "another reason",
    "unknown": "not known",
    "ongoing": "none: treatment is ongoing",
}


def statements(facts: Facts, line: Line) -> list[Statement]:
    """Everything that is said of a line itself."""
    first, *later = facts.starts_of(line)
    carried = taken_over(Judged(facts, first))
    return [
        opened(Judged(facts, first)),
        *([carried] if carried else []),
        *_rows(facts, line),
        *(went_on(Judged(facts, start)) for start in later),
        *_label(facts, line),
        _end(facts, line),
        _reason(facts, line),
        _closed(facts, line),
        *_entered(facts, line),
    ]


def taken_over(judged: Judged) -> Statement | None:
    """What the line that opens carries of the one before, and what shows it."""
    facts, limit = judged.facts, judged.facts.parameters.carried_days
    carried = [one for one in facts.given_in(judged.start.line_id) if one.is_carried]
    if not carried:
        return None
    shown = []
    for one in carried:
        until = "is ongoing" if one.is_ongoing else f"goes on to {one.stop_date}"
        shown.append(f"{one.substance} ({one.treatment_id}) {until}")
    text = (
        f"{joined(shown)}: shown to be given more than {days(limit)} after this line's start, by "
        "its own rows or in the episode of what starts, and taken over from the line before."
    )
    rows = [row for one in carried for row in facts.rows_of(one)]
    return Statement("Carried", text, sources(rows), "carried")


def _rows(facts: Facts, line: Line) -> Iterator[Statement]:
    for given in facts.given_in(line.line_id):
        stop = "ongoing" if given.is_ongoing else "stop not registered"
        until = f"to {given.stop_date}" if given.stop_date else f"({stop})"
        yield Statement(
            "Made of",
            f"{given.substance}, {given.start_date} {until}, of {given.treatment_id}"
            f"{', carried' if given.is_carried else ''}.",
            sources(facts.rows_of(given)),
        )


def _label(facts: Facts, line: Line) -> Iterator[Statement]:
    window = facts.parameters.combination_window_days
    parts = [one for one in facts.substances if one.line_id == line.line_id]
    said = joined(_why_in_label(facts, [one for one in parts if one.is_label], line, window))
    yield Statement("Regimen", f"{regimen(line.regimen)}: {said}.", clause="combination_window")
    for one in parts:
        if not one.is_label:
            yield Statement(
                "Regimen", f"Not {one.substance}: {_why_not_in_label(one, line, window)}."
            )


def _why_in_label(facts: Facts, parts: list[Substance], line: Line, window: int) -> Iterator[str]:
    taken_over = _taken_over(facts, line)
    by_day: dict[int, list[str]] = {}
    for one in parts:
        by_day.setdefault((one.first_start_date - line.start_date).days, []).append(one.substance)
    for after, names in sorted(by_day.items()):
        if after == 0:
            carried = [name for name in names if name in taken_over]
            started = [name for name in names if name not in carried]
            if started:
                yield f"{joined(started)} started with the line"
            if carried:
                yield f"{joined(carried)} {'was' if len(carried) == 1 else 'were'} carried into it"
        else:
            yield f"{joined(names)} on its day {after}, within the window of {days(window)}"


def _why_not_in_label(one: Substance, line: Line, window: int) -> str:
    after = (one.first_start_date - line.start_date).days
    if after > window:
        return f"it started on the line's day {after}, after the window of {days(window)}"
    return f"it took over as a permitted substitute on the line's day {after}"


def _end(facts: Facts, line: Line) -> Statement:
    given = facts.given_in(line.line_id)
    last_step = max(one.step for one in given)
    open_ones = [one for one in given if one.step == last_step and one.stop_date is None]
    if line.end_date is None:
        names = joined(sorted({one.substance for one in open_ones}))
        how = (
            "is registered as ongoing"
            if all(one.is_ongoing for one in open_ones)
            else "has no registered stop"
        )
        return Statement(
            "End", f"Not known: {names}, which started last, {how}.", sources(open_ones)
        )
    after = _after(facts, line)
    if after is not None and facts.starts_of(after)[0].ends_line_before:
        return _end_at_next(facts, line, after)
    last = [one for one in given if one.stop_date and one.stop_date >= line.end_date]
    names = joined(sorted({one.substance for one in last}))
    when = on(line.end_date, facts)
    if any(one.stop_date and one.stop_date > line.end_date for one in last):
        until = max(one.stop_date for one in last if one.stop_date)
        return Statement(
            "End",
            f"{when}: the next line started, though {names} went on to {until}.",
            sources(last),
        )
    return Statement("End", f"{when}: the last stop of {names}.", sources(last))


def _after(facts: Facts, line: Line) -> Line | None:
    return next((one for one in facts.lines if one.line_sequence == line.line_sequence + 1), None)


def _taken_over(facts: Facts, line: Line) -> list[str]:
    """What a line takes over, names that cannot be read told apart."""
    carried = facts.starts_of(line)[0].carried_substances
    return carried.split("+") if carried else []


def _end_at_next(facts: Facts, line: Line, after: Line) -> Statement:
    when = on(after.start_date, facts)
    carried = _taken_over(facts, after)
    rows = [one for one in facts.given_in(line.line_id) if one.substance in carried]
    if carried:
        text = f"{when}: the next line started and takes over {joined(carried)}."
        return Statement("End", text, sources(rows), "carried")
    first = facts.given_at(facts.starts_of(after)[0])
    known = {one.substance for one in facts.given_in(line.line_id)}
    again = [one for one in first if one.substance in known]
    limit = facts.parameters.carried_bridge_days
    return Statement(
        "End",
        f"{when}: {joined(sorted({one.substance for one in again}))} started again with the next "
        f"line, at most {days(limit)} after a stop that was not for a reason to end treatment.",
        sources(again),
        "goes_on",
    )


def _reason(facts: Facts, line: Line) -> Statement:
    words = END_REASONS[line.end_reason]
    after = _after(facts, line)
    if after is not None and after.carried_substances:
        text = f"{capital(words)}: {CLOSED[line.closed_because]}, and the next line takes over."
        return Statement("End reason", text, clause=line.end_reason)
    if line.end_reason == "ongoing":
        return Statement("End reason", f"{capital(words)}.", clause="ongoing")
    decided = ended_last(facts, line)
    treatments = [one for one in facts.treatments if one.treatment_id == decided.treatment_id]
    if line.end_reason == "unknown":
        text = f"Not known: the episode that ended last ({decided.treatment_id}) gives none."
        return Statement("End reason", text, sources(treatments), line.end_reason)
    return Statement(
        "End reason",
        f"{capital(words)}: the reason of the episode that ended last ({decided.treatment_id}).",
        sources(treatments),
        line.end_reason,
    )


def ended_last(facts: Facts, line: Line) -> Given:
    """The exposure whose stop reason is the line's: open ones first, then the latest stop."""
    given = facts.given_in(line.line_id)
    last_step = max(one.step for one in given)
    known = [*END_REASONS][:-2]

    def place(one: Given) -> tuple[object, ...]:
        is_open = one.step == last_step and one.stop_date is None
        return (
            not is_open,
            -(one.stop_date or date.min).toordinal(),
            -one.step,
            known.index(one.stop_reason) if one.stop_reason in known else len(known),
            not one.is_ongoing,
            one.treatment_id,
        )

    return min(given, key=place)


def _closed(facts: Facts, line: Line) -> Statement:
    after = _after(facts, line)
    words = CLOSED[line.closed_because]
    if after is None:
        return Statement("Closed", words, clause=line.closed_because)
    first = facts.starts_of(after)[0]
    return Statement(
        "Closed",
        f"{on(after.start_date, facts)}: {words}, which is {after.name}.",
        sources(facts.given_at(first)),
        line.closed_because,
    )


def _entered(facts: Facts, line: Line) -> Iterator[Statement]:
    if line.entered_line_numbers is None:
        return
    episodes = [one for one in facts.started_in(line) if one.line_number is not None]
    agrees = line.entered_line_numbers == str(line.line_number)
    verdict = "as derived" if agrees else f"and derived as {line.line_number} of its setting"
    numbers = joined(line.entered_line_numbers.split(","))
    yield Statement(
        "Line number",
        f"Entered as {numbers} in {counted(len(episodes), 'episode')}, {verdict}.",
        sources(episodes),
    )
