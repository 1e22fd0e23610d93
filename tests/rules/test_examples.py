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


@pytest.mark.parametrize(("rule", "example"), TABLES)
def test_example_of_tables_gets_its_verdict(
    warehouse: duckdb.DuckDBPyConnection, rule: Rule, example: Example
) -> None:
    native(warehouse, **example.tables)
    run_layers(warehouse, "staging")
    alone = rule.model_copy(update={"depends": ()})
    catalogue = Catalogue((alone,), CATALOGUE.subjects)
    prepare(warehouse, catalogue)
    (count,) = judge(warehouse, catalogue, "source")
    view = CATALOGUE.subjects[rule.subject].view
    verdicts = record_verdicts(warehouse, CATALOGUE, rule, f"select record_key from {view}")
    if example.record is not None:
        verdicts = [(key, verdict) for key, verdict in verdicts if key == example.record]
    assert worst(verdict for _, verdict in verdicts) == example.verdict
    findings = warehouse.execute("select count(*) from quality.findings_tonight").fetchall()[0][0]
    assert (findings > 0) == (example.verdict == "violated") == (count.violated > 0)


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
    lame = rule.model_copy(
        update={"ordered": None, "sql": {"holds": "true"}, "columns": rule.judged_columns}
    )
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
