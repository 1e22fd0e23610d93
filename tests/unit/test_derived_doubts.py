"""Which lines an error finding makes doubtful, and which it leaves alone."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.models import load_models, run_model
from etl.parameters import Parameters
from etl.warehouse import open_memory
from expectations.codelists import load_codelists
from expectations.export_format import TABLES
from expectations.quality_tables import FINDINGS_TONIGHT
from tests.derivations import create_quality_tables, derive
from tests.support import rows

PATIENTS = """
    patient_id | vital_status
    P1         | alive
    P2         | alive
"""
TREATMENTS = """
    treatment_id | patient_id | regimen    | setting  | start_date | stop_date
    T1           | P1         | ipilimumab | advanced | 2020-01-01 | 2020-03-01
    T2           | P1         | nivolumab  | advanced | 2020-06-01 | 2020-12-01
    T3           | P2         | nivolumab  | advanced | 2020-06-01 | 2020-12-01
    T4           | P1         | nivolumab  | advanced |            |
"""
RESPONSES = """
    response_id | patient_id | treatment_id | assessment_date | criteria  | response
    R1          | P1         | T1           | 2020-04-01      | RECIST1.1 | SD
    R2          | P1         | T2           | 2020-08-01      | RECIST1.1 | PD
    R3          | P1         | T2           |                 | RECIST1.1 | PD
    R4          | P1         |              |                 | RECIST1.1 | PD
"""
EVENTS = """
    event_id | patient_id | treatment_id | term    | ctcae_version | grade | onset_date
    E1       | P1         | T2           | Colitis | 5.0           | 3     | 2020-07-01
"""
DRUGS = """
    treatment_id | drug       | start_date | stop_date
    T3           | nivolumab  | 2020-06-01 | 2020-12-01
"""


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The registry above, derived once; each test asks for the doubts anew."""
    with open_memory() as connection:
        load_codelists(connection)
        derive(
            connection,
            patients=PATIENTS,
            treatments=TREATMENTS,
            drugs=DRUGS,
            responses=RESPONSES,
            adverse_events=EVENTS,
        )
        yield connection


def doubts(
    con: duckdb.DuckDBPyConnection,
    subject: str,
    record_key: str,
    *,
    affects: tuple[str, ...] = ("response",),
    severity: str = "error",
    accepted: bool = False,
    stage: str = "source",
    line: int = 99,
) -> list[tuple[str, str]]:
    """Lines and what of them is doubtful, after one finding on one record."""
    create_quality_tables(con)
    for value in affects:
        con.execute("insert into quality.rule_affects values ('X-01', ?)", [value])
    finding = {
        "rule_id": "X-01",
        "stage": stage,
        "subject": subject,
        "record_key": record_key,
        "patient_id": "P2" if record_key.startswith("T3") else "P1",
        "source_file": f"{subject}.csv",
        "source_line": line,
        "source_part": [*TABLES, subject].index(subject) + 1,
        "source_number": line - 1,
        "severity": severity,
        "is_accepted": accepted,
    }
    # What a doubt does not look at is filled in, so that the ledger may add to it.
    required = [name for name, (kind, _) in FINDINGS_TONIGHT.items() if "not null" in kind]
    values = dict.fromkeys(required, "-") | finding
    con.execute(
        f"insert into quality.findings_tonight ({', '.join(values)}) "
        f"values ({', '.join('?' * len(values))})",
        list(values.values()),
    )
    for model in ("derived.line_doubts", "marts.treatment_lines"):
        run_model(con, load_models()[model], Parameters().as_sql())
    return rows(con, "select line_id, affects from derived.line_doubts order by all")


LINE_1, LINE_2, OTHER = "P1|advanced|1", "P1|advanced|2", "P2|advanced|1"


def test_a_doubtful_treatment_is_its_lines_doubt(con: duckdb.DuckDBPyConnection) -> None:
    assert doubts(con, "treatments", "T1") == [(LINE_1, "response")]


def test_a_treatment_without_a_line_is_the_patients_doubt(con: duckdb.DuckDBPyConnection) -> None:
    assert doubts(con, "treatments", "T4", affects=("lines",)) == [
        (LINE_1, "lines"),
        (LINE_2, "lines"),
    ]


def test_a_doubtful_drug_is_told_by_its_line_in_the_file(con: duckdb.DuckDBPyConnection) -> None:
    key = "T3|2692a6ae|1"
    assert doubts(con, "drugs", key, line=2) == [(OTHER, "response")]


def test_a_doubtful_assessment_is_the_doubt_of_the_line_its_date_gives(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert doubts(con, "responses", "R1") == [(LINE_1, "response")]


def test_a_progression_is_the_doubt_of_every_line_whose_pfs_it_ends(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert doubts(con, "responses", "R2", affects=("pfs", "response")) == [
        (LINE_1, "pfs"),
        (LINE_2, "pfs"),
        (LINE_2, "response"),
    ]


def test_an_undated_assessment_is_the_doubt_of_its_episode(con: duckdb.DuckDBPyConnection) -> None:
    assert doubts(con, "responses", "R3") == [(LINE_2, "response")]


def test_without_an_episode_it_is_the_patients_doubt(con: duckdb.DuckDBPyConnection) -> None:
    assert doubts(con, "responses", "R4") == [(LINE_1, "response"), (LINE_2, "response")]


def test_a_doubtful_event_is_its_lines_doubt(con: duckdb.DuckDBPyConnection) -> None:
    assert doubts(con, "adverse_events", "E1", affects=("toxicity",)) == [(LINE_2, "toxicity")]


def test_a_doubtful_patient_is_the_doubt_of_all_lines(con: duckdb.DuckDBPyConnection) -> None:
    assert doubts(con, "patients", "P1", affects=("os",)) == [(LINE_1, "os"), (LINE_2, "os")]


def test_a_warning_an_accepted_finding_and_a_derived_one_doubt_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert doubts(con, "treatments", "T1", severity="warning") == []
    assert doubts(con, "treatments", "T1", accepted=True) == []
    assert doubts(con, "treatments", "T1", stage="derived") == []


def test_the_mart_names_the_rules(con: duckdb.DuckDBPyConnection) -> None:
    doubts(con, "responses", "R2", affects=("pfs",))
    assert rows(
        con,
        "select line_id, pfs_doubtful_because, os_doubtful_because from marts.treatment_lines "
        "where patient_id = 'P1' order by line_id",
    ) == [(LINE_1, "X-01", None), (LINE_2, "X-01", None)]
