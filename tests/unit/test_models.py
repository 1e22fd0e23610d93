"""Models: read from files, ordered, run against their contracts."""

from dataclasses import replace
from datetime import date

import pytest
import sqlglot

from etl.models import LAYERS, ModelError, load_models, run_layer, run_model
from etl.parameters import Parameters
from etl.staging import staging_sql
from expectations.contracts import all_contracts, contract_for
from expectations.export_format import TABLES, Column
from tests.support import native, rows

PATIENT = "-- One row per patient.\nselect patient_id from staging.patients"


def write(folder, name, sql):
    layer, _, table = name.partition(".")
    (folder / layer).mkdir(parents=True, exist_ok=True)
    (folder / layer / f"{table}.sql").write_text(sql, encoding="utf-8")


def test_models_are_ordered_and_say_what_they_read(tmp_path):
    write(tmp_path, "staging.b", "-- One row per b.\nselect x from staging.c where x > $least")
    write(tmp_path, "staging.c", "-- One row per c.\nselect x from source.c -- not $least")
    write(
        tmp_path,
        "derived.a",
        "-- One row per a, and more.\n"
        "with b as (select x from staging.b) select b.x from b where not exists "
        "(select 1 from quality.findings as f where f.x = b.x and '$no' <> 'staging.z')",
    )
    models = load_models(tmp_path)
    assert list(models) == ["staging.c", "staging.b", "derived.a"]
    assert models["derived.a"].grain == "One row per a, and more."
    assert models["derived.a"].reads == ("quality.findings", "staging.b")
    assert models["derived.a"].depends_on == ("staging.b",)
    assert models["derived.a"].parameters == ()
    assert models["staging.b"].parameters == ("least",)
    assert models["staging.c"].parameters == ()


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select 1 as x", "expected the grain"),
        ("-- One row per x.\nselect 1 as x; select 2 as x", "one SELECT and nothing else"),
        ("-- One row per x.\ndelete from staging.t", "one SELECT and nothing else"),
        ("-- One row per.\nselect from where", "cannot be read as SQL|one SELECT"),
        ("-- One row per x.\nselect * from query_table('staging.t')", "hides the tables"),
        ("-- One row per x.\nselect * from some_macro('t')", r"some_macro\(\) as a table"),
        ("-- One row per x.\nselect max(columns(*)) from staging.t", r"COLUMNS\(\), which hides"),
        ("-- One row per x.\nfrom staging.t pivot (max(v) for k in ('a'))", "PIVOT, which hides"),
        ("-- One row per x.\nselect x from derived.late", r"reads derived\.late, of a later layer"),
    ],
)
def test_a_wrong_model_file_is_told(tmp_path, sql, told):
    write(tmp_path, "derived.late", "-- One row per x.\nselect 1 as x")
    write(tmp_path, "staging.wrong", sql)
    with pytest.raises(ModelError, match=told):
        load_models(tmp_path)


def test_a_circle_is_told(tmp_path):
    write(tmp_path, "staging.a", "-- One row per x.\nselect x from staging.b")
    write(tmp_path, "staging.b", "-- One row per x.\nselect x from staging.a")
    with pytest.raises(ModelError, match=r"circle: staging\.. -> staging\.. -> staging\."):
        load_models(tmp_path)


def test_every_model_has_a_contract_and_reads_known_tables():
    models = load_models()
    assert set(models) <= set(all_contracts())
    outside = {"source", "codelists", "quality", "raw"}
    for model in models.values():
        unknown = [t for t in model.reads if t not in models and t.split(".")[0] not in outside]
        assert unknown == [], model.name
        assert model.grain == contract_for(model.name).grain
    for layer in LAYERS:
        assert any(model.layer == layer for model in models.values())


def hospitals(tmp_path, select):
    write(tmp_path, "staging.unplaced_rows", f"-- One row per hospital.\n{select}")
    return load_models(tmp_path)["staging.unplaced_rows"]


GOOD = """
select 'hospitals' as table_name, hospital_id as record_key, 'P1' as patient_id,
  _file as source_file, _line as source_line, _part as source_part,
  _ordinal as source_number, 'orphan' as reason
from source.hospitals
"""


def test_running_replaces_rows_and_keeps_the_table(con, tmp_path):
    model = hospitals(tmp_path, GOOD)
    native(con, hospitals="hospital_id\nH1\nH2")
    assert run_model(con, model, {}) == 2
    con.execute("create view main.seen as select * from staging.unplaced_rows")
    native(con, hospitals="hospital_id\nH3")
    assert run_model(con, model, {}) == 1
    assert rows(con, "select record_key, source_line from main.seen") == [("H3", 2)]
    comment = "select comment from duckdb_tables() where table_name = 'unplaced_rows'"
    assert rows(con, comment)[0][0].startswith("One row per source row that cannot be attached.")


def test_a_table_of_another_version_of_its_contract_is_made_anew(con, tmp_path):
    model = hospitals(tmp_path, GOOD)
    native(con, hospitals="hospital_id\nH1")
    con.execute("create table staging.unplaced_rows (old varchar)")
    assert run_model(con, model, {}) == 1
    names = [c[0] for c in rows(con, "describe staging.unplaced_rows")]
    assert names == list(contract_for("staging.unplaced_rows").to_schema().columns)


def test_parameters_reach_the_sql_and_a_missing_one_is_told(con, tmp_path):
    model = hospitals(tmp_path, GOOD + "where _line > $least")
    native(con, hospitals="hospital_id\nH1\nH2")
    assert run_model(con, model, {"least": 2, "unused": 9}) == 1
    with pytest.raises(ModelError, match="asks for the parameters least"):
        run_model(con, model, {"unused": 9})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("'orphan' as reason", "'orphan' as why", "reason is missing; why is not in the contract"),
        ("_line as source_line", "'2' as source_line", "source_line is VARCHAR instead of BIGINT"),
        ("'P1' as patient_id", "null as patient_id", r"patient_id is INTEGER .* cast it"),
        ("'P1' as patient_id", "['P1'] as patient_id", r"patient_id is VARCHAR\[\] instead"),
    ],
)
def test_a_select_that_disagrees_with_its_contract_is_told(con, tmp_path, before, after, told):
    native(con, hospitals="hospital_id\nH1")
    with pytest.raises(ModelError, match=told):
        run_model(con, hospitals(tmp_path, GOOD.replace(before, after)), {})


def test_a_forbidden_null_is_told_and_leaves_the_table_as_it_was(con, tmp_path):
    native(con, hospitals="hospital_id\nH1")
    run_model(con, hospitals(tmp_path, GOOD), {})
    broken = GOOD.replace("'orphan' as reason", "cast(null as varchar) as reason")
    with pytest.raises(ModelError, match=r"NOT NULL constraint failed: unplaced_rows\.reason"):
        run_model(con, hospitals(tmp_path / "again", broken), {})
    assert rows(con, "select record_key from staging.unplaced_rows") == [("H1",)]


def test_a_key_that_repeats_is_told_by_name_and_leaves_the_table_as_it_was(con, tmp_path):
    native(con, hospitals="hospital_id\nH1\nH2")
    run_model(con, hospitals(tmp_path, GOOD), {})
    doubled = GOOD + "cross join (values (1), (2)) as twice (times) where _line = 3"
    told = (
        r"gives 2 rows for 1 keys of staging\.unplaced_rows "
        r"\(source_file, source_line, source_part, source_number\)"
    )
    with pytest.raises(ModelError, match=told):
        run_model(con, hospitals(tmp_path / "again", doubled), {})
    assert rows(con, "select record_key from staging.unplaced_rows order by 1") == [
        ("H1",),
        ("H2",),
    ]


def test_a_layer_runs_in_order_and_counts_rows(con):
    native(con, export_date=date(2025, 3, 3), patients="patient_id\nP1\nP2")
    counted = run_layer(con, "staging", Parameters().as_sql())
    assert counted["staging.patients"] == 2
    assert counted["staging.unplaced_rows"] == 0
    assert list(counted) == [name for name in load_models() if name.startswith("staging.")]


def test_a_column_of_the_export_is_typed_by_its_kind_and_no_sql_is_written_for_it():
    procedures = TABLES["local_treatments"]
    added = Column("planned_date", "date", "Day it was planned for.")
    before = staging_sql(procedures)
    after = staging_sql(replace(procedures, columns=(*procedures.columns, added)))
    typed = [name for name in _names(after) if name not in _names(before)]
    assert typed == [f"planned_date{part}" for part in ("", "_earliest", "_latest", "_text")]


def _names(sql):
    return sqlglot.parse_one(sql, dialect="duckdb").named_selects
