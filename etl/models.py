"""The SQL models: found in etl/sql, put in order, run against their contracts.

Belongs here: reading the files, their order, running one or a layer. Does not belong here: which
source columns an output column comes from (`etl.lineage`), the SQL itself, orchestration.

A model is a file `etl/sql/<layer>/<table>.sql` holding one SELECT, or, for a staging table that
mirrors a file of the export, SQL that `etl.staging` makes. Its first line is its grain
(`-- One row per ...`), its contract stands in `expectations/contracts`; what it reads, its
parameters (`$name`) and its place in the order are read from the SQL.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from etl import staging
from etl.errors import RechallengeError
from etl.sql_macros import create_macros
from expectations.contracts import (
    Contract,
    comment_sql,
    contract_for,
    create_table_sql,
    physical_columns,
    table_comment,
)

SQL_FOLDER = Path(__file__).parent / "sql"
LAYERS = ("staging", "derived", "marts")
_GRAIN = re.compile(r"-- (One row .+)")
_ACCEPTED: Mapping[str, frozenset[str]] = {
    "VARCHAR": frozenset({"VARCHAR"}),
    "BIGINT": frozenset({"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT"}),
    "DOUBLE": frozenset({"DOUBLE", "FLOAT", "BIGINT", "INTEGER", "HUGEINT", "DECIMAL"}),
    "BOOLEAN": frozenset({"BOOLEAN"}),
    "DATE": frozenset({"DATE"}),
}

_AGREED: set[tuple["Model", type[Contract]]] = set()


class ModelError(RechallengeError):
    """A model file cannot be read, ordered or run."""


@dataclass(frozen=True)
class Model:
    """One SELECT and the file that holds or makes it.

    `reads` are all tables it names, `depends_on` those that are models too.
    """

    name: str
    layer: str
    table: str
    grain: str
    sql: str
    path: Path
    reads: tuple[str, ...]
    depends_on: tuple[str, ...]
    parameters: tuple[str, ...]


@cache
def load_models(folder: Path = SQL_FOLDER) -> dict[str, Model]:
    """Every model, each after those it depends on.

    Raises:
        ModelError: a file has no grain, is not one SELECT, hides what it reads, or reads in a
            circle.
    """
    found = {
        f"{layer}.{path.stem}": (path, path.read_text(encoding="utf-8"))
        for layer in LAYERS
        for path in sorted((folder / layer).glob("*.sql"))
    }
    if folder == SQL_FOLDER:
        made = Path(staging.__file__)
        found |= {name: (made, sql) for name, sql in staging.staging_models().items()}
    models = {name: _read(name, *model, frozenset(found)) for name, model in found.items()}
    graph = {name: model.depends_on for name, model in models.items()}
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise ModelError(f"The models read each other in a circle: {circle}.") from None
    # Layer first, so that the order does not jump between layers without need.
    position = {name: place for place, name in enumerate(order)}
    by_layer = sorted(order, key=lambda name: (LAYERS.index(models[name].layer), position[name]))
    return {name: models[name] for name in by_layer}


def _read(name: str, path: Path, sql: str, known: frozenset[str]) -> Model:
    grain = _GRAIN.match(sql)
    if grain is None:
        raise ModelError(
            f"{path}, line 1: expected the grain, as in '-- One row per patient and line.'"
        )
    query = _parse(path, sql)
    reads = tuple(sorted(_tables(query)))
    layer, _, table = name.partition(".")
    late = [t for t in reads if t in known and LAYERS.index(t.split(".")[0]) > LAYERS.index(layer)]
    if late:
        raise ModelError(f"{path} reads {', '.join(late)}, of a later layer.")
    placeholders = query.find_all(exp.Placeholder)
    return Model(
        name=name,
        layer=layer,
        table=table,
        grain=grain[1],
        sql=sql,
        path=path,
        reads=reads,
        depends_on=tuple(t for t in reads if t in known),
        parameters=tuple(sorted({p.name for p in placeholders if p.name})),
    )


def _parse(path: Path, sql: str) -> exp.Query:
    try:
        statements = [s for s in sqlglot.parse(sql, dialect="duckdb") if s is not None]
    except SqlglotError as error:
        raise ModelError(f"{path} cannot be read as SQL: {error}") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelError(f"{path} must hold one SELECT and nothing else.")
    query = statements[0]
    hidden = next(_hiding(query), None)
    if hidden:
        raise ModelError(
            f"{path} uses {hidden}, which hides the tables or columns it reads. Name them."
        )
    return query


def _hiding(query: exp.Query) -> Iterator[str]:
    for table in query.find_all(exp.Table):
        if isinstance(table.this, exp.Anonymous):
            yield f"{table.this.name}() as a table"
    if query.find(exp.Pivot):
        yield "PIVOT"
    if query.find(exp.Columns):
        yield "COLUMNS()"


def _tables(query: exp.Query) -> set[str]:
    return {f"{t.db}.{t.name}" for t in query.find_all(exp.Table) if t.db}


def run_model(
    con: duckdb.DuckDBPyConnection, model: Model, parameters: Mapping[str, object]
) -> int:
    """Fill the table of one model anew; returns its number of rows.

    The table is made from its contract when it is absent or was made from another version of
    it; otherwise it keeps its identity and only its rows are replaced.

    Raises:
        ModelError: a parameter is missing, the columns of the SELECT are not those of the
            contract, or its rows repeat the key that the contract promises; the table then
            stands as it was.
    """
    contract = contract_for(model.name)
    values = _values(model, parameters)
    create_macros(con)
    _assert_same_columns(con, model, contract, values)
    _ensure_table(con, contract)
    columns = ", ".join(f'"{c.name}"' for c in physical_columns(contract))
    target = f'{model.layer}."{model.table}"'
    # A table is a set: keeping the order in which rows arrive costs a fifth of the time. It is
    # made anew every night: looking for the best compression costs another fourth.
    con.execute("set preserve_insertion_order = false")
    con.execute("set force_compression = 'uncompressed'")
    con.execute("begin transaction")
    try:
        con.execute(f"delete from {target}")
        insert = (
            f"insert into {target} ({columns}) select {columns} from (\n{model.sql}\n) as model"
        )
        rows = con.execute(insert, values or None).fetchone()
        _assert_key(con, model, contract)
        con.execute("commit")
    except ModelError:
        con.execute("rollback")
        raise
    except duckdb.Error as error:
        con.execute("rollback")
        if isinstance(error, duckdb.ConstraintException):
            raise ModelError(_broken(model, error)) from None
        raise
    finally:
        con.execute("set preserve_insertion_order = true")
        con.execute("set force_compression = 'auto'")
    return int(rows[0]) if rows else 0


def run_layer(
    con: duckdb.DuckDBPyConnection, layer: str, parameters: Mapping[str, object]
) -> dict[str, int]:
    """Run the models of a layer in order; returns the rows of each."""
    models = [model for model in load_models().values() if model.layer == layer]
    return {model.name: run_model(con, model, parameters) for model in models}


def affected_models(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Model, ...]:
    """The models whose rows may differ between two sets of parameters, in the order they run.

    Args:
        before: parameters as `run_model` takes them.
        after: other values of the same parameters.
    """
    changed = {name for name, value in after.items() if value != before[name]}
    found: dict[str, Model] = {}
    for name, model in load_models().items():
        if changed.intersection(model.parameters) or found.keys() & set(model.depends_on):
            found[name] = model
    return tuple(found.values())


def _values(model: Model, parameters: Mapping[str, object]) -> dict[str, object]:
    missing = [name for name in model.parameters if name not in parameters]
    if missing:
        raise ModelError(
            f"{model.path} asks for the parameters {', '.join(missing)}, which etl/parameters "
            "does not have."
        )
    return {name: parameters[name] for name in model.parameters}


def _assert_same_columns(
    con: duckdb.DuckDBPyConnection,
    model: Model,
    contract: type[Contract],
    values: dict[str, object],
) -> None:
    # Planning a wide SELECT twice is most of the time on small tables: ask once a process.
    if (model, contract) in _AGREED:
        return
    empty = con.execute(f"select * from (\n{model.sql}\n) as model limit 0", values or None)
    given = {name: str(kind).split("(")[0] for name, kind, *_ in empty.description or []}
    promised = {c.name: c.sql_type for c in physical_columns(contract)}
    wrong = [
        *(f"{name} is missing" for name in promised if name not in given),
        *(f"{name} is not in the contract" for name in given if name not in promised),
        *(
            f"{name} is {given[name]} instead of {kind}"
            for name, kind in promised.items()
            if name in given and given[name] not in _ACCEPTED[kind]
        ),
    ]
    if wrong:
        raise ModelError(
            f"{model.path} and its contract {contract.__name__} disagree: {'; '.join(wrong)}. "
            "Change one of them (a bare NULL is an INTEGER: cast it)."
        )
    _AGREED.add((model, contract))


def _assert_key(con: duckdb.DuckDBPyConnection, model: Model, contract: type[Contract]) -> None:
    if not contract.primary_key:
        return
    key = ", ".join(contract.primary_key)
    found = con.execute(
        f"select count(*), sum(times) from (select count(*) as times "
        f'from {model.layer}."{model.table}" group by {key} having count(*) > 1)'
    ).fetchone()
    if found and found[0]:
        raise ModelError(
            f"{model.path} gives {found[1]} rows for {found[0]} keys of {model.name} ({key}); "
            f"expected {contract.grain[:1].lower()}{contract.grain[1:].rstrip('.')}. A join "
            "multiplies rows: correct the SELECT, or the key in expectations/contracts."
        )


def _ensure_table(con: duckdb.DuckDBPyConnection, contract: type[Contract]) -> None:
    layer, table = contract.layer, contract.table
    # The comment ends with the version of the contract the table was made from.
    found = con.execute(
        """
        select comment from duckdb_tables()
        where database_name = current_database() and schema_name = ? and table_name = ?
        """,
        [layer, table],
    ).fetchone()
    if found == (table_comment(contract),):
        return
    con.execute(f"create schema if not exists {layer}")
    con.execute(f'drop table if exists {layer}."{table}"')
    con.execute(";".join([create_table_sql(contract), *comment_sql(contract)]))


def _broken(model: Model, error: duckdb.ConstraintException) -> str:
    # DuckDB's sentence names the column; a value could only stand after a colon.
    return (
        f"{model.path} gives a row that its contract forbids: {str(error).split(chr(10))[0]} "
        "Correct the SELECT, or the contract if the value may be missing."
    )
