"""The patient's course in order: treatments, assessments, events, procedures, contact, death.

Belongs here: entries with a day, and what has none or is not used. Does not belong here: drawing
them (`picture`), the lines derived from them (`lines`).
"""

from collections.abc import Iterator
from datetime import date

from etl.explain.document import Entry, Span, Statement
from etl.explain.facts import Facts, Row, Source
from etl.explain.person import SAYS
from etl.explain.words import regimen, sources

Found = tuple[str, str, str, date, date | None, Source, bool]
ORDER = ("substance", "local", "assessment", "event", "contact", "death")


def timeline(facts: Facts) -> tuple[Entry, ...]:
    """Every dated event that is used, in order."""
    first = [one.start_date for one in facts.exposures]
    dated = [one.assessment_date for one in facts.assessments if one.assessment_date]
    zero = facts.day_zero or min([*first, *dated], default=None)
    found = [*_given(facts), *_scans(facts), *_events(facts), *_local(facts), *_ends(facts)]
    entries = [
        Entry(kind, row, what, start, stop, (start - (zero or start)).days, source, is_open)
        for kind, row, what, start, stop, source, is_open in found
    ]
    return tuple(
        sorted(entries, key=lambda one: (one.start, ORDER.index(one.kind), one.row, one.what))
    )


def spans(facts: Facts) -> tuple[Span, ...]:
    """The lines of therapy, for the shades of the picture."""
    found = []
    for line in facts.lines:
        given = facts.given_in(line.line_id)
        stop = line.end_date or max(one.stop_date or one.start_date for one in given)
        if line.next_line_start_date is not None:
            stop = min(stop, line.next_line_start_date)
        found.append(
            Span(f"{line.setting} {line.line_number}", regimen(line.regimen), line.start_date, stop)
        )
    return tuple(found)


def undated(facts: Facts) -> tuple[Statement, ...]:
    """Rows that are not used, and used ones that have no day."""
    said = [*_unused(facts), *_without_day(facts)]
    return tuple(said)


def _given(facts: Facts) -> Iterator[Found]:
    for one in facts.exposures:
        stop = f"to {one.stop_date}" if one.stop_date else "stop not registered"
        stop = "ongoing" if one.is_ongoing else stop
        reason = f", stopped for {one.stop_reason}" if one.stop_reason else ""
        what = f"{one.substance}, {stop}{reason} ({one.treatment_id})"
        yield (
            "substance",
            one.substance,
            what,
            one.start_date,
            one.stop_date,
            one.source,
            (one.stop_date is None),
        )


def _scans(facts: Facts) -> Iterator[Found]:
    for one in facts.assessments:
        if one.is_placed and one.assessment_date and one.response:
            what = (
                f"{one.response} ({one.response_id}, {one.criteria or 'criteria not registered'})"
            )
            yield "assessment", one.response, what, one.assessment_date, None, one.source, False


def _events(facts: Facts) -> Iterator[Found]:
    for one in facts.events:
        if one.is_placed and one.onset_date:
            grade = f"grade {one.grade}" if one.grade is not None else "no grade"
            until = f", resolved {one.resolved_date}" if one.resolved_date else ""
            what = f"{one.term or 'No term'}, {grade}{until} ({one.event_id})"
            yield "event", str(one.grade or "?"), what, one.onset_date, None, one.source, False


def _local(facts: Facts) -> Iterator[Found]:
    for one in facts.local:
        if one.is_placed and one.start_date:
            site = f" of {one.site}" if one.site else ""
            yield "local", "local", f"{one.kind}{site}", one.start_date, None, one.source, False


def _ends(facts: Facts) -> Iterator[Found]:
    person, follow_up = facts.person, facts.follow_up
    if follow_up.death_date:
        cause = f", cause {person.death_cause}" if person.death_cause else ""
        what = f"died{cause}"
        row = facts.person_rows("death_date")[0]
        yield "death", "death", what, follow_up.death_date, None, row, False
    elif follow_up.last_alive_date:
        kind = (follow_up.last_alive_source or "").replace("_", " ")
        what = f"last known alive ({kind})"
        columns = SAYS.get(follow_up.last_alive_source or "", ("vital_status",))
        row = facts.person_rows(*columns)[0]
        yield "contact", "contact", what, follow_up.last_alive_date, None, row, False


def _unused(facts: Facts) -> Iterator[Statement]:
    rows: list[tuple[str, Row, bool, str | None]] = [
        ("treatment", one, one.is_placed, one.unplaced_because) for one in facts.treatments
    ]
    rows += [("assessment", one, one.is_placed, one.unplaced_because) for one in facts.assessments]
    rows += [("adverse event", one, one.is_placed, one.unplaced_because) for one in facts.events]
    for kind, one, is_placed, because in rows:
        if not is_placed:
            yield Statement(
                "Not used",
                f"A row of the table of {kind}s is kept out of derivation: {because}.",
                sources([one]),
                because,
            )


def _without_day(facts: Facts) -> Iterator[Statement]:
    used = {one.treatment_id for one in facts.exposures}
    for treatment in facts.treatments:
        if treatment.is_placed and treatment.treatment_id not in used:
            yield Statement(
                "Not in a line",
                f"{treatment.treatment_id} ({treatment.regimen or 'no regimen'}) gives no systemic "
                "substance with a known start.",
                sources([treatment]),
            )
    for scan in facts.assessments:
        if scan.is_placed and scan.line_id is None:
            lacks = (
                "has no date"
                if scan.assessment_date is None
                else "has no response that is known"
                if scan.response is None
                else "lies on or before the first day of treatment"
            )
            yield Statement(
                "Not in a line", f"{scan.response_id} ({scan.response}) {lacks}.", sources([scan])
            )
    for event in facts.events:
        if event.is_placed and event.onset_date is None:
            yield Statement("No day", f"{event.term} has no onset.", sources([event]))
