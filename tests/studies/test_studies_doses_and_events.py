"""Keys that look at doses and adverse events, on derived tables of a patient or two.

Belongs here: doses, last dose, events that stopped treatment, their recurrence, cumulative
incidence. Does not belong here: how those tables are derived (tests/spec).
"""

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from etl.studies import Study
from etl.studies.engine import select_cohort
from expectations.contracts import contract_for, create_table_sql
from tests.unit.study_support import START, add_patient, insert, marts, study_with

TABLES = (
    "derived.line_rows",
    "derived.exposures",
    "staging.drug_substances",
    "derived.adverse_events_attributed",
    "derived.line_toxicity",
)
NIVO = "nivolumab"
FREE = {"progression_required": False}


def registry(**first: Any) -> duckdb.DuckDBPyConnection:
    """Nivolumab on days 0 to 100 and again on days 400 to 500."""
    con = marts()
    for table in TABLES:
        con.execute(create_table_sql(contract_for(table)))
    add_patient(
        con,
        "p",
        {"regimen": NIVO, "start": 0, "end": 100, **first},
        {"regimen": NIVO, "start": 400, "end": 500, "toxicity_known": True},
    )
    return con


def give(
    con: duckdb.DuckDBPyConnection,
    substance: str,
    start: int,
    stop: int | None,
    doses: int | None = None,
    drug_class: str = "anti-PD-1",
) -> None:
    """A row of a substance within the initial line."""
    count = con.execute("select count(*) from derived.exposures").fetchone()
    number = (count or (0,))[0] + 1
    source = {
        "source_file": "drugs.csv",
        "source_line": number,
        "source_part": 1,
        "source_number": 1,
    }
    days = {
        "start_date": START + timedelta(days=start),
        "stop_date": None if stop is None else START + timedelta(days=stop),
    }
    given = {"patient_id": "p", "substance": substance, "drug_class": drug_class}
    span = {"treatment_id": "T1", "span": number}
    insert(con, "derived.exposures", [given | source | days | span])
    place = {"source_file": "drugs.csv", "source_line": number}
    insert(con, "derived.line_rows", [given | place | days | span | {"line_id": "p|advanced|1"}])
    insert(con, "staging.drug_substances", [given | source | days | {"doses": doses}])


def happen(con: duckdb.DuckDBPyConnection, line: int, organ: str, grade: int, **more: Any) -> None:
    """An immune-related event that led to stopping, unless more says otherwise."""
    count = con.execute("select count(*) from derived.adverse_events_attributed").fetchone()
    event = {
        "event_id": f"e{(count or (0,))[0]}",
        "patient_id": "p",
        "line_id": f"p|advanced|{line}",
        "organ_class": organ,
        "grade": grade,
        "is_irae": True,
        "led_to_stop": "yes",
    }
    insert(con, "derived.adverse_events_attributed", [event | more])


def again(**changes: Any) -> Study:
    parts: dict[str, Any] = {
        "initial": {"match": "contains_substance", "regimens": [], "substances": [NIVO]},
        "rechallenge": {"match": "same_substance", "regimens": []},
        "between": FREE,
        "strata": "none",
    }
    for part, value in changes.items():
        before = parts.get(part)
        merges = isinstance(value, dict) and isinstance(before, dict)
        parts[part] = before | value if merges else value
    return study_with(**parts)


def is_taken(con: duckdb.DuckDBPyConnection, study: Study) -> bool:
    select_cohort(con, study)
    return con.execute("select count(*) from marts.rechallenges").fetchone() == (1,)


def value(con: duckdb.DuckDBPyConnection, study: Study, columns: str) -> tuple[Any, ...]:
    select_cohort(con, study)
    row = con.execute(f"select {columns} from marts.rechallenges").fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("rows", "asked", "is_enough"),
    [
        ([4], 4, True),
        ([3], 4, False),
        ([2, 2], 4, True),
        ([2, None], 2, True),  # two at least
        ([2, None], 3, False),
        ([None], 1, False),
    ],
)
def test_doses_of_the_rows_are_added_up(
    rows: list[int | None], asked: int, is_enough: bool
) -> None:
    with registry() as con:
        for number, doses in enumerate(rows):
            give(con, NIVO, 40 * number, 40 * number + 30, doses)
        assert is_taken(con, again(initial={"minimum_doses": asked})) is is_enough


def test_doses_of_other_substances_do_not_count() -> None:
    with registry() as con:
        give(con, NIVO, 0, 30, 2)
        give(con, "ipilimumab", 0, 30, 4, "anti-CTLA-4")
        assert not is_taken(con, again(initial={"minimum_doses": 3}))


@pytest.mark.parametrize(("gap", "is_enough"), [(310, True), (311, False)])
def test_the_gap_may_run_from_the_last_dose(gap: int, is_enough: bool) -> None:
    with registry() as con:
        give(con, NIVO, 0, 90)
        give(con, "ipilimumab", 0, 95, None, "anti-CTLA-4")
        between = FREE | {"gap_from": "last_dose", "minimum_gap_days": gap}
        assert is_taken(con, again(between=between)) is is_enough


@pytest.mark.parametrize(
    ("open_since", "last_dose"),
    [(89, START + timedelta(days=90)), (90, None), (95, None)],
)
def test_a_row_without_a_stop_leaves_the_last_dose_unknown_unless_another_ends_later(
    open_since: int, last_dose: Any
) -> None:
    with registry() as con:
        give(con, NIVO, 0, 90)
        give(con, NIVO, open_since, None)
        asked = again(between=FREE | {"gap_from": "last_dose"})
        assert value(con, asked, "last_dose_date") == (last_dose,)


@pytest.mark.parametrize(
    ("progression", "is_enough"), [(50, True), (118, True), (119, False), (0, False)]
)
def test_progression_by_so_many_days_after_the_last_dose(progression: int, is_enough: bool) -> None:
    with registry(progression=progression) as con:
        give(con, NIVO, 0, 90)
        between = FREE | {"progression_within_days_of_last_dose": 28}
        assert is_taken(con, again(between=between)) is is_enough


@pytest.mark.parametrize(
    ("event", "asked", "is_enough"),
    [
        ({"grade": 3}, {}, True),
        ({"grade": 2}, {}, False),
        ({"grade": 2}, {"minimum_grade": 2}, True),
        ({"grade": 6}, {}, False),  # no grade of CTCAE
        ({"grade": 3, "is_irae": False}, {}, False),
        ({"grade": 3, "is_irae": None}, {}, False),
        ({"grade": 3, "is_irae": False}, {"immune_related": False}, True),
        ({"grade": 3, "led_to_stop": "no"}, {}, False),
        ({"grade": 3, "led_to_stop": "unknown"}, {}, False),
        ({"grade": 3, "led_to_stop": "no"}, {"led_to_stop": False}, True),
    ],
)
def test_the_event_that_stopped_the_initial_line(
    event: dict[str, Any], asked: dict[str, Any], is_enough: bool
) -> None:
    with registry() as con:
        happen(con, 1, "colitis", **event)
        assert is_taken(con, again(first_stop_toxicity=asked)) is is_enough


def test_an_event_of_the_rechallenge_did_not_stop_the_initial_line() -> None:
    with registry() as con:
        happen(con, 2, "colitis", 3)
        assert not is_taken(con, again(first_stop_toxicity={}))


@pytest.mark.parametrize(
    ("organ", "grade", "recurs"),
    [("colitis", 1, True), ("hepatitis", 3, False), ("colitis", None, False)],
)
def test_the_same_organ_class_again_is_a_recurrence(
    organ: str, grade: int | None, recurs: bool
) -> None:
    asked = again(first_stop_toxicity={}, endpoints={"recurrence": {}})
    with registry() as con:
        happen(con, 1, "colitis", 3)
        if grade is not None:
            happen(con, 2, organ, grade)
        assert value(con, asked, "irae_recurrence, stopping_organ_classes") == (recurs, "colitis")


@pytest.mark.parametrize(("grade", "recurs"), [(2, False), (3, True)])
def test_a_recurrence_may_have_to_be_severe(grade: int, recurs: bool) -> None:
    asked = again(first_stop_toxicity={}, endpoints={"recurrence": {"minimum_grade": 3}})
    with registry() as con:
        happen(con, 1, "colitis", 3)
        happen(con, 2, "colitis", grade)
        assert value(con, asked, "irae_recurrence") == (recurs,)


def test_an_event_of_no_organ_class_cannot_be_found_again() -> None:
    asked = again(first_stop_toxicity={}, endpoints={"recurrence": {}})
    with registry() as con:
        happen(con, 1, "other", 3)
        happen(con, 2, "other", 3)
        assert value(con, asked, "irae_recurrence") == (None,)


def close_window(con: duckdb.DuckDBPyConnection, closed_by: str, day: int | None) -> None:
    """The toxicity window of the second line, and what closed it."""
    window = {
        "line_id": "p|advanced|2",
        "patient_id": "p",
        "toxicity_window_end_date": None if day is None else START + timedelta(days=day),
        "toxicity_window_closed_by": closed_by,
    }
    insert(con, "derived.line_toxicity", [window])


@pytest.mark.parametrize(
    ("closed_by", "onset", "grade", "expected"),
    [
        ("next_line", None, 3, (60, 2)),
        ("death", None, 3, (60, 3)),
        ("window_end", None, 3, (60, 0)),
        ("last_known_alive", None, 3, (60, 0)),
        ("next_line", 59, 3, (59, 1)),
        ("next_line", 60, 3, (60, 1)),
        ("next_line", 61, 3, (60, 2)),
        ("next_line", 59, 2, (60, 2)),
    ],
)
def test_the_window_ends_with_an_event_or_what_closed_it(
    closed_by: str, onset: int | None, grade: int, expected: tuple[int, int]
) -> None:
    asked = again(endpoints={"toxicity": {"cumulative_incidence_months": [3]}})
    with registry() as con:
        close_window(con, closed_by, 460)
        if onset is not None:
            happen(con, 2, "colitis", grade, days_from_line_start=onset)
        assert value(con, asked, "irae_days, irae_cause") == expected


@pytest.mark.parametrize("onset", [START + timedelta(days=399), None])
def test_an_event_before_the_line_or_on_an_unknown_day_gives_no_time(onset: date | None) -> None:
    asked = again(endpoints={"toxicity": {"cumulative_incidence_months": [3]}})
    with registry() as con:
        close_window(con, "next_line", 460)
        happen(con, 2, "colitis", 3, onset_date=onset)
        assert value(con, asked, "irae_days, irae_cause") == (None, None)


def test_the_first_event_decides_when_it_was_before_the_line() -> None:
    asked = again(endpoints={"toxicity": {"cumulative_incidence_months": [3]}})
    with registry() as con:
        close_window(con, "next_line", 460)
        happen(con, 2, "colitis", 3, onset_date=START + timedelta(days=399))
        within = {"onset_date": START + timedelta(days=430), "days_from_line_start": 30}
        happen(con, 2, "hepatitis", 3, **within)
        assert value(con, asked, "irae_days, irae_cause") == (None, None)


def test_whoever_died_before_the_line_has_no_time_to_an_event() -> None:
    asked = again(endpoints={"toxicity": {"cumulative_incidence_months": [3]}})
    with registry() as con:
        close_window(con, "death_before_start", None)
        happen(con, 2, "colitis", 3, days_from_line_start=30)
        assert value(con, asked, "irae_days, irae_cause") == (None, None)
