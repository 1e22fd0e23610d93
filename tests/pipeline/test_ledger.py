"""What becomes of a finding from night to night: each transition on a story of small nights."""

import duckdb
import pytest

from expectations import ledger
from tests.unit.ledger_support import WHOLE, catalogue_of, events, night, record, statuses

PATIENTS = """
    patient_id | vital_status
    P1         | alive
"""
WRONG = """
    event_id | patient_id | term    | onset_date | resolved_date
    E1       | P1         | Colitis | 2021-03-02 | 2021-02-09
"""
STILL_WRONG = WRONG.replace("2021-02-09", "2021-02-10")
RIGHT = WRONG.replace("2021-02-09", "2021-03-09")
EMPTIED = WRONG.replace("2021-02-09", "          ")
GONE = "event_id | patient_id | term | onset_date | resolved_date"
T19 = catalogue_of("AE-T19")


def test_a_finding_is_new_then_persists_and_its_days_are_counted(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "new", 0)]
    night(con, 2, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 4, T19, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "persisting", 4 - 1)]
    assert events(con) == [("night-1", "E1", "new"), ("night-2", "E1", "persisting")]


def test_a_value_that_holds_now_is_corrected_with_before_and_after(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 3, T19, patients=PATIENTS, adverse_events=RIGHT)
    assert statuses(con) == [("E1", "corrected", 3 - 1)]
    before, after, detail = con.execute(
        "select values_before, values_after, detail from quality.finding_events "
        "where event = 'corrected'"
    ).fetchall()[0]
    assert before == '{"onset_date":"2021-03-02","resolved_date":"2021-02-09"}'
    assert after == '{"onset_date":"2021-03-02","resolved_date":"2021-03-09"}'
    assert detail == "the rule holds now"


def test_a_record_that_is_gone_has_vanished(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, patients=PATIENTS, adverse_events=GONE)
    assert statuses(con) == [("E1", "vanished", 1)]


def test_a_closed_finding_that_comes_back_is_reopened_and_counts_from_there(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, patients=PATIENTS, adverse_events=RIGHT)
    night(con, 5, T19, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "reopened", 0)]
    night(con, 7, T19, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "persisting", 7 - 5)]
    assert [event for _, _, event in events(con)] == ["new", "corrected", "reopened", "persisting"]


def test_a_changed_value_that_is_still_wrong_is_a_new_finding_and_supersedes_the_old(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, patients=PATIENTS, adverse_events=STILL_WRONG)
    assert statuses(con) == [("E1", "superseded", 1), ("E1", "new", 0)]


def test_an_emptied_value_is_not_corrected(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, patients=PATIENTS, adverse_events=EMPTIED)
    assert statuses(con) == [("E1", "persisting", 1)]
    last_seen = con.execute("select last_seen::varchar from quality.findings").fetchall()
    assert last_seen == [("2025-03-01",)]


def test_a_column_no_longer_collected_does_not_correct_anything(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(
        con,
        2,
        T19,
        not_collected=("adverse_events.resolved_date",),
        patients=PATIENTS,
        adverse_events=EMPTIED,
    )
    assert statuses(con) == [("E1", "rule_changed", 1)]
    detail = con.execute(
        "select detail from quality.finding_events where event = 'rule_changed'"
    ).fetchall()
    assert detail == [("the rule no longer applies: not collected: adverse_events.resolved_date",)]
    applicable = con.execute(
        "select applicable, violated, rule_changed from quality.rule_results "
        "where snapshot_id = 'night-2'"
    ).fetchall()
    assert applicable == [(0, 0, 1)]


def test_a_changed_rule_closes_what_it_no_longer_finds(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    milder = T19.rules[0].model_dump(exclude={"ordered", "examples"}, exclude_none=True)
    rule = type(T19.rules[0]).model_validate(
        milder
        | {
            "ordered": {"columns": ["onset_date", "resolved_date"], "tolerance_days": "60"},
            "examples": [{"onset_date": "2021", "verdict": "violated"}],
        }
    )
    changed = type(T19)((rule,), T19.subjects)
    assert changed.rules[0].hash != T19.rules[0].hash
    night(con, 2, changed, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "rule_changed", 1)]
    versions = con.execute("select count(*) from quality.rule_versions").fetchall()
    assert versions == [(2,)]


def test_a_retired_rule_closes_its_findings_as_rule_changed(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, catalogue_of("AE-C14"), patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "rule_changed", 1)]


def test_a_finding_folded_under_its_cause_stays_open(con: duckdb.DuckDBPyConnection) -> None:
    both = catalogue_of("EPI-T02", "EPI-T03")
    patients = "patient_id | death_date\nP1 | 2021-06-01"
    wrong = "treatment_id | patient_id | start_date\nT1 | P1 | 2022-01-01"
    night(con, 1, both, patients=patients, treatments=wrong)
    assert [row[0] for row in con.execute("select rule_id from quality.findings").fetchall()] == [
        "EPI-T02"
    ]
    night(con, 2, both, patients=patients, treatments=wrong.replace("2022", "2052"))
    found = con.execute("select rule_id, status from quality.findings order by 1").fetchall()
    assert found == [("EPI-T02", "persisting"), ("EPI-T03", "new")]
    folded = con.execute(
        "select violated, folded from quality.rule_results "
        "where snapshot_id = 'night-2' and rule_id = 'EPI-T02'"
    ).fetchall()
    assert folded == [(1, 1)]


def test_a_night_killed_before_its_commit_leaves_nothing(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, commit=False, patients=PATIENTS, adverse_events=RIGHT)
    assert statuses(con) == [("E1", "new", 0)]
    assert events(con) == [("night-1", "E1", "new")]
    night(con, 3, T19, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "persisting", 2)]


def test_the_same_snapshot_twice_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, snapshot_id="same", patients=PATIENTS, adverse_events=WRONG)
    night(con, 5, T19, snapshot_id="same", patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "new", 0)]
    assert con.execute("select count(*) from quality.snapshots").fetchall() == [(1,)]
    assert con.execute("select count(*) from quality.rule_results").fetchall() == [(1,)]
    planned = con.execute("select status, days_open from quality.next_findings").fetchall()
    assert planned == [("new", 0)]


def test_a_commit_without_its_plan_is_refused_and_changes_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, commit=False, patients=PATIENTS, adverse_events=WRONG)
    with pytest.raises(ValueError, match="not planned for snapshot other"):
        ledger.commit(con, record("other"))
    assert con.execute("select count(*) from quality.findings").fetchall() == [(0,)]


def test_a_commit_that_fails_half_way_is_rolled_back(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, commit=False, patients=PATIENTS, adverse_events=RIGHT)
    con.execute("drop table quality.next_rule_results")
    with pytest.raises(duckdb.CatalogException):
        ledger.commit(con, record("night-2", 2))
    assert statuses(con) == [("E1", "new", 0)]
    assert con.execute("select count(*) from quality.snapshots").fetchall() == [(1,)]


def test_a_night_of_another_source_leaves_findings_alone(con: duckdb.DuckDBPyConnection) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    con.execute("update quality.findings set source = 'elsewhere', finding_id = 'x'")
    night(con, 2, T19, patients=PATIENTS, adverse_events=GONE)
    assert statuses(con) == [("E1", "new", 0)]


def test_every_rule_has_a_result_every_night(con: duckdb.DuckDBPyConnection) -> None:
    rules = tuple(rule for rule in WHOLE.rules if rule.stage == "source")
    night(con, 1, type(T19)(rules, WHOLE.subjects), patients=PATIENTS, adverse_events=WRONG)
    results = con.execute(
        "select rule_id from quality.rule_results where applicable = judged + cannot_judge"
    ).fetchall()
    assert [row[0] for row in results] == [rule.id for rule in rules]


def test_the_planned_snapshots_hold_this_one_before_it_is_committed(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=WRONG)
    ledger.plan_snapshot(con, record("night-2", 2))
    planned = con.execute("select snapshot_id, state from quality.next_snapshots order by 1")
    assert planned.fetchall() == [("night-1", "published"), ("night-2", "published")]


def test_a_home_of_before_nights_had_numbers_gets_them_in_order(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, snapshot_id="b", patients=PATIENTS, adverse_events=WRONG)
    night(con, 1, T19, snapshot_id="a", patients=PATIENTS, adverse_events=RIGHT)
    for table in ("snapshots", "finding_events"):
        con.execute(f"alter table quality.{table} drop column sequence")
    night(con, 2, T19, snapshot_id="c", patients=PATIENTS, adverse_events=WRONG)
    numbered = "select snapshot_id, sequence from quality.{} order by sequence"
    assert con.execute(numbered.format("snapshots")).fetchall() == [("b", 1), ("a", 2), ("c", 3)]
    said = con.execute("select event, sequence from quality.finding_events order by sequence")
    assert said.fetchall() == [("new", 1), ("corrected", 2), ("reopened", 3)]
