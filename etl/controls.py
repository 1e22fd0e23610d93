"""The nightly positive controls: a sealed session in which the rules' own examples are judged.

Belongs here: making that session, putting the examples through the staging models, and the
sentence for the engineer. Does not belong here: the verdicts (`expectations.controls`), the gate.

The session is a DuckDB in memory that shares nothing with the warehouse: an example can reach no
patient, and no patient an example. So the verdicts follow from rules, code, parameters and engine
alone, and a night on which all of these are as before takes the verdicts of that night.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path

import duckdb

import etl
import expectations
from etl.errors import RechallengeError
from etl.ingest.by_hand import fill_source
from etl.models import run_layer
from etl.parameters import Parameters
from etl.publish import files, steps
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


def control(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, memory: Path | None = None
) -> dict[str, int]:
    """Run the controls and write `quality.controls`; counts of rules, examples and verdicts.

    Args:
        con: The warehouse; it gets the counts a rule and nothing else.
        catalogue: The rules.
        memory: File of the verdicts of an earlier night. They are taken when they were given by
            the same rules, code, parameters and engine; none is kept of a night that missed one.

    Raises:
        ControlMissedError: names each rule missed, its example, the verdict expected and given.
    """
    remembered = _remembered(memory, catalogue)
    controls = remembered or run_controls(catalogue)
    write_controls(con, catalogue, controls)
    steps.record(con, steps.CONTROLS)
    assert_no_control_missed(con, catalogue)
    if memory is not None and not remembered:
        _remember(memory, catalogue, controls)
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


def memory_key(catalogue: Catalogue) -> str:
    """The hash of all that the verdicts follow from: rules, code, parameters and engine."""
    return files.hash_of(
        {
            "rules": [rule.model_dump(mode="json") for rule in catalogue.rules],
            "subjects": {name: asdict(one) for name, one in catalogue.subjects.items()},
            "code": _code_hash(),
            "parameters": Parameters().model_dump(mode="json"),
            "engine": [duckdb.__version__, duckdb.__git_revision__, sys.version],
        }
    )


@cache
def _code_hash() -> str:
    """The hash of every file of the program: SQL, code lists and YAML files, too."""
    roots = [Path(package.__file__ or "").parent for package in (etl, expectations)]
    return files.hash_of(
        {
            path.relative_to(root.parent).as_posix(): files.sha256(path)
            for root in roots
            for path in files.files_of(root)
            if path.parent.name != "__pycache__"
        }
    )


def _remembered(memory: Path | None, catalogue: Catalogue) -> list[Control]:
    """The verdicts of an earlier night; none where they do not vouch for tonight."""
    try:
        kept = json.loads(memory.read_text(encoding="utf-8")) if memory else {}
        if kept.get("key") != memory_key(catalogue):
            return []
        return [Control(**one) for one in kept["controls"]]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []  # it is run again


def _remember(memory: Path, catalogue: Catalogue, controls: Sequence[Control]) -> None:
    kept = {"key": memory_key(catalogue), "controls": [asdict(one) for one in controls]}
    with suppress(OSError):  # a folder that cannot be written costs time, never a night
        memory.parent.mkdir(parents=True, exist_ok=True)
        files.write_durably(memory, json.dumps(kept))


def _stage(con: duckdb.DuckDBPyConnection, registry: Sequence[tuple[Case, Tables]]) -> None:
    tables: Tables = {}
    for case, given in registry:
        for name, rows in with_own_ids(given, case.name).items():
            tables.setdefault(name, []).extend(rows)
    fill_source(con, tables, declares=declared_needs())
    run_layer(con, "staging", Parameters().as_sql())
