"""A wide file: several parts of a table, and several tables, read one line."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.ingest import load_export
from etl.models import run_layer
from etl.parameters import Parameters
from etl.sources import Mapping
from etl.worklists.export import source_columns
from etl.worklists.references import prepare_references
from expectations.catalogue import load_catalogue
from expectations.evaluate import judge, prepare
from expectations.ledger_tables import FINDINGS, create_ledger, create_next
from tests.unit.ingest_support import rows

LEFT_OUT = [
    "hospital_id",
    "ongoing",
    "stop_reason",
    "line_number",
    "rechallenge",
    "best_response",
    "severe_toxicity",
]
NEVER = ["baselines", "drugs", "adverse_events", "local_treatments", "hospitals"]


def episode(drug: str) -> dict[str, Any]:
    """The part that takes one of the drugs of a line as an episode."""
    return {
        "from": "wide",
        "columns": {
            "treatment_id": {"concat": ["id", drug]},
            "patient_id": "id",
            "regimen": drug,
            "start_date": f"{drug}_start",
            "stop_date": f"{drug}_stop",
            "setting": {"constant": "advanced"},
            "source_record_ref": f"{drug}_ref",
        },
        "not_collected": LEFT_OUT,
    }


MAPPING = Mapping.model_validate(
    {
        "registry": "wide",
        "title": "Wide",
        "description": "A line a patient.",
        "files": {"wide": "wide.csv"},
        "tables": {
            "patients": {
                "from": "wide",
                "columns": {"patient_id": "id", "vital_status": {"constant": "alive"}},
                "not_collected": [
                    *("hospital_id", "sex", "birth_date", "death_date", "death_cause"),
                    "last_contact_date",
                ],
            },
            "treatments": [episode("io"), episode("tki")],
            "responses": {
                "from": "wide",
                "columns": {
                    "response_id": {"concat": ["id", "pd"]},
                    "patient_id": "id",
                    "treatment_id": {"concat": ["id", "io"]},
                    "assessment_date": "pd",
                    "criteria": {"constant": "clinical"},
                    "response": {"constant": "PD"},
                },
            },
        },
        "not_collected": NEVER,
    }
)
WIDE = """\
id,io,io_start,io_stop,io_ref,tki,tki_start,tki_stop,tki_ref,pd
P1,Nivolumab,2021-06-01,2021-09-01,A1,dabrafenib,2020-05-01,2020-02-30,A2,2021-10-01
P2,Nivolumab,2021-06-31,2021-09-01,A3,dabrafenib,2020-05-01,2020-08-01,A4,2021-10-01
"""
LATER = ("first_seen", "last_seen", "days_open", "opened_on")
PLACED = "source_file, source_line, source_part, source_number"


@pytest.fixture
def wide(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """The wide file staged and judged, its findings planned as on a first night."""
    (tmp_path / "wide.csv").write_text(WIDE)
    load_export(con, tmp_path, "wide", mapping=MAPPING)
    run_layer(con, "staging", Parameters().as_sql())
    catalogue = load_catalogue()
    prepare(con, catalogue)
    judge(con, catalogue, "source")
    return con


def test_each_part_gives_a_row_for_a_line(wide: duckdb.DuckDBPyConnection) -> None:
    assert rows(wide, f"select treatment_id, {PLACED} from staging.treatments order by all") == [
        ("P1|Nivolumab", "wide.csv", 2, 2, 1),
        ("P1|dabrafenib", "wide.csv", 2, 3, 1),
        ("P2|Nivolumab", "wide.csv", 3, 2, 2),
        ("P2|dabrafenib", "wide.csv", 3, 3, 2),
    ]
    assert rows(wide, "select response_id, is_placed from staging.responses order by all") == [
        ("P1|2021-10-01", True),
        ("P2|2021-10-01", True),
    ]
    given = "select treatment_id, substance, start_date::varchar from staging.drug_substances"
    assert rows(wide, f"{given} order by all") == [
        ("P1|Nivolumab", "nivolumab", "2021-06-01"),
        ("P1|dabrafenib", "dabrafenib", "2020-05-01"),
        ("P2|Nivolumab", "nivolumab", None),
        ("P2|dabrafenib", "dabrafenib", "2020-05-01"),
    ]


def test_what_is_judged_is_each_row_once(wide: duckdb.DuckDBPyConnection) -> None:
    for subject, expected in (("treatments", 4), ("responses", 2), ("drug_substances", 4)):
        view = f"quality.subject_{subject}"
        assert rows(wide, f"select count(*), count(distinct record_key) from {view}") == [
            (expected, expected)
        ]


def test_a_finding_has_place_value_column_and_reference_of_its_own_part(
    wide: duckdb.DuckDBPyConnection,
) -> None:
    unreadable = (
        "from quality.findings_tonight where subject = 'treatments' and rule_id in "
        "(select rule_id from quality.findings_tonight where raw_values like '%2020-02-30%') "
        "and raw_values similar to '.*(2020-02-30|2021-06-31).*'"
    )
    found = rows(wide, f"select distinct record_key, {PLACED} {unreadable} order by all")
    assert found[:1] == [("P1|dabrafenib", "wide.csv", 2, 3, 1)]
    name = source_columns(MAPPING)
    assert name("treatments", "stop_date", found[0][3]) == "tki_stop"
    assert name("treatments", "stop_date", 2) == "io_stop"
    assert name("treatments", "stop_date", None) == "io_stop / tki_stop"
    assert name("responses", "assessment_date", 4) == "pd"

    create_ledger(wide)
    create_next(wide, "findings", FINDINGS)
    given = [one for one in FINDINGS if one not in ("status", "closed_on", *LATER)]
    wide.execute(
        f"insert into quality.next_findings ({', '.join([*given, 'status', *LATER])}) "
        f"select {', '.join(given)}, 'new', date '2025-01-01', date '2025-01-01', 0, "
        "date '2025-01-01' from quality.findings_tonight where subject = 'treatments'"
    )
    prepare_references(wide)
    assert rows(
        wide,
        "select distinct record_key, source_record_ref from quality.finding_references "
        "inner join quality.next_findings using (finding_id) "
        "where record_key in ('P1|dabrafenib', 'P2|Nivolumab') order by all",
    ) == [("P1|dabrafenib", "A2"), ("P2|Nivolumab", "A3")]
