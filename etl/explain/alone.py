"""One patient alone in a warehouse in memory, to be derived anew under other assumptions.

Belongs here: copying what the models read of one patient, changing a parameter or a value, and
deriving again. Does not belong here: which changes are worth trying (`alternatives`), what they
come to in words (`changes`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from etl.explain.facts import Facts
from etl.explain.reading import has_table, read_facts
from etl.models import Model, load_models, run_model
from etl.parameters import Parameters
from etl.warehouse import open_memory

_BUILT = ("derived", "marts")


@dataclass(frozen=True)
class Edit:
    """Another value for some source rows, or their removal.

    Attributes:
        table: staging table.
        rows: (file, line) of each row.
        assign: SQL of the new value by column; empty when the rows are left out.
    """

    table: str
    rows: tuple[tuple[str, int], ...]
    assign: tuple[tuple[str, str], ...] = ()


class Alone:
    """A patient alone: `derive` gives the facts under changed parameters or source rows."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        patient_id: str,
        parameters: Parameters,
    ) -> None:
        self.con = con
        self.patient_id = patient_id
        self.parameters = parameters
        self._stale = frozenset(model.name for model in _models())

    def derive(
        self, parameters: Mapping[str, object] | None = None, edits: tuple[Edit, ...] = ()
    ) -> Facts:
        """The facts of the patient, with these parameters and source rows instead."""
        changed = Parameters(**(self.parameters.model_dump() | dict(parameters or {})))
        touched = _touched(changed, self.parameters, edits)
        for edit in edits:
            self._apply(edit)
        try:
            for model in _models():
                if model.name in self._stale | touched:
                    run_model(self.con, model, changed.as_sql())
            self._stale = touched
            return read_facts(self.con, self.patient_id, changed)
        finally:
            for edit in edits:
                self._restore(edit.table)

    def _apply(self, edit: Edit) -> None:
        for file, line in edit.rows:
            where = "where source_file = ? and source_line = ?"
            if edit.assign:
                values = ", ".join(f"{column} = {value}" for column, value in edit.assign)
                self.con.execute(f"update staging.{edit.table} set {values} {where}", [file, line])
            else:
                self.con.execute(f"delete from staging.{edit.table} {where}", [file, line])

    def _restore(self, table: str) -> None:
        self.con.execute(f"delete from staging.{table}")
        self.con.execute(f"insert into staging.{table} select * from kept.{table}")


@contextmanager
def patient_alone(
    con: duckdb.DuckDBPyConnection, patient_id: str, parameters: Parameters
) -> Iterator[Alone]:
    """Copy what the derivations read of one patient into a warehouse in memory.

    Args:
        con: Session on the warehouse; only read.
        patient_id: The patient.
        parameters: What the warehouse was derived under.
    """
    inputs = _inputs(con)
    with open_memory() as memory:
        memory.execute("set threads = 1")  # tiny tables: threads would cost more than they do
        memory.execute("create schema kept")
        for name in inputs:
            _copy(con, memory, name, patient_id)
        yield Alone(memory, patient_id, parameters)


def _models() -> list[Model]:
    return [model for model in load_models().values() if model.layer in _BUILT]


def _inputs(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """What the models read, and what facts and studies may look at besides."""
    models = _models()
    read = {name for model in models for name in model.reads} - {model.name for model in models}
    stand = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() and schema_name in ('staging', 'codelists')"
    ).fetchall()
    shown = {str(name) for (name,) in stand} | {"quality.rules", "source.export"}
    return tuple(sorted(read | shown))


def _copy(
    con: duckdb.DuckDBPyConnection,
    memory: duckdb.DuckDBPyConnection,
    name: str,
    patient_id: str,
) -> None:
    schema, _, table = name.partition(".")
    if not has_table(con, schema, table):
        return
    columns = [str(row[0]) for row in con.execute(f"describe {name}").fetchall()]
    where, values = ("where patient_id = ?", [patient_id]) if "patient_id" in columns else ("", [])
    copied = con.execute(f"select * from {name} {where}", values).fetch_arrow_table()
    memory.register("copied", copied)
    memory.execute(f"create table {name} as select * from copied")
    if schema == "staging":
        memory.execute(f"create table kept.{table} as select * from copied")
    memory.unregister("copied")


def _touched(changed: Parameters, usual: Parameters, edits: tuple[Edit, ...]) -> frozenset[str]:
    """The models whose rows may differ: those that read what changed, and all that read them."""
    now, before = changed.model_dump(), usual.model_dump()
    names = {name for name, value in now.items() if value != before[name]}
    tables = {f"staging.{edit.table}" for edit in edits}
    found: set[str] = set()
    for model in _models():
        if names & set(model.parameters) or (tables | found) & set(model.reads):
            found.add(model.name)
    return frozenset(found)
