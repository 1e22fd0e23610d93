"""The subject view of lines: what was entered beside what was derived.

Belongs here: when an entered best response agrees with the derived one (LIN-T27). Does not belong
here: the rule's verdicts (tests/rules), best response itself (tests/spec).
"""

import duckdb
import pytest

from expectations.catalogue import load_catalogue
from expectations.subjects import create_views
from tests.derivations import derive
from tests.support import rows

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("entered", "assessed", "agrees"),
    [
        ("PR", "PR", True),
        ("PR", "iPR", True),
        ("iPR", "PR", True),
        ("PD", "iUPD", True),
        ("PD", "iCPD", True),
        ("iCPD", "iUPD", True),
        ("NON-CR/NON-PD", "NON-iCR/NON-iUPD", True),
        ("SD", "iUPD", False),
        ("CR", "iPR", False),
        ("SD", "iPR", True),
    ],
)
def test_responses_are_compared_by_what_they_mean(
    con: duckdb.DuckDBPyConnection, entered: str, assessed: str, agrees: bool
) -> None:
    derive(
        con,
        patients="patient_id | vital_status\nP1 | alive",
        treatments=(
            "treatment_id | patient_id | regimen | setting | start_date | stop_date "
            "| best_response\n"
            f"T1 | P1 | nivolumab | advanced | 2020-01-01 | 2020-06-01 | {entered}"
        ),
        responses=(
            "response_id | patient_id | treatment_id | assessment_date | response\n"
            f"R1 | P1 | T1 | 2020-03-01 | {assessed}"
        ),
    )
    create_views(con, [load_catalogue().subjects["treatment_lines"]])
    assert rows(con, "select agreeing_entries > 0 from quality.subject_treatment_lines") == [
        (agrees,)
    ]
