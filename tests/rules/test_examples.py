"""Every rule's every example, through the real compiler on the columns of its real subject."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.sql_macros import create_macros
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue, Example, Rule, load_catalogue
from expectations.codelists import load_codelists
from expectations.compile_rules import compile_rule
from expectations.contracts import all_contracts, create_table_sql
from expectations.evaluate import judge, prepare, record_verdicts
from expectations.examples import rows_of, verdict_of_rows, worst
from expectations.export_format import TABLES as NATIVE
from expectations.subjects import create_views, view_columns
from tests.support import native, run_layers

CATALOGUE = load_catalogue()
ROWS = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in CATALOGUE.rules
    for number, example in enumerate(rule.examples, start=1)
    if rows_of(rule, example)
]
TABLES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in CATALOGUE.rules
    for number, example in enumerate(rule.examples, start=1)
    if not rows_of(rule, example)
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """One warehouse with every table empty, so that every subject view stands."""
    with open_memory() as con:
        load_codelists(con)
        create_macros(con)
        native(con)
        for contract in all_contracts().values():
            con.execute(create_table_sql(contract))
        create_views(con, CATALOGUE.subjects.values())
        yield con


@pytest.fixture(scope="module")
def columns(warehouse: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    return {
        name: view_columns(warehouse, subject.view) for name, subject in CATALOGUE.subjects.items()
    }


@pytest.mark.parametrize(("rule", "example"), ROWS)
def test_example_of_one_row_gets_its_verdict(
    warehouse: duckdb.DuckDBPyConnection,
    columns: dict[str, dict[str, str]],
    rule: Rule,
    example: Example,
) -> None:
    verdict = verdict_of_rows(warehouse, CATALOGUE, rule, example, columns[rule.subject])
    assert verdict == example.verdict


@pytest.fixture(scope="module")
def batch() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every example of tables in one registry, told apart by ids and files, and judged."""
    tables: dict[str, list[dict[str, str]]] = {}
    for param in TABLES:
        _, example = param.values
        if "hospitals" not in example.tables:
            for table, renamed in _renamed(example, str(param.id)).items():
                tables.setdefault(table, []).extend(renamed)
    with open_memory() as con:
        _judge_tables(con, tables)
        yield con


def _renamed(example: Example, name: str) -> dict[str, list[dict[str, str]]]:
    """The rows of an example with ids of their own, from a file of their own."""
    return {
        table: [
            {
                column: f"{name}:{text}"
                if text and NATIVE[table].column(column).kind == "id"
                else text
                for column, text in row.items()
            }
            | {"_file": name}
            for row in rows
        ]
        for table, rows in example.tables.items()
    }


def _judge_tables(con: duckdb.DuckDBPyConnection, tables: dict[str, list[dict[str, str]]]) -> None:
    load_codelists(con)
    create_macros(con)
    native(con, **tables)
    run_layers(con, "staging")
    source = Catalogue(CATALOGUE.for_stage("source"), CATALOGUE.subjects)
    prepare(con, source)
    judge(con, source, "source")


@pytest.mark.parametrize(("rule", "example"), TABLES)
def test_example_of_tables_gets_its_verdict(
    batch: duckdb.DuckDBPyConnection, rule: Rule, example: Example, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    if "hospitals" not in example.tables:
        assert _verdict_in(batch, rule, name) == example.verdict
        return
    with open_memory() as con:
        _judge_tables(con, _renamed(example, name))
        assert _verdict_in(con, rule, name) == example.verdict


def _verdict_in(con: duckdb.DuckDBPyConnection, rule: Rule, file: str) -> str:
    """The worst verdict of the records of one file, found again among the night's findings."""
    view = CATALOGUE.subjects[rule.subject].view
    keys = f"select record_key from {view} where source_file = '{file}'"
    verdict = worst(verdict for _, verdict in record_verdicts(con, CATALOGUE, rule, keys))
    found = con.execute(
        f"""
        select count(*) from (
            select record_key, rule_id from quality.findings_tonight
            union all
            select record_key, rule_id from quality.folded_tonight
        ) where rule_id = $rule_id and record_key in ({keys})
        """,
        {"rule_id": rule.id},
    ).fetchall()
    assert (found[0][0] > 0) == (verdict == "violated")
    return verdict


def test_a_rule_that_always_passes_is_caught(
    warehouse: duckdb.DuckDBPyConnection, columns: dict[str, dict[str, str]]
) -> None:
    """Each rule, replaced by one that always holds, fails at least one of its own examples."""
    blind = [
        rule.id
        for rule in CATALOGUE.rules
        if not any(example.verdict == "violated" for example in rule.examples)
    ]
    assert blind == []
    rule = CATALOGUE.by_id["AE-T19"]
    lame = Rule.model_validate(
        {**rule.model_dump(exclude={"ordered", "examples"}, exclude_none=True)}
        | {"sql": "true", "columns": list(rule.judged_columns)}
        | {"examples": [{**e.row, "verdict": e.verdict} for e in rule.examples]}
    )
    wrong = [
        example.verdict
        for example in lame.examples
        if verdict_of_rows(warehouse, CATALOGUE, lame, example, columns["adverse_events"])
        != example.verdict
    ]
    assert "violated" in wrong


def test_every_rule_compiles_on_its_subject(columns: dict[str, dict[str, str]]) -> None:
    for rule in CATALOGUE.rules:
        compiled = compile_rule(rule, columns[rule.subject], f"quality.subject_{rule.subject}")
        assert compiled.holds
