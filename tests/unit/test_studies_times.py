"""A study's own times: its variants, its index, delayed entry, cumulative incidence.

Belongs here: that the study gets the variant and the index it names, and how estimates are
labelled. Does not belong here: what a variant is (tests of etl/survival).
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from etl.sql_macros import create_macros
from etl.studies.endpoints import time_endpoints
from etl.studies.engine import select_cohort
from etl.studies.estimates import IMMORTAL_TIME
from etl.warehouse import create_schemas
from expectations.codelists import load_codelists
from tests.derivations import derive
from tests.spec.language import Paragraph, as_rows
from tests.unit.study_support import IPI, add_patient, build, marts, study_with

TIMELINES = {
    "progressed": """
        0-100 nivolumab reason=completed
        300-400 nivolumab reason=completed
        384 scan SD
        500-600 dabrafenib + trametinib
        700 scan PD
        1000 contact""",
    "lives": """
        0-100 nivolumab reason=completed
        300-400 nivolumab reason=completed
        384 scan SD
        450 scan NE
        1200 contact""",
    "treated since contact": """
        0-100 nivolumab reason=completed
        300-400 nivolumab reason=completed
        380 contact
        400 scan NE""",
}
AGAIN: dict[str, Any] = {
    "initial": {"regimens": ["nivolumab"]},
    "rechallenge": {"match": "same_regimen", "regimens": []},
    "between": {"progression_required": False},
    "strata": "none",
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    tables: dict[str, Any] = {}
    for patient, timeline in TIMELINES.items():
        for table, rows in as_rows(Paragraph("", timeline), patient).items():
            tables.setdefault(table, []).extend(rows)
    with duckdb.connect() as derived:
        create_schemas(derived)
        load_codelists(derived)
        create_macros(derived)
        derive(derived, **tables)
        yield derived


@pytest.mark.parametrize(
    ("pfs", "patient", "expected"),
    [
        ({}, "progressed", (400, True, "progression")),
        ({"next_therapy": "censor"}, "progressed", (84, False, "censored_next_line")),
        ({"next_therapy": "event"}, "progressed", (200, True, "next_line")),
        (
            {"missed_assessments_days": 315},
            "progressed",
            (84, False, "censored_missed_assessments"),
        ),
        ({"missed_assessments_days": 316}, "progressed", (400, True, "progression")),
        ({}, "lives", (84, False, "censored_last_evaluable_assessment")),
        ({"censoring": "last_assessment"}, "lives", (150, False, "censored_last_assessment")),
        ({"censoring": "last_contact"}, "lives", (900, False, "censored_last_contact")),
    ],
)
def test_a_study_gets_the_progression_free_survival_it_names(
    con: duckdb.DuckDBPyConnection,
    pfs: dict[str, Any],
    patient: str,
    expected: tuple[int, bool, str],
) -> None:
    select_cohort(con, study_with(**AGAIN, endpoints={"pfs": pfs}))
    found = con.execute(
        "select pfs_days, pfs_event, pfs_end_reason from marts.rechallenges where patient_id = ?",
        [patient],
    ).fetchone()
    assert found == expected


@pytest.mark.parametrize(
    ("survival", "days"),
    [({}, 100), ({"censoring": "last_contact"}, 80), ({"index": "initial_start"}, 400)],
)
def test_a_study_gets_the_overall_survival_it_names(
    con: duckdb.DuckDBPyConnection, survival: dict[str, Any], days: int
) -> None:
    select_cohort(con, study_with(**AGAIN, endpoints={"os": survival}))
    found = con.execute(
        "select os_days, os_event, entry_days from marts.rechallenges "
        " where patient_id = 'treated since contact'"
    ).fetchone()
    assert found == (days, False, 300)


def test_the_index_of_the_study_is_that_of_its_times_unless_they_name_their_own() -> None:
    asked = study_with(**AGAIN, index_date="initial_start")
    assert (asked.pfs_index, asked.os_index) == ("initial_start", "initial_start")
    asked = study_with(
        **AGAIN, index_date="initial_start", endpoints={"pfs": {"index": "rechallenge_start"}}
    )
    assert (asked.pfs_index, asked.os_index) == ("rechallenge_start", "initial_start")
    names = [endpoint.name for endpoint in time_endpoints(asked)]
    assert names == ["pfs", "os", "os_delayed_entry", "dor", "ttnt", "follow_up"]


def test_time_in_which_nobody_could_die_is_said_and_the_estimate_without_it_stands_beside() -> None:
    # From the initial start: deaths on days 400, 500, 900 and one alive on day 1,000. Entries on
    # days 300, 450, 350 and 1,000: the last is never at risk after the rechallenge.
    courses = ((300, 400), (450, 500), (350, 900), (1_000, 1_000))
    with marts() as con:
        for number, (entry, end) in enumerate(courses):
            add_patient(
                con,
                f"p{number}",
                {"regimen": IPI, "start": 0, "end": 60, "os_days": end, "os_event": end < 1_000},
                {"regimen": IPI, "start": entry, "os_days": end - entry, "os_event": end < 1_000},
            )
        build(
            con,
            study_with(
                rechallenge={"match": "same_regimen", "regimens": []},
                between={"progression_required": False},
                strata="none",
                endpoints={"os": {"index": "initial_start"}, "survival_at_months": [15]},
            ),
        )
        rows = con.execute(
            "select endpoint, statistic, value, numerator, denominator, evaluable_set, method"
            " from marts.estimates where endpoint in ('os', 'os_delayed_entry')"
            " and edition = 'as_registered' and subset = 'all' order by endpoint, statistic"
        ).fetchall()
    found = {(row[0], row[1]): row[2:] for row in rows}
    survival = found["os", "survival_at"]
    assert survival[:4] == (3 / 4, 1, 4, "os_known_from_initial")
    assert IMMORTAL_TIME in survival[4]
    late = found["os_delayed_entry", "survival_at"]
    # Day 400: of those on days 300 and 350, one dies. Day 456: none more.
    assert late[:4] == (1 / 2, 1, 3, "os_known_at_entry")
    assert "delayed entry" in late[4]
    # Day 500: of those who came on days 450 and 350, one dies, so half of a half is left.
    assert found["os_delayed_entry", "median"][0] == pytest.approx(400 / 30.4375)
    assert IMMORTAL_TIME not in late[4]
