"""Contracts: declared once, they give DDL, COMMENTs and frame checks."""

from datetime import date

import pandas as pd
import pytest

from expectations.contracts import (
    Contract,
    ContractBrokenError,
    ContractError,
    all_contracts,
    comment_sql,
    contract_for,
    create_table_sql,
    physical_columns,
    validate_frame,
)
from expectations.contracts.base import Series, column, table_comment
from expectations.export_format import TABLES


class Visits(Contract):
    """A made-up table."""

    layer = "marts"
    table = "visits"
    grain = "One row per visit."
    primary_key = ("visit_id",)
    owner = "team:registry"

    visit_id: Series[str] = column("Key of the visit.", nullable=False)
    days: Series[int] = column("Patient's stay.", unit="days", ge=0)
    weight: Series[float] = column("Weight.", unit="kg")
    is_planned: Series[bool] = column("Whether it was planned.")
    visit_date: Series[date] = column("Day of the visit.")
    sex: Series[str] = column("Sex.", codelist="sex")


@pytest.fixture
def visits(con):
    con.execute(create_table_sql(Visits))
    con.execute(
        "insert into marts.visits values "
        "('V1', 3, 70.5, true, '2021-03-02', 'female'), (?, null, null, null, '0201-03-02', null)",
        ["V2"],
    )
    return con.execute("select * from marts.visits order by visit_id").df()


def test_types_become_sql_types_and_nullability():
    assert create_table_sql(Visits) == (
        'create table marts."visits" (\n'
        '  "visit_id" VARCHAR not null,\n'
        '  "days" BIGINT,\n'
        '  "weight" DOUBLE,\n'
        '  "is_planned" BOOLEAN,\n'
        '  "visit_date" DATE,\n'
        '  "sex" VARCHAR\n'
        ")"
    )


def test_comments_carry_unit_code_list_grain_and_key(con):
    con.execute(create_table_sql(Visits))
    for statement in comment_sql(Visits):
        con.execute(statement)
    comments = dict(
        con.execute(
            "select column_name, comment from duckdb_columns() where table_name = 'visits'"
        ).fetchall()
    )
    assert comments["days"] == "Patient's stay. Unit: days."
    assert comments["sex"] == "Sex. Code list: sex."
    assert table_comment(Visits).startswith(
        "One row per visit. Key: visit_id. Owner: team:registry. Contract: "
    )


def test_another_unit_is_another_version():
    class Changed(Visits):
        weight: Series[float] = column("Weight.", unit="lb")

    assert table_comment(Changed) != table_comment(Visits)
    assert [c.name for c in physical_columns(Changed)] == [c.name for c in physical_columns(Visits)]


def test_a_frame_that_keeps_its_contract_comes_back_with_the_declared_types(visits):
    checked = validate_frame(Visits, visits)
    assert [str(kind) for kind in checked.dtypes] == [
        "object",
        "Int64",
        "float64",
        "boolean",
        "datetime64[us]",
        "object",
    ]
    assert checked["visit_date"].iloc[1].year == 201
    assert checked["sex"].iloc[1] is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"days": [-1, 2]}, "days greater_than_or_equal_to(0) (1)"),
        ({"sex": ["female", "secret-value"]}, "sex isin"),
        ({"visit_id": ["V1", None]}, "visit_id not_nullable (1)"),
        ({"weight": ["heavy", "light"]}, "weight"),
        ({"extra": [1, 2]}, "extra column_in_schema (1)"),
    ],
)
def test_a_broken_frame_is_told_by_column_and_count_never_by_value(visits, changes, told):
    with pytest.raises(ContractBrokenError) as caught:
        validate_frame(Visits, visits.assign(**changes))
    assert told in str(caught.value)
    assert "secret-value" not in str(caught.value)
    assert "heavy" not in str(caught.value)


def test_a_missing_column_is_told_unless_part_of_the_table_was_asked_for(visits):
    part = visits[["visit_id", "days"]]
    with pytest.raises(ContractBrokenError, match=r"weight column_in_dataframe \(1\)"):
        validate_frame(Visits, part)
    assert list(validate_frame(Visits, part, partial=True)) == ["visit_id", "days"]


def test_a_repeated_key_is_told(visits):
    with pytest.raises(ContractBrokenError, match=r"repeats its key \(visit_id\) in 1 rows"):
        validate_frame(Visits, pd.concat([visits, visits.head(1)]))


def test_an_unknown_type_and_an_unknown_code_list_are_told():
    with pytest.raises(ContractError, match="expected one of str, int, float, bool, date"):

        class Wrong(Contract):
            weights: Series[list] = column("Weights.")

    with pytest.raises(KeyError, match="no code list colours"):
        column("Colour.", codelist="colours")


def test_an_unpromised_table_is_told():
    with pytest.raises(ContractError, match=r"No contract promises marts\.nothing"):
        contract_for("marts.nothing")


@pytest.mark.parametrize("name", TABLES)
def test_every_file_of_the_export_has_a_staging_table_with_all_its_columns(name):
    columns = {c.name: c for c in physical_columns(contract_for(f"staging.{name}"))}
    for declared in TABLES[name].columns:
        assert declared.description in columns[declared.name].description
        assert columns[declared.name].codelist == declared.codelist
        has_text = declared.kind not in ("id", "text")
        assert (f"{declared.name}_text" in columns) == has_text
        assert (f"{declared.name}_earliest" in columns) == (declared.kind == "date")


def test_every_contract_is_complete():
    for key, contract in all_contracts().items():
        names = {c.name for c in physical_columns(contract)}
        assert contract.key() == key
        assert contract.grain.startswith("One row per ")
        assert set(contract.primary_key) <= names, key
        assert all(c.description for c in physical_columns(contract)), key
