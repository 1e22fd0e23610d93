"""What a study finds under other definitions, on a registry small enough to count by hand."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.parameters import Parameters
from etl.sensitivity import SCENARIOS, Scenario, build_sensitivity
from etl.studies import Study, load_studies
from etl.warehouse import open_memory
from expectations.codelists import load_codelists
from expectations.contracts import validate_frame
from expectations.contracts.sensitivity import MEASURES, Sensitivity
from tests.derivations import derive
from tests.support import rows

# P1 is rechallenged after a progression. P2's second course comes 100 days after the first, with
# no progression: a line of its own by the gap, and no rechallenge. P3's ipilimumab starts on day
# 35 of nivolumab: another line, unless the window is 42 days.
PATIENTS = """
    patient_id | vital_status | last_contact_date
    P1         | alive        | 2022-06-01
    P2         | alive        | 2022-06-01
    P3         | alive        | 2022-06-01
"""
TREATMENTS = """
    treatment_id | patient_id | regimen              | setting  | start_date | stop_date
    T1           | P1         | ipilimumab           | advanced | 2020-01-01 | 2020-03-01
    T2           | P1         | ipilimumab+nivolumab | advanced | 2020-08-01 | 2020-10-01
    T3           | P2         | ipilimumab+nivolumab | advanced | 2020-01-01 | 2020-03-01
    T4           | P2         | ipilimumab+nivolumab | advanced | 2020-06-09 | 2020-08-01
    T5           | P3         | nivolumab            | advanced | 2020-01-01 | 2020-03-01
    T6           | P3         | ipilimumab           | advanced | 2020-02-05 | 2020-03-01
"""
# P1's response to the rechallenge is never confirmed.
RESPONSES = """
    response_id | patient_id | treatment_id | assessment_date | criteria  | response
    R1          | P1         | T1           | 2020-04-01      | RECIST1.1 | PD
    R2          | P1         | T2           | 2020-10-01      | RECIST1.1 | PR
    R3          | P1         | T2           | 2021-02-01      | RECIST1.1 | PD
    R4          | P2         | T3           | 2020-04-01      | RECIST1.1 | SD
"""
NO_PROGRESSION = Scenario("gap_days", "120", "Gap limit 120 days", parameters={"gap_days": 120})


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as connection:
        load_codelists(connection)
        derive(connection, patients=PATIENTS, treatments=TREATMENTS, responses=RESPONSES)
        build_sensitivity(connection, [seed()], Parameters())
        yield connection


def seed(*, progression_required: bool = True) -> Study:
    study = load_studies()["van-dijk-2025"]
    between = study.between.model_copy(update={"progression_required": progression_required})
    return study.model_copy(update={"between": between})


def value(con: duckdb.DuckDBPyConnection, scenario: str, measure: str) -> float | None:
    parameter, _, tried = scenario.partition("=")
    [(found,)] = rows(
        con,
        "select value from marts.sensitivity where stratum = 'all' "
        f"and parameter = '{parameter}' and tried = '{tried}' and measure = '{measure}'",
    )
    assert found is None or isinstance(found, float)
    return found


@pytest.mark.parametrize(
    ("scenario", "lines"),
    [
        ("gap_days=90", 6),
        ("gap_days=60", 6),
        ("gap_days=120", 5),
        ("combination_window_days=28", 6),
        ("combination_window_days=42", 5),
    ],
)
def test_lines_move_with_the_definitions_of_lines(
    con: duckdb.DuckDBPyConnection, scenario: str, lines: int
) -> None:
    assert value(con, scenario, "lines") == lines


def test_response_moves_with_confirmation(con: duckdb.DuckDBPyConnection) -> None:
    assert value(con, "best_response=unconfirmed", "orr") == 1.0
    assert value(con, "best_response=confirmed", "orr") == 0.0


def test_what_the_study_uses_is_marked_once_a_definition(con: duckdb.DuckDBPyConnection) -> None:
    used = rows(
        con,
        "select distinct parameter, tried from marts.sensitivity where is_default order by all",
    )
    assert used == [
        ("best_response", "unconfirmed"),
        ("combination_window_days", "28"),
        ("gap_days", "90"),
        ("pfs_censoring", "last_evaluable"),
        ("pfs_next_therapy", "ignore"),
        ("stable_disease_days", "42"),
        ("toxicity_window_days", "90"),
    ]


def test_patients_who_enter_and_leave_are_counted(con: duckdb.DuckDBPyConnection) -> None:
    with_p2 = seed(progression_required=False)
    build_sensitivity(con, [with_p2], Parameters(), scenarios=[NO_PROGRESSION])
    try:
        assert value(con, "gap_days=120", "patients") == 1
        assert value(con, "gap_days=120", "patients_left") == 1
        assert value(con, "gap_days=120", "patients_entered") == 0
    finally:
        build_sensitivity(con, [seed()], Parameters())


def test_every_alternative_has_every_measure(con: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        con,
        "select count(*), count(distinct (parameter, tried)), count(distinct measure) "
        "from marts.sensitivity where stratum = 'all'",
    )
    assert found == [(len(SCENARIOS) * len(MEASURES), len(SCENARIOS), len(MEASURES))]
    validate_frame(Sensitivity, con.execute("select * from marts.sensitivity").df())


def test_small_counts_and_small_differences_are_marked(con: duckdb.DuckDBPyConnection) -> None:
    marked = rows(
        con,
        "select measure, bool_and(suppressed), bool_or(suppressed) from marts.sensitivity "
        "where stratum = 'all' and measure in ('patients', 'orr', 'lines') group by all "
        "order by all",
    )
    # One patient; six lines, which a difference of one does not hide.
    assert marked == [("lines", False, False), ("orr", True, True), ("patients", True, True)]


def test_without_studies_the_table_is_empty() -> None:
    with open_memory() as empty:
        assert build_sensitivity(empty, [], Parameters()) == 0
        assert rows(empty, "select count(*) from marts.sensitivity") == [(0,)]


def test_a_study_of_entered_responses_is_not_asked_to_confirm_them() -> None:
    entered = Study.model_validate({**seed().model_dump(), "response_source": "entered"})
    confirming = {"best_response=confirmed", "scenario=trial"}
    assert {scenario.id for scenario in SCENARIOS if not scenario.fits(entered)} == confirming
    assert all(scenario.fits(seed()) for scenario in SCENARIOS)
    tried = [scenario for scenario in SCENARIOS if scenario.parameter in ("best_response", "pfs")]
    with open_memory() as con:
        load_codelists(con)
        derive(con, patients=PATIENTS, treatments=TREATMENTS, responses=RESPONSES)
        build_sensitivity(con, [entered], Parameters(), scenarios=tried)
        assert rows(con, "select distinct parameter, tried from marts.sensitivity") == [
            ("best_response", "unconfirmed")
        ]


def test_an_alternative_says_what_it_changes() -> None:
    for scenario in SCENARIOS:
        assert bool(scenario.parameters) or bool(scenario.endpoints), scenario.id
    assert len({scenario.id for scenario in SCENARIOS}) == len(SCENARIOS)
