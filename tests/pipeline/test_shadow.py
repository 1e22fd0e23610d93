"""A rule in shadow: judged and counted from the first night, in nobody's list until it has passed.

Belongs here: begin, end, a changed version that starts again, and who is not told meanwhile.
"""

import duckdb
import pytest

from assets.verdicts import colour, read_verdicts
from etl.models import run_layer
from etl.parameters import Parameters
from expectations.catalogue import Catalogue
from expectations.ledger_tables import RULE_RESULTS, create_ledger
from tests.unit.ledger_support import catalogue_of, night, statuses

PATIENTS = """
    patient_id | vital_status | last_contact_date
    P1         | alive        | 2024-12-01
"""
TREATMENTS = """
    treatment_id | patient_id | setting  | regimen    | start_date | stop_date
    T1           | P1         | advanced | ipilimumab | 2021-01-05 | 2021-04-01
"""
EVENTS = """
    event_id | patient_id | treatment_id | term    | grade | onset_date | resolved_date
    E1       | P1         | T1           | Colitis | 3     | 2021-03-02 | 2021-02-09
"""
TABLES = {"patients": PATIENTS, "treatments": TREATMENTS, "adverse_events": EVENTS}
T19 = catalogue_of("AE-T19")
TRIED = catalogue_of("AE-T19", shadow_nights=2)


def _counts(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int, int]:
    row = con.execute(
        "select judged, violated, shadowed, shadow_nights_left from quality.judged"
    ).fetchone()
    assert row is not None
    return row


def _set_aside(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, int]]:
    return con.execute(
        "select rule_id, record_key, source_file, source_line from quality.shadowed_tonight"
    ).fetchall()


def test_it_is_judged_and_counted_and_nobody_is_asked(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, TRIED, **TABLES)
    assert _counts(con) == (1, 1, 1, 2)
    assert statuses(con) == []
    assert con.execute("select count(*) from quality.findings_tonight").fetchall() == [(0,)]
    assert _set_aside(con) == [("AE-T19", "E1", "adverse_events.csv", 2)]
    results = con.execute("select violated, shadowed, new from quality.rule_results").fetchall()
    assert results == [(1, 1, 0)]


def test_it_comes_out_after_its_nights_and_its_findings_are_new(
    con: duckdb.DuckDBPyConnection,
) -> None:
    left = []
    for day in (1, 2, 3):
        night(con, day, TRIED, **TABLES)
        left.append(_counts(con)[3])
    assert left == [2, 1, 0]
    assert statuses(con) == [("E1", "new", 0)]
    assert _set_aside(con) == []
    assert con.execute(
        "select shadowed, new from quality.rule_results order by snapshot_id"
    ).fetchall() == [(1, 0), (1, 0), (0, 1)]


def test_only_published_nights_count_and_a_day_counts_once(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, TRIED, commit=False, **TABLES)
    night(con, 1, TRIED, **TABLES)
    night(con, 1, TRIED, snapshot_id="again", **TABLES)
    night(con, 2, TRIED, commit=False, **TABLES)
    assert _counts(con)[3] == 1


def test_nights_of_another_registry_do_not_count(con: duckdb.DuckDBPyConnection) -> None:
    for day in (1, 2):
        night(con, day, TRIED, **TABLES)
    con.execute("update quality.snapshots set source = 'elsewhere'")
    night(con, 3, TRIED, **TABLES)
    assert _counts(con)[3] == 2


def test_a_changed_version_starts_again(con: duckdb.DuckDBPyConnection) -> None:
    for day in (1, 2, 3):
        night(con, day, TRIED, **TABLES)
    changed = catalogue_of("AE-T19", shadow_nights=2, applies_when="grade > 2")
    night(con, 4, changed, **TABLES)
    assert _counts(con) == (1, 1, 1, 2)
    assert statuses(con) == [("E1", "rule_changed", 3 - 2)]
    night(con, 5, changed, **TABLES)
    night(con, 6, changed, **TABLES)
    assert _counts(con)[3] == 0
    assert statuses(con) == [("E1", "reopened", 0)]


def test_other_words_do_not_start_it_again(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, TRIED, **TABLES)
    reworded = catalogue_of("AE-T19", shadow_nights=2, title="It ends after it began")
    night(con, 2, reworded, **TABLES)
    assert _counts(con)[3] == 1


def test_a_standing_rule_that_is_put_in_shadow_closes_its_findings(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, **TABLES)
    longer = catalogue_of("AE-T19", shadow_nights=14)
    night(con, 2, longer, **TABLES)
    assert _counts(con)[3] == 14 - 1
    assert statuses(con) == [("E1", "rule_changed", 1)]
    detail = con.execute(
        "select detail from quality.finding_events where event = 'rule_changed'"
    ).fetchall()
    assert detail == [("the rule is in shadow",)]


def test_nothing_is_folded_under_a_cause_in_shadow(con: duckdb.DuckDBPyConnection) -> None:
    future = TREATMENTS.replace("2021-01-05", "2052-01-05")
    died = PATIENTS.replace("alive        | 2024-12-01", "dead         | 2021-12-01").replace(
        "last_contact_date", "death_date       "
    )
    rules = catalogue_of("EPI-T02", "EPI-T03")
    cause = rules.rules[1].model_copy(update={"shadow_nights": 1})
    night(
        con, 1, Catalogue((rules.rules[0], cause), rules.subjects), patients=died, treatments=future
    )
    assert con.execute("select rule_id from quality.findings").fetchall() == [("EPI-T02",)]
    assert con.execute("select count(*) from quality.folded_tonight").fetchall() == [(0,)]


@pytest.mark.parametrize(("catalogue", "doubt"), [(T19, "AE-T19"), (TRIED, None)])
def test_it_makes_nothing_doubtful(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, doubt: str | None
) -> None:
    night(con, 1, catalogue, **TABLES)
    run_layer(con, "derived", Parameters().as_sql())
    run_layer(con, "marts", Parameters().as_sql())
    doubts = con.execute("select toxicity_doubtful_because from marts.treatment_lines").fetchall()
    assert doubts == [(doubt,)]


def test_its_check_is_green_and_says_what_it_would_have_found(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, TRIED, **TABLES)
    verdict = read_verdicts(con)["AE-T19"]
    passed, _ = colour(TRIED.rules[0], verdict)
    assert passed
    assert verdict.sentence() == "in shadow: would have found 1; 2 nights left; 1 of 1 judged"
    night(con, 2, TRIED, **TABLES)
    assert "; 1 night left; " in read_verdicts(con)["AE-T19"].sentence()
    night(con, 3, TRIED, **TABLES)
    verdict = read_verdicts(con)["AE-T19"]
    assert verdict.sentence().startswith("1 new, 0 reopened")
    assert not colour(TRIED.rules[0], verdict)[0]


def test_the_ledger_of_an_older_home_gets_the_columns_it_lacks(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, **TABLES)
    con.execute("alter table quality.rule_results drop column shadowed")
    con.execute("alter table quality.rule_results drop column rule_hash")
    create_ledger(con)
    assert con.execute("select shadowed, rule_hash from quality.rule_results").fetchall() == [
        (0, None)
    ]
    night(con, 2, TRIED, **TABLES)
    assert _counts(con)[3] == 2, "nights of before are not known to be of this version"
    described = con.execute("describe quality.rule_results").fetchall()
    assert [row[0] for row in described] == list(RULE_RESULTS)
