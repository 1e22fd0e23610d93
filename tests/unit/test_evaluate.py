"""Judging a stage: three verdicts, their counts, folding, what is not collected."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations import acceptance_bindings, acceptances, evaluate
from expectations.catalogue import Catalogue
from expectations.compile_rules import compile_rule
from expectations.errors import CatalogueError
from expectations.evaluate import RuleCount, gate_holders, judge, prepare, record_verdicts
from tests.support import native, run_layers
from tests.unit.ledger_support import catalogue_of

EVENTS = """
    event_id | patient_id | term    | onset_date | resolved_date | grade
    E1       | P1         | Colitis | 2021-03-02 | 2021-03-09    | 2
    E2       | P1         | Colitis | 2021-03-02 | 2021-02-09    | 3
    E3       | P1         | Colitis | 2021-03-02 | 2021-03       | 3-4
    E4       | P1         | Colitis | 2021-03-02 |               | 9
    E5       | P1         | Colitis | 2021-03-02 | 31-02-2021    | 1
"""


def _night(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, events: str = EVENTS, **options: object
) -> dict[str, RuleCount]:
    tables = {"patients": "patient_id | hospital_id\nP1 | H1", "adverse_events": events}
    native(con, **{**tables, **options})  # type: ignore[arg-type]
    run_layers(con, "staging")
    prepare(con, catalogue)
    return {count.rule_id: count for count in judge(con, catalogue, "source")}


def _counts(count: RuleCount) -> tuple[int, int, int, int]:
    return count.applicable, count.judged, count.violated, count.cannot_judge


def test_a_partial_missing_or_unreadable_date_is_neither_a_pass_nor_a_finding(
    con: duckdb.DuckDBPyConnection,
) -> None:
    counts = _night(con, catalogue_of("AE-T19", "AE-C02", "AE-C14", "AE-C14b"))
    assert _counts(counts["AE-T19"]) == (5, 1 + 1, 1, 3)
    assert _counts(counts["AE-C02"]) == (5, 5, 1, 0)
    assert _counts(counts["AE-C14"]) == (5, 4, 1, 1)
    assert _counts(counts["AE-C14b"]) == (5, 5, 1, 0)
    found = con.execute(
        "select rule_id, record_key, source_file, source_line from quality.findings_tonight "
        "order by rule_id"
    ).fetchall()
    assert found == [
        ("AE-C02", "E5", "adverse_events.csv", 6),
        ("AE-C14", "E4", "adverse_events.csv", 5),
        ("AE-C14b", "E3", "adverse_events.csv", 4),
        ("AE-T19", "E2", "adverse_events.csv", 3),
    ]


def test_a_finding_carries_what_was_entered_and_what_it_was_compared_with(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _night(
        con,
        catalogue_of("AE-T02"),
        patients="patient_id | hospital_id | death_date\nP1 | H1 | 2021-02",
    )
    found = con.execute(
        "select raw_values, compared_with, patient_id, hospital_id, severity, is_accepted "
        "from quality.findings_tonight where record_key = 'E1'"
    ).fetchall()
    expected = ('{"onset_date":"2021-03-02"}', '{"patient_death_date":"2021-02"}')
    assert found == [(*expected, "P1", "H1", "error", False)]


def test_a_rule_on_a_column_that_is_not_collected_is_not_applicable(
    con: duckdb.DuckDBPyConnection,
) -> None:
    counts = _night(
        con, catalogue_of("AE-T19", "AE-C14"), not_collected=("adverse_events.resolved_date",)
    )
    assert _counts(counts["AE-T19"]) == (0, 0, 0, 0)
    assert counts["AE-T19"].not_applicable_because == "not collected: adverse_events.resolved_date"
    assert _counts(counts["AE-C14"]) == (5, 4, 1, 1)


def test_a_rule_on_several_columns_is_asked_while_one_of_them_is_collected(
    con: duckdb.DuckDBPyConnection,
) -> None:
    counts = _night(con, catalogue_of("AE-C02"), not_collected=("adverse_events.onset_date",))
    assert counts["AE-C02"].applicable == 5


def test_a_need_that_the_source_does_not_declare_makes_a_rule_not_applicable(
    con: duckdb.DuckDBPyConnection,
) -> None:
    future = EVENTS.replace("2021-02-09", "2052-02-09")
    counts = _night(con, catalogue_of("AE-T03"), future, declares={"calendar_dates": "no"})
    assert _counts(counts["AE-T03"]) == (0, 0, 0, 0)
    assert counts["AE-T03"].not_applicable_because == (
        "the source declares calendar_dates = no, not yes"
    )
    counts = _night(con, catalogue_of("AE-T03"), future)
    assert counts["AE-T03"].violated == 1


def test_a_consequence_is_counted_and_folded_under_its_cause(
    con: duckdb.DuckDBPyConnection,
) -> None:
    options = {
        "patients": "patient_id | death_date\nP1 | 2021-06-01",
        "treatments": "treatment_id | patient_id | start_date\nT1 | P1 | 2052-01-01",
    }
    counts = _night(con, catalogue_of("EPI-T02", "EPI-T03"), **options)
    assert (counts["EPI-T02"].violated, counts["EPI-T02"].folded) == (1, 1)
    assert (counts["EPI-T03"].violated, counts["EPI-T03"].folded) == (1, 0)
    reported = con.execute("select rule_id from quality.findings_tonight").fetchall()
    assert reported == [("EPI-T03",)]
    folded = con.execute("select rule_id, record_key from quality.folded_tonight").fetchall()
    assert folded == [("EPI-T02", "T1")]


def test_a_consequence_of_another_subject_is_folded_by_patient(
    con: duckdb.DuckDBPyConnection,
) -> None:
    both = catalogue_of("AE-T19", "PAT-T15")
    cause = both.rules[1].model_copy(update={"affects": ("toxicity",)})
    child = both.rules[0].model_copy(update={"depends": ("PAT-T15",)})
    events = EVENTS + "    E6 | P2 | Colitis | 2021-03-02 | 2021-02-09 | 3"
    patients = "patient_id | vital_status\nP1 | dead\nP2 | alive"
    counts = _night(con, Catalogue((child, cause), both.subjects), events, patients=patients)
    assert (counts["AE-T19"].violated, counts["AE-T19"].folded) == (2, 1)
    reported = con.execute("select rule_id, record_key from quality.findings_tonight order by 1")
    assert reported.fetchall() == [("AE-T19", "E6"), ("PAT-T15", "P1")]


def test_an_accepted_cause_folds_nothing(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    acceptances.accept(path, "EPI-T03", "T1", author="a", reason="b")
    catalogue = catalogue_of("EPI-T02", "EPI-T03")
    native(
        con,
        patients="patient_id | death_date\nP1 | 2021-06-01",
        treatments="treatment_id | patient_id | start_date\nT1 | P1 | 2052-01-01",
    )
    run_layers(con, "staging")
    prepare(con, catalogue)
    acceptance_bindings.load(con, path, date(2025, 3, 3))
    judge(con, catalogue, "source")
    found = con.execute("select rule_id, is_accepted from quality.findings_tonight order by 1")
    assert found.fetchall() == [("EPI-T02", False), ("EPI-T03", True)]


def test_equal_rows_under_one_key_are_one_finding(con: duckdb.DuckDBPyConnection) -> None:
    twice = EVENTS + "    E2 | P1 | Colitis | 2021-03-02 | 2021-02-09 | 3"
    counts = _night(con, catalogue_of("AE-T19"), twice)
    assert counts["AE-T19"].violated == 2
    found = con.execute("select record_key, source_line from quality.findings_tonight").fetchall()
    assert found == [("E2", 3)]


def test_the_finding_id_follows_record_and_values_not_the_line(
    con: duckdb.DuckDBPyConnection,
) -> None:
    query = "select finding_id from quality.findings_tonight"
    _night(con, catalogue_of("AE-T19"))
    first = con.execute(query).fetchall()
    header, *body = EVENTS.strip().splitlines()
    _night(con, catalogue_of("AE-T19"), "\n".join([header, *reversed(body)]))
    assert con.execute(query).fetchall() == first
    _night(con, catalogue_of("AE-T19"), EVENTS.replace("2021-02-09", "2021-02-08"))
    assert con.execute(query).fetchall() != first


def test_a_finding_stays_the_same_when_only_the_data_cut_off_moves(
    con: duckdb.DuckDBPyConnection,
) -> None:
    query = "select finding_id, accept_key, compared_with from quality.findings_tonight"
    future = EVENTS.replace("2021-02-09", "2052-02-09")
    _night(con, catalogue_of("AE-T03"), future, export_date=date(2025, 3, 3))
    [(finding, key, compared)] = con.execute(query).fetchall()
    _night(con, catalogue_of("AE-T03"), future, export_date=date(2025, 3, 4))
    [(finding_then, key_then, compared_then)] = con.execute(query).fetchall()
    assert (finding_then, key_then) == (finding, key)
    assert (compared, compared_then) != (compared_then, compared)


def test_judging_a_stage_again_replaces_its_rows(con: duckdb.DuckDBPyConnection) -> None:
    catalogue = catalogue_of("AE-T19")
    _night(con, catalogue)
    judge(con, catalogue, "source")
    assert con.execute("select count(*) from quality.judged").fetchall() == [(1,)]
    assert con.execute("select count(*) from quality.findings_tonight").fetchall() == [(1,)]


def test_no_rows_are_no_pass(con: duckdb.DuckDBPyConnection) -> None:
    counts = _night(con, catalogue_of("AE-T19"), "event_id | patient_id")
    assert _counts(counts["AE-T19"]) == (0, 0, 0, 0)


def test_single_records_can_be_asked(con: duckdb.DuckDBPyConnection) -> None:
    catalogue = catalogue_of("AE-T19")
    _night(con, catalogue)
    verdicts = record_verdicts(
        con, catalogue, catalogue.rules[0], "select 'E' || n from range(6) t(n)"
    )
    assert verdicts == [
        ("E1", "holds"),
        ("E2", "violated"),
        ("E3", "cannot be judged"),
        ("E4", "cannot be judged"),
        ("E5", "cannot be judged"),
    ]


def test_a_rule_whose_sql_does_not_run_is_named_without_values(
    con: duckdb.DuckDBPyConnection,
) -> None:
    broken = catalogue_of("AE-C14", applies_when="term::integer > 0")
    with pytest.raises(CatalogueError, match="rule AE-C14 on subject adverse_events") as caught:
        _night(con, broken)
    assert "Colitis" not in str(caught.value)


def test_a_rule_names_only_columns_and_parameters_that_exist() -> None:
    rule = catalogue_of("AE-T19").rules[0]
    with pytest.raises(CatalogueError, match="subject adverse_events has no column onset_date"):
        compile_rule(rule, {"grade": "INTEGER"}, "t")
    unknown = rule.model_copy(update={"applies_when": "grade > $limit"})
    columns = {"onset_date": "DATE", "resolved_date": "DATE"}
    with pytest.raises(CatalogueError, match="there is no parameter limit"):
        compile_rule(unknown, columns, "t")


def test_a_violated_gate_rule_holds_the_publication(con: duckdb.DuckDBPyConnection) -> None:
    catalogue = catalogue_of("AE-C14", gate=True)
    _night(con, catalogue)
    title = catalogue.rules[0].title
    assert gate_holders(con) == [("AE-C14", title, 1)]
    assert evaluate.NEEDS["calendar_dates"] == ("calendar_dates", "yes")
