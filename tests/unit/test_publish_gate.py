"""The gate: each reason that holds it, and that nothing else does."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from etl import refresh
from etl.errors import GateHeldError
from etl.ingest.compose import keep_last_state
from etl.publish import expected_hospitals, gate, steps
from etl.settings import Settings
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue
from expectations.contracts import contract_for, create_table_sql
from expectations.export_format import TABLES

DEPENDS_ON = {
    "staging.patients": (),
    "derived.lines": ("staging.patients",),
    "marts.treatment_lines": ("derived.lines",),
}
STUDIES = ("van-dijk-2025", "dose-gap")
REQUIRED = steps.required(DEPENDS_ON, STUDIES)
IN_ORDER = (
    steps.EXPORT,
    steps.CONTROLS,
    "staging.patients",
    steps.DELIVERIES,
    steps.SOURCE_VERDICTS,
    "derived.lines",
    "marts.treatment_lines",
    steps.DERIVED_VERDICTS,
    steps.STUDIES,
    steps.SENSITIVITY,
    steps.MART_VERDICTS,
    steps.IMPACT,
    steps.CHANGES,
    steps.LEDGER,
    steps.WORKLISTS,
    *map(steps.outputs_of, STUDIES),
    steps.QUALITY_PAGES,
    steps.HOSPITAL_INDICATORS,
    steps.HOSPITAL_PAGES,
)
COUNTS = {"staging.patients": 2, "marts.patients": 2, "marts.responses": 0}


def rule(rule_id: str, *, is_gate: bool = False) -> Any:
    title = f"title of {rule_id}"
    return SimpleNamespace(id=rule_id, title=title, gate=is_gate, examples=(1, 2))


CATALOGUE = cast(
    Catalogue,
    SimpleNamespace(rules=(rule("PT-T01"), rule("MT-X01", is_gate=True))),
)


@pytest.fixture
def whole() -> Any:
    """A warehouse after a whole refresh of two patients."""
    with open_memory() as con:
        steps.begin(con)
        for step in IN_ORDER:
            steps.record(con, step)
        con.execute(
            "create table raw.files as select 'patients.csv' as file_name, 3 as lines, "
            "2 as loaded, 1 as rejected, 0 as opted_out"
        )
        for table in TABLES:
            con.execute(f"create table source.{table} (a integer)")
            con.execute(create_table_sql(contract_for(f"staging.{table}")))
        keep_last_state(con, "native", partial=False)
        con.execute(
            "create table source.export as select 'native' as source, 'R' as registry, "
            "date '2025-03-03' as export_date"
        )
        con.execute(
            "create table source.deliveries as select null::varchar as hospital_id, "
            "date '2025-03-03' as export_date, 'e1' as export_id"
        )
        con.execute("insert into source.patients values (1), (2)")
        con.execute(create_table_sql(contract_for("derived.delivered_cutoffs")))
        con.execute(
            "insert into staging.patients (source_file, source_line, source_part, source_number, "
            "record_key, is_placed, patient_id) values ('patients.csv', 2, 1, 1, 'P1', true, 'P1'),"
            " ('patients.csv', 3, 1, 1, 'P2', true, 'P2')"
        )
        con.execute(
            "create table staging.persons as select patient_id, patient_id as person_id "
            "from staging.patients"
        )
        con.execute("create table marts.patients as select 1 as a union all select 2")
        con.execute("create table quality.judged (rule_id varchar, violated bigint)")
        con.execute("insert into quality.judged values ('PT-T01', 5), ('MT-X01', 0)")
        con.execute(
            "create table quality.controls as select rule_id, 2 as examples, 0 as missed, "
            "cast(null as varchar) as missed_examples from quality.judged"
        )
        yield con


def ask(con: duckdb.DuckDBPyConnection, **changes: Any) -> None:
    given: dict[str, Any] = {"required": REQUIRED, "counts": COUNTS, "last_counts": {}}
    gate.ask(con, CATALOGUE, **{**given, **changes})


def test_findings_about_records_never_hold_the_gate(whole: duckdb.DuckDBPyConnection) -> None:
    ask(whole, last_counts={"marts.patients": 1_000, "marts.responses": 0})


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "update raw.files set loaded = 1",
            r"patients.csv has 3 lines but 1 were loaded, 1 rejected and 0 are of patients",
        ),
        ("update raw.files set lines = null", "patients.csv has None lines"),
        ("delete from raw.files", "no file of the export is registered"),
        ("insert into source.drugs values (1)", "drugs has 1 rows in the export but 0 in staging"),
        (
            "insert into marts.patients values (3)",
            "2 patients are placed, of 2 persons, but marts.patients has 3",
        ),
        (
            "update staging.persons set person_id = 'P1'",
            "2 patients are placed, of 1 persons, but marts.patients has 2",
        ),
        (
            "insert into derived.delivered_cutoffs values ('x', date '2025-03-03', 40, 21, true)",
            "the cut-off 2025-03-03 is taken to be wrong: 21 of the 40 patients",
        ),
        (
            "update quality.judged set violated = 7 where rule_id = 'MT-X01'",
            r"rule MT-X01 \(title of MT-X01\) is marked as a gate and is violated 7 times",
        ),
        ("delete from quality.judged where rule_id = 'PT-T01'", "1 rules were not judged: PT-T01"),
        (
            "update quality.controls set missed = examples, missed_examples = 'example 2: no'",
            r"2 rules missed their control: PT-T01 \(example 2: no\), MT-X01",
        ),
        (
            "delete from quality.controls where rule_id = 'MT-X01'",
            "1 rules were not controlled with all of their examples: MT-X01",
        ),
        (
            "update quality.controls set examples = 1 where rule_id = 'PT-T01'",
            "1 rules were not controlled with all of their examples: PT-T01",
        ),
        ("drop table quality.controls", "no rule was controlled"),
        ("delete from raw.steps where step = 'controls'", "not done since the export .*: controls"),
        (
            "delete from raw.steps where step = 'outputs of dose-gap'",
            "not done since the export was loaded: outputs of dose-gap",
        ),
        ("delete from raw.steps where step = 'ledger'", "not done since the export .*: ledger"),
    ],
)
def test_each_reason_holds_the_gate(
    whole: duckdb.DuckDBPyConnection, statement: str, reason: str
) -> None:
    whole.execute(statement)
    with pytest.raises(GateHeldError, match=reason) as caught:
        ask(whole)
    assert caught.value.exit_code == 1


def test_all_reasons_are_said_at_once(whole: duckdb.DuckDBPyConnection) -> None:
    whole.execute("update raw.files set loaded = 1")
    whole.execute("delete from quality.judged")
    with pytest.raises(GateHeldError, match=r"1 were loaded.*2 rules were not judged"):
        ask(whole)


def test_what_people_look_at_is_required_unless_it_was_not_asked_for(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    pages = {steps.WORKLISTS, steps.QUALITY_PAGES, steps.HOSPITAL_PAGES}
    without = steps.required(DEPENDS_ON, STUDIES, readers=False)
    left_out = set(REQUIRED) - set(without)
    assert left_out == {*pages, *map(steps.outputs_of, STUDIES)}
    for step in left_out:
        whole.execute("delete from raw.steps where step = ?", [step])
    with pytest.raises(GateHeldError, match=r"not done since the export .*: worklists, outputs"):
        ask(whole)
    ask(whole, required=without)
    whole.execute("delete from raw.steps where step = 'ledger'")
    with pytest.raises(GateHeldError, match=r"not done since the export .*: ledger"):
        ask(whole, required=without)


def test_a_table_that_became_empty_holds_the_gate(whole: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(
        GateHeldError, match=r"marts.responses became empty: .* snapshot has 3 rows"
    ):
        ask(whole, last_counts={"marts.responses": 3})


def test_a_table_that_shrank_or_was_meant_to_be_empty_does_not(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    ask(whole, last_counts={"marts.patients": 3})
    ask(whole, last_counts={"marts.responses": 3}, may_be_empty={"marts.responses"})


def test_a_table_built_again_alone_makes_its_verdicts_stale(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    steps.record(whole, "derived.lines")
    with pytest.raises(
        GateHeldError, match=r"derived\.lines was built again after marts\.treatment_lines"
    ):
        ask(whole)


def test_a_new_export_makes_every_step_due_again(whole: duckdb.DuckDBPyConnection) -> None:
    steps.begin(whole)
    steps.record(whole, steps.EXPORT)
    with pytest.raises(GateHeldError, match=r"not done since .* staging\.patients, .*outputs"):
        ask(whole)


def test_a_question_that_cannot_be_answered_holds_by_failing(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    whole.execute("drop table quality.judged")
    with pytest.raises(duckdb.CatalogException):
        ask(whole)


def test_a_drawing_that_failed_is_not_done_until_it_is(
    whole: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that `publish` after it holds, and neither night nor study loses its report for good."""
    settings = Settings(home=tmp_path)
    night = refresh.plan(
        settings, source="native", export_id="x", as_of=date(2025, 3, 3), studies=STUDIES[:1]
    )
    night.save(whole)
    whole.execute("delete from raw.steps where step like 'outputs%'")
    required = steps.required(DEPENDS_ON, night.studies)

    def fail(*_: object) -> list[Path]:
        raise OSError("no space left on device")

    monkeypatch.setattr("etl.outputs.report.write_outputs", fail)
    with pytest.raises(OSError, match="no space"):
        refresh.write_study_outputs(whole, settings, STUDIES[0])
    with pytest.raises(GateHeldError, match=r"not done .*: outputs of van-dijk-2025"):
        ask(whole, required=required)
    monkeypatch.setattr("etl.outputs.report.write_outputs", lambda *_: [])
    refresh.write_study_outputs(whole, settings, STUDIES[0])
    ask(whole, required=required)


HOSPITALS = """
    insert into staging.hospitals (source_file, source_line, source_part, source_number,
        record_key, is_placed, hospital_id, active_from_earliest, active_to_latest)
    select 'hospitals.csv', row_number() over (), 1, 1, hospital, true, hospital, began, ended
    from (values
        ('H1', null, null), ('H2', date '2025-03-03', null), ('H3', date '2025-03-04', null),
        ('H4', null, date '2025-03-03'), ('H5', null, date '2025-03-02')
    ) as listed (hospital, began, ended);
    insert into source.hospitals select 1 from range(5);
"""


def parts(con: duckdb.DuckDBPyConnection, *hospitals: str) -> None:
    """The registry's state is of these hospitals' own deliveries."""
    con.execute("delete from source.deliveries")
    for hospital in hospitals:
        con.execute("insert into source.deliveries values (?, '2025-03-03', 'e')", [hospital])


def withdraw(con: duckdb.DuckDBPyConnection, hospitals: list[str] | None) -> None:
    con.execute(
        "insert into deliveries.received (source, hospitals, is_withdrawn) "
        "values ('native', ?, true)",
        [hospitals],
    )


def lacking(con: duckdb.DuckDBPyConnection, last: tuple[str, ...] = ()) -> str:
    with pytest.raises(GateHeldError, match="no delivery stands of") as held:
        ask(con, last_hospitals=last)
    return str(held.value).split("no delivery stands of ")[1].split(" (")[0]


def test_an_expected_hospital_of_which_no_delivery_stands_holds_the_gate(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    """Expected: active on the cut-off; H3 begins the day after it, H5 ended the day before."""
    whole.execute(HOSPITALS)
    ask(whole)  # a full delivery stands for every hospital
    parts(whole, "H1")
    assert lacking(whole) == "H2, H4"
    parts(whole, "H1", "H2")
    assert lacking(whole, last=("H9",)) == "H4"  # hospitals.csv goes before the last snapshot
    parts(whole, "H1", "H2", "H4")
    ask(whole, last_hospitals=("H9",))


def test_without_a_list_the_hospitals_of_the_last_snapshot_are_expected(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    parts(whole, "H1", "H2")
    ask(whole, last_hospitals=("H1",))
    assert lacking(whole, last=("H1", "H2", "H3")) == "H3"
    ask(whole)
    assert "H1, H2 and no other" in str(expected_hospitals.remark(whole, ()))
    assert expected_hospitals.remark(whole, ("H1",)) is None


def test_a_hospital_whose_own_delivery_was_withdrawn_is_not_expected(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    whole.execute(HOSPITALS)
    parts(whole, "H1", "H2")
    withdraw(whole, None)  # a withdrawn full delivery takes no hospital out of the registry
    assert lacking(whole) == "H4"
    withdraw(whole, ["H4"])
    ask(whole)
