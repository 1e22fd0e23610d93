"""One patient alone in a warehouse in memory, to be derived anew under other assumptions.

Belongs here: copying what the models read of one patient, changing a parameter or a value, and
deriving again. Does not belong here: which changes are worth trying (`alternatives`), what they
come to in words (`changes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import duckdb

from etl.explain.facts import Facts, Place
from etl.explain.reading import has_table, ids_of, read_facts
from etl.models import Model, affected_models, load_models, run_model
from etl.parameters import Parameters
from etl.warehouse import open_memory
from expectations.contracts.base import PLACE

_BUILT = ("derived", "marts")
_CUTOFFS = "cutoffs"
_ALL: frozenset[str] = frozenset({"*"})
_KEYS = (
    "patient_id",
    "treatment_id",
    "response_id",
    "event_id",
    "procedure_id",
    "record_key",
    "source_file",
    "file_name",
    "person_id",
)
"""What tells one copy of the patient from another; marks sort before anything written."""


@dataclass(frozen=True)
class Edit:
    """Another value for some source rows, or their removal.

    Attributes:
        table: staging table.
        rows: where each row stands.
        assign: SQL of the new value by column; empty when the rows are left out.
    """

    table: str
    rows: tuple[Place, ...]
    assign: tuple[tuple[str, str], ...] = ()


class Alone:
    """A patient alone, derived under other parameters, or as copies with other source rows."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        patient_id: str,
        parameters: Parameters,
    ) -> None:
        self.con = con
        self.patient_id = patient_id
        self.parameters = parameters
        self.copies: tuple[str, ...] = ()
        self._stale = _ALL
        self._tables = {
            str(table): [str(row[0]) for row in con.execute(f"describe kept.{table}").fetchall()]
            for (table,) in con.execute(
                "select table_name from duckdb_tables() where schema_name = 'kept'"
            ).fetchall()
        }

    def derive(self, parameters: Mapping[str, object] | None = None) -> Facts:
        """The facts of the patient, with these parameters instead."""
        changed = Parameters(**(self.parameters.model_dump() | dict(parameters or {})))
        again = affected_models(self.parameters.as_sql(), changed.as_sql())
        touched = frozenset(model.name for model in again)
        self._run(changed, self._stale | touched)
        self._stale = touched
        return read_facts(self.con, self.patient_id, changed)

    def derive_edited(self, edits: Sequence[Edit]) -> list[Facts]:
        """The facts of a copy of the patient for each edit, all derived at once."""
        marks = [f"\x01{place}\x02" for place, _ in enumerate(edits)]
        self._fill(marks)
        for mark, edit in zip(marks, edits, strict=True):
            self._apply(edit, mark)
        self._stale = _ALL
        self._run(self.parameters, _ALL)
        self.copies = tuple(self.patient_id + mark for mark in marks)
        return [
            _unmarked(read_facts(self.con, copy, self.parameters), mark)
            for copy, mark in zip(self.copies, marks, strict=True)
        ]

    def forget_copies(self) -> None:
        """Put the patient back as registered."""
        self._fill([""])

    def _run(self, parameters: Parameters, names: frozenset[str]) -> None:
        values = parameters.as_sql()
        for model in _models():
            if names >= _ALL or model.name in names:
                run_model(self.con, model, values)

    def _fill(self, marks: Sequence[str]) -> None:
        """Every table as it was copied, once for each mark put behind its keys."""
        for table, columns in self._tables.items():
            schema = "source" if table == _CUTOFFS else "staging"
            self.con.execute(f"delete from {schema}.{table}")
            shown = ", ".join(
                f"{name} || $mark as {name}" if name in _KEYS else f'"{name}"' for name in columns
            )
            for mark in marks:
                values = {"mark": mark} if "$mark" in shown else None
                self.con.execute(
                    f"insert into {schema}.{table} select {shown} from kept.{table}", values
                )

    def _apply(self, edit: Edit, mark: str) -> None:
        where = "where " + " and ".join(f"{name} = ?" for name in PLACE)
        for file, *within in edit.rows:
            if edit.assign:
                values = ", ".join(f"{column} = {value}" for column, value in edit.assign)
                statement = f"update staging.{edit.table} set {values} {where}"
            else:
                statement = f"delete from staging.{edit.table} {where}"
            self.con.execute(statement, [file + mark, *within])


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
            _copy(con, memory, name, ids_of(con, patient_id))
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
    shown = {str(name) for (name,) in stand} | {
        "quality.rules",
        "source.export",
        "source.repeated_values",
    }
    return tuple(sorted(read | shown))


def _copy(
    con: duckdb.DuckDBPyConnection,
    memory: duckdb.DuckDBPyConnection,
    name: str,
    ids: Sequence[str],
) -> None:
    schema, _, table = name.partition(".")
    if not has_table(con, schema, table):
        return
    columns = [str(row[0]) for row in con.execute(f"describe {name}").fetchall()]
    holes = ", ".join("?" * len(ids))
    where, values = (
        (f"where patient_id in ({holes})", [*ids]) if "patient_id" in columns else ("", [])
    )
    copied = con.execute(f"select * from {name} {where}", values).to_arrow_table()
    memory.register("copied", copied)
    memory.execute(f"create table {name} as select * from copied")
    if schema == "staging" or table == _CUTOFFS:
        memory.execute(f"create table kept.{table} as select * from copied")
    memory.unregister("copied")


def _unmarked(value: Any, mark: str) -> Any:
    """The same facts with the mark of a copy taken from every key."""
    if isinstance(value, str):
        return value.replace(mark, "")
    if isinstance(value, tuple):
        return tuple(_unmarked(one, mark) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: _unmarked(getattr(value, one.name), mark) for one in fields(value)}
        return replace(value, **changed)
    return value
