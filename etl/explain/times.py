"""What is said of the times of a line: start, end, and what ended each.

Belongs here: progression-free and overall survival, duration of response, next treatment. Does
not belong here: statistics over patients (`etl/survival`).
"""

from collections.abc import Iterator, Mapping
from datetime import date

from etl.explain.document import Statement
from etl.explain.facts import Facts, Line, Source
from etl.explain.words import days, on, sources

AFTER_LINKAGE = (
    "Not known: the line starts after the vital status date, and this source declares that its "
    "linkage is complete; no time runs past it."
)
PFS: Mapping[str, str] = {
    "progression": "Event: progression shown by {record}.",
    "death": "Event: death; no progression is registered before it.",
    "censored_last_evaluable_assessment": (
        "Censored: alive without progression at the last evaluable assessment, {record}."
    ),
    "censored_line_start": (
        "Censored at the start: alive, without progression and without an evaluable assessment."
    ),
    "censored_last_contact": (
        "Censored at last contact: this source registers progression, not every assessment."
    ),
    "unknown_progression_undated": "Not known: progression ({record}) is registered without a day.",
    "unknown_start_after_linkage": AFTER_LINKAGE,
    "unknown_progression_not_collected": (
        "Not known: this source says neither assessments nor why treatment stopped."
    ),
    "unknown_death_undated": "Not known: the patient died on a day that is not registered.",
    "unknown_death_before_start": "Not known: the date of death lies before the line's start.",
    "unknown_no_contact": "Not known: no last contact is registered.",
}
OS: Mapping[str, str] = {
    "death": "Event: death.",
    "censored_vital_status_date": "Censored: known to be alive at the vital status date.",
    "censored_last_contact": "Censored: alive at last contact.",
    "censored_last_record": (
        "Censored: alive at the last start, dose, assessment, procedure, onset of an event or "
        "progression; no later contact is registered."
    ),
    "unknown_start_after_linkage": AFTER_LINKAGE,
    "unknown_death_undated": "Not known: the patient died on a day that is not registered.",
    "unknown_death_before_start": "Not known: the date of death lies before the line's start.",
    "unknown_no_contact": "Not known: no last contact is registered.",
}
DOR: Mapping[str, str] = {
    **PFS,
    "no_response": "None: the line has no complete or partial response.",
    "unknown_response_undated": "Not known: a response is entered, and not its day.",
    "unknown_response_after_end": (
        "Not known: the first response is later than the end of progression-free survival."
    ),
}
TTNT: Mapping[str, str] = {"next_line": "Event: the next line started.", **OS}
_ROWS: Mapping[str, tuple[str, ...]] = {
    "death": ("death_date",),
    "censored_vital_status_date": ("vital_status_date",),
    "censored_last_contact": ("last_contact_date",),
    "unknown_start_after_linkage": ("vital_status_date",),
    "unknown_death_undated": ("vital_status",),
    "unknown_death_before_start": ("death_date",),
    "unknown_no_contact": ("last_contact_date",),
}
"""The columns of the patient that say so."""


def statements(facts: Facts, line: Line) -> list[Statement]:
    """Progression-free survival, duration of response, survival, time to next treatment."""
    return [_pfs(facts, line), *_dor(facts, line), _os(facts, line), _ttnt(facts, line)]


def _span(facts: Facts, line: Line, end: date | None, number: int | None) -> str:
    if end is None or number is None:
        return ""
    return f"{days(number)}, {line.start_date} to {on(end, facts)}. "


def _pfs(facts: Facts, line: Line) -> Statement:
    reason = line.pfs_end_reason or "unknown_no_contact"
    key = line.pfs_record_key
    rests_on = sources([facts.record(key)])
    if reason in _ROWS:
        rests_on = facts.person_rows(*_ROWS[reason])
    if reason in ("censored_line_start", "unknown_progression_not_collected"):
        rests_on = ()
    elsewhere = _elsewhere(facts, line) if reason == "progression" else ""
    return Statement(
        "PFS",
        _span(facts, line, line.pfs_end_date, line.pfs_days)
        + PFS[reason].format(record=key)
        + elsewhere,
        rests_on,
        reason,
    )


def _dor(facts: Facts, line: Line) -> Iterator[Statement]:
    reason = line.dor_end_reason
    if reason is None:
        return
    span, rests_on = "", sources([])
    if line.dor_days is not None and line.pfs_end_date and line.first_response_date:
        span = (
            f"{days(line.dor_days)}, from the first response on {line.first_response_date} to "
            f"{on(line.pfs_end_date, facts)}. "
        )
        rests_on = sources([facts.record(line.pfs_record_key)])
    if reason in _ROWS:
        rests_on = facts.person_rows(*_ROWS[reason])
    yield Statement("DoR", span + DOR[reason].format(record=line.pfs_record_key), rests_on, reason)


def _elsewhere(facts: Facts, line: Line) -> str:
    """A line without a progression of its own ends with the first one of a later line."""
    if line.progression_record_key == line.pfs_record_key:
        return ""
    of = [one for one in facts.lines if one.progression_record_key == line.pfs_record_key]
    return f" It was recorded under {of[0].name}; treatment given next is ignored." if of else ""


def _os(facts: Facts, line: Line) -> Statement:
    reason = line.os_end_reason or "unknown_no_contact"
    return Statement(
        "OS",
        _span(facts, line, line.os_end_date, line.os_days) + OS[reason],
        _alive(facts, reason),
        reason,
    )


def _ttnt(facts: Facts, line: Line) -> Statement:
    reason = line.ttnt_end_reason or "unknown_no_contact"
    if reason == "next_line":
        after = next(one for one in facts.lines if one.line_sequence == line.line_sequence + 1)
        first = facts.starts_of(after)[0]
        end, rests_on = line.next_line_start_date, sources(facts.given_at(first))
        words = f"Event: {after.name} started."
    else:
        end, rests_on, words = line.os_end_date, _alive(facts, reason), TTNT[reason]
    return Statement("TTNT", _span(facts, line, end, line.ttnt_days) + words, rests_on, reason)


def _alive(facts: Facts, reason: str) -> tuple[Source, ...]:
    """The row that says until when the patient lived."""
    if reason in _ROWS:
        return facts.person_rows(*_ROWS[reason])
    found = facts.record(facts.follow_up.last_alive_record_key)
    return (found or facts.person.source,)
