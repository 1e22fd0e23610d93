"""A whole night over the real TCGA melanoma files: what they tell is derived, the rest is not.

The files are public and not part of the project; see test_tcga_ingest for where they are looked
for. They know no adverse events and no dated response, and their dates are relative.
"""

import csv
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from etl.warehouse import open_memory
from tests.pipeline.nights import run_night
from tests.pipeline.test_tcga_ingest import FOLDER, NAME

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the TCGA files are not here"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        run_night(con, FOLDER, "tcga_skcm")
        yield con


def one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """The only row of a query."""
    [row] = con.execute(sql).fetchall()
    return row


def test_every_patient_of_the_file_is_in_the_mart(con: duckdb.DuckDBPyConnection) -> None:
    with (FOLDER / NAME.format("patient")).open(encoding="ascii") as file:
        barcodes = {row[1] for row in list(csv.reader(file, delimiter="\t"))[3:]}
    assert len(barcodes) == 470
    assert {row[0] for row in con.execute("select patient_id from marts.patients").fetchall()} == (
        barcodes
    )


def test_each_drug_row_is_an_exposure_or_says_why_not(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("""
        select
            s.source_line,
            case
                when bool_or(e.source_line is not null) then 'exposure'
                when bool_or(s.substance is null) then 'name empty or unrecognised'
                when not bool_or(s.is_systemic) then 'not systemic antitumour therapy'
                when bool_or(s.start_date is null) then 'no start date'
                when bool_or(s.start_date_earliest > cutoff.export_date) then 'past the cut-off'
                else 'lost'
            end as fate
        from staging.drug_substances as s
        cross join (select max(export_date) as export_date from source.export) as cutoff
        left join derived.exposures as e using (source_file, source_line, substance)
        group by s.source_line
    """).fetchall()
    fates = [fate for _, fate in rows]
    assert sorted(line for line, _ in rows) == list(range(4, 4 + 265))
    assert "lost" not in fates
    assert {fate: fates.count(fate) for fate in fates} == {
        "exposure": 195,
        "name empty or unrecognised": 39,
        "not systemic antitumour therapy": 16,
        "no start date": 7,
        "past the cut-off": 8,
    }


def test_what_is_not_collected_is_not_invented(con: duckdb.DuckDBPyConnection) -> None:
    assert one(con, "select count(*), count(distinct patient_id) from marts.treatment_lines") == (
        (181, 134)
    )
    assert one(
        con,
        "select count(pfs_days), count(progression_date), count(best_overall_response_date), "
        "count(worst_irae_grade), count(*) filter (toxicity_known) from marts.treatment_lines",
    ) == (0, 0, 0, 0, 0)
    assert con.execute("select distinct pfs_end_reason from marts.treatment_lines").fetchall() == [
        ("unknown_progression_not_collected",)
    ]
    assert one(con, "select count(*) from marts.adverse_events") == (0,)
    assert one(
        con, "select sum(applicable) from quality.judged where subject = 'adverse_events'"
    ) == (0,)


def test_overall_survival_is_known_where_the_dead_have_a_date(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert con.execute("""
        select os_end_reason, count(*), count(os_days)
        from marts.treatment_lines group by os_end_reason order by os_end_reason
    """).fetchall() == [
        ("censored_last_contact", 72, 72),
        ("censored_last_record", 12, 12),
        ("death", 96, 96),
        ("unknown_death_undated", 1, 0),
    ]
    assert one(con, "select min(os_days) >= 0 from marts.treatment_lines") == (True,)


def test_rules_that_need_a_calendar_do_not_judge_relative_days(
    con: duckdb.DuckDBPyConnection,
) -> None:
    reasons = dict(
        con.execute("select rule_id, not_applicable_because from quality.judged").fetchall()
    )
    assert reasons["EPI-T03"] == "the source declares calendar_dates = no, not yes"


def test_real_contradictions_are_found_and_readable(con: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        con.execute("""
            select rule_id, count(*) from quality.findings_tonight
            where rule_id in ('PAT-T15', 'PAT-T15b', 'EPI-T02', 'REP-N25') group by rule_id
        """).fetchall()
    )
    assert found == {"PAT-T15": 2, "PAT-T15b": 1, "EPI-T02": 2, "REP-N25": 8}
    assert one(
        con,
        "select source_file, source_line from quality.findings_tonight "
        "where rule_id = 'REP-N25' and raw_values like '%vital_status%'",
    ) == (NAME.format("follow_up_v2.0"), 77)


def test_real_drug_names_are_recognised_but_for_the_honestly_unknown(
    con: duckdb.DuckDBPyConnection,
) -> None:
    unknown = con.execute("""
        select distinct written from staging.drug_substances
        where substance is null and written is not null
    """).fetchall()
    assert {name for (name,) in unknown} == {
        *("Angiocal", "BRAF inhibitor", "GSK Braf Inhibitor", "MEL-44")
    }
    assert con.execute("""
        select distinct substance from staging.drug_substances
        where written in ('Carboplatin Paclitaxel', 'recMAGE A3') or record_key like '%recMAGE%'
        order by substance
    """).fetchall() == [("carboplatin",), ("mage-a3 vaccine",), ("paclitaxel",)]


def test_a_study_of_nobody_leaves_an_empty_cohort(con: duckdb.DuckDBPyConnection) -> None:
    assert one(con, "select count(*) from marts.rechallenges") == (0,)
    first = con.execute("select distinct patients from marts.attrition where step = 1").fetchall()
    assert first == [(470,)]
