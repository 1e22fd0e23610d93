"""The nightly positive controls: a sealed session in which the rules' own examples are judged.

Belongs here: making that session, putting the examples through the staging models, and the
sentence for the engineer. Does not belong here: the verdicts (`expectations.controls`), the gate.

The session is a DuckDB in memory that shares nothing with the warehouse: an example can reach no
patient, and no patient an example.
"""

from collections.abc import Sequence

import duckdb

from etl.errors import RechallengeError
from etl.ingest.by_hand import fill_source
from etl.models import run_layer
from etl.parameters import Parameters
from etl.publish import steps
from etl.sql_macros import create_macros
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue
from expectations.codelists import load_codelists
from expectations.contracts import all_contracts, comment_sql, create_table_sql
from expectations.control_registry import Tables, empty_files, native_tables, with_own_ids
from expectations.controls import (
    Case,
    Control,
    cases,
    declared_needs,
    judge_rows,
    judge_staged,
    problems,
    write_controls,
)
from expectations.ledger_tables import create_ledger
from expectations.quality_tables import prepare
from expectations.subjects import create_views


class ControlMissedError(RechallengeError):
    """A rule did not give its own example the verdict that its author wrote beside it."""

    exit_code = 1


def run_controls(catalogue: Catalogue) -> list[Control]:
    """Judge every example of every rule in a sealed session; what each gave."""
    shown = cases(catalogue)
    registries: dict[tuple[str, ...], list[tuple[Case, Tables]]] = {}
    for case in shown:
        subject = catalogue.subjects[case.rule.subject]
        tables = native_tables(case.rule, case.example, subject)
        if tables is not None:
            registries.setdefault(empty_files(case.example), []).append((case, tables))
    with open_memory() as con:
        furnish(con, catalogue)
        controls = judge_rows(con, catalogue, shown)
        for registry in registries.values():
            _stage(con, registry)
            controls += judge_staged(con, catalogue, [case for case, _ in registry])
    return controls


def control(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> dict[str, int]:
    """Run the controls and write `quality.controls`; counts of rules, examples and verdicts.

    Args:
        con: The warehouse; it gets the counts a rule and nothing else.
        catalogue: The rules.

    Raises:
        ControlMissedError: names each rule missed, its example, the verdict expected and given.
    """
    controls = run_controls(catalogue)
    write_controls(con, catalogue, controls)
    steps.record(con, steps.CONTROLS)
    assert_no_control_missed(con, catalogue)
    return {
        "rules": len(catalogue.rules),
        "examples": len(cases(catalogue)),
        "verdicts": len(controls),
    }


def assert_no_control_missed(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Stop when tonight's controls do not vouch for every rule.

    Raises:
        ControlMissedError: in words for the engineer; examples are made up, so they may be named.
    """
    said = problems(con, catalogue)
    if said:
        raise ControlMissedError(
            f"For the engineer: {'; '.join(said)}. A rule, its subject or a staging model no "
            "longer does what the examples in expectations/rules say, so tonight's findings "
            "cannot be trusted and nothing will be published. The deliveries and the steward's "
            "lists are not to blame. Run `pytest tests/rules` and look at the last change."
        )


def furnish(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Every table there is, empty, and the subject views on them."""
    con.execute("set threads = 1")  # a few hundred rows
    load_codelists(con)
    create_macros(con)
    fill_source(con, {})
    for contract in all_contracts().values():
        con.execute(";".join([create_table_sql(contract), *comment_sql(contract)]))
    prepare(con, catalogue)
    create_ledger(con)
    create_views(con, catalogue.subjects.values())


def _stage(con: duckdb.DuckDBPyConnection, registry: Sequence[tuple[Case, Tables]]) -> None:
    tables: Tables = {}
    for case, given in registry:
        for name, rows in with_own_ids(given, case.name).items():
            tables.setdefault(name, []).extend(rows)
    fill_source(con, tables, declares=declared_needs())
    run_layer(con, "staging", Parameters().as_sql())
