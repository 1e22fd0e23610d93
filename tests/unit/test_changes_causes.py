"""Which cause is named where no record of the patient differs, case by case.

Belongs here: the choice between rules, acceptances and inputs, on rows by hand. Does not belong
here: causes that a night shows end to end (`tests/pipeline/test_changes`).
"""

import duckdb
import pytest

from etl.changes import records
from etl.changes.causes import find_causes
from etl.changes.sides import Differences

DOUBT = "toxicity_doubtful_because"


@pytest.fixture
def laid_out(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The tables of a comparison, empty but for one patient to be changed by the test."""
    con.execute("""
        create temp table changes_people as
        select 's' as study, 'P1' as patient_id, 'both' as in_study, ['pfs_days'] as columns,
            []::varchar[] as rules_before, []::varchar[] as rules_after;
        create temp table changes_governed (patient_id varchar)
    """)
    records.no_records(con)
    for side in ("before", "after"):
        con.execute(f"""
            create temp table changes_rules_{side} as select 'R1' as rule_id, 'h' as rule_hash;
            create temp table changes_shadowed_{side} (rule_id varchar);
            create temp table changes_findings_{side} (
                rule_id varchar, subject varchar, record_key varchar, patient_id varchar,
                source_file varchar, source_line bigint, is_accepted boolean
            )
        """)
    return con


def causes(con: duckdb.DuckDBPyConnection, *inputs: str) -> list[tuple[str, str | None]]:
    find_causes(con, {"s": Differences(inputs, ("gap_days",) if "parameters" in inputs else ())})
    return con.execute(
        "select cause, rule_id from changes_causes order by cause, rule_id"
    ).fetchall()


def doubted(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"update changes_people set columns = ['{DOUBT}'], rules_after = ['R1']")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (("code", "delivery"), ["code"]),
        (("code", "parameters", "cut_off"), ["code", "parameters"]),
        (("cut_off", "delivery"), ["cut_off"]),
        (("delivery",), ["other_records"]),
        (("rules", "acceptances"), ["other_records"]),
        (("mapping", "study_definition"), ["mapping", "study_definition"]),
    ],
)
def test_a_value_follows_what_makes_values(
    laid_out: duckdb.DuckDBPyConnection, inputs: tuple[str, ...], expected: list[str]
) -> None:
    assert [cause for cause, _ in causes(laid_out, *inputs)] == expected


def test_a_doubt_of_a_changed_rule_is_the_rules(laid_out: duckdb.DuckDBPyConnection) -> None:
    doubted(laid_out)
    laid_out.execute("update changes_rules_after set rule_hash = 'other'")
    assert causes(laid_out, "rules", "code") == [("rules", "R1")]


def test_a_doubt_of_a_rule_that_left_its_trial_is_the_rules(
    laid_out: duckdb.DuckDBPyConnection,
) -> None:
    doubted(laid_out)
    laid_out.execute("insert into changes_shadowed_before values ('R1')")
    assert causes(laid_out) == [("rules", "R1")]


@pytest.mark.parametrize(("before", "expected"), [(True, "acceptances"), (None, "other_records")])
def test_a_doubt_names_the_record_of_its_finding(
    laid_out: duckdb.DuckDBPyConnection, before: bool | None, expected: str
) -> None:
    """An acceptance that ended, or a finding that is new though the patient's records are not."""
    doubted(laid_out)
    insert = "insert into changes_findings_{} values ('R1', 'drugs', 'D1', 'P1', 'd.csv', {}, {})"
    if before is not None:
        laid_out.execute(insert.format("before", 3, before))
    laid_out.execute(insert.format("after", 4, False))
    assert causes(laid_out, "acceptances") == [(expected, "R1")]
    assert laid_out.execute(
        "select subject, record_key, file_before, line_before, file_after, line_after "
        "from changes_causes"
    ).fetchall() == [
        ("drugs", "D1", "d.csv" if before else None, 3 if before else None, "d.csv", 4)
    ]


def test_a_merged_pseudonym_is_named_beside_its_records(
    laid_out: duckdb.DuckDBPyConnection,
) -> None:
    laid_out.execute("insert into changes_governed values ('P1')")
    laid_out.execute("""
        insert into changes_records_after
        values ('responses', 'P1', 'R1', 1, 'r.csv', 2, map(['response'], ['PR']),
            map(['response'], ['PR']))
    """)
    records.compare_records(laid_out, None)
    assert [cause for cause, _ in causes(laid_out, "governance", "delivery")] == [
        "governance",
        "record_new",
    ]


def test_the_names_of_parameters_stand_in_the_remark(laid_out: duckdb.DuckDBPyConnection) -> None:
    assert causes(laid_out, "parameters") == [("parameters", None)]
    [(remark,)] = laid_out.execute("select remark from changes_causes").fetchall()
    assert remark == "Parameters that differ: gap_days."


def test_a_record_is_compared_by_what_it_means(laid_out: duckdb.DuckDBPyConnection) -> None:
    """Written otherwise is the same; the day last seen alive is follow-up, with more it is not."""
    for side, written, seen, status in (
        ("before", "3-3-2025", "2025-03-03..2025-03-03", "alive"),
        ("after", "2025-03-03", "2025-03-09..2025-03-09", "dead"),
    ):
        laid_out.execute(
            f"insert into changes_records_{side} values "
            "('patients', 'P1', 'P1', 1, 'p.csv', 2, map(['birth_date'], ['1960']), "
            "map(['birth_date'], [$written])), "
            "('patients', 'P2', 'P2', 1, 'p.csv', 3, map(['last_contact_date'], [$seen]), "
            "map(['last_contact_date'], [$seen])), "
            "('patients', 'P3', 'P3', 1, 'p.csv', 4, "
            "map(['last_contact_date', 'vital_status'], [$seen, $status]), "
            "map(['last_contact_date', 'vital_status'], [$seen, $status]))",
            {"written": written, "seen": seen, "status": status},
        )
    records.compare_records(laid_out, None)
    assert laid_out.execute(
        "select record_key, cause, columns from changes_records order by record_key"
    ).fetchall() == [
        ("P2", "follow_up", ["last_contact_date"]),
        ("P3", "record_changed", ["last_contact_date", "vital_status"]),
    ]
