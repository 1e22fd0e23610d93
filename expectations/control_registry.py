"""A rule's example as rows of the native export, so that it can go through staging.

Belongs here: which native rows an example is, and ids of its own for it among many examples in one
registry. Does not belong here: staging them (`etl.controls`) and their verdicts (`controls`).

An example of one row of the subject becomes native rows where each of its values is one that an
export delivers: `patient_death_date` of an adverse event becomes a patient with that date. An
example that names a value which staging or the subject view works out stays a row.
"""

from collections.abc import Iterator

from expectations.catalogue import Example, Rule
from expectations.examples import rows_of
from expectations.export_format import TABLES
from expectations.subjects import Subject

Tables = dict[str, list[dict[str, str]]]

_PARENTS = {"patients": "patient_id", "treatments": "treatment_id"}
_LINKED = ("patients", "treatments")
_ID = "1"


def native_tables(rule: Rule, example: Example, subject: Subject) -> Tables | None:
    """The native rows of an example; None when it names values that are worked out."""
    if rule.stage != "source":
        return None
    given = rows_of(rule, example)
    if not given:
        return example.tables
    own = subject.own_table
    if len(given) != 1 or own not in TABLES:
        return None
    rows: dict[str, dict[str, str]] = {own: {}}
    for name, text in given[0].items():
        origin = subject.origin(name)
        if origin is None or origin[0] not in (own, *_LINKED):
            return None
        rows.setdefault(origin[0], {})[origin[1]] = text
    if own == "drugs":
        rows.setdefault("treatments", {})
    for table, row in rows.items():
        _link(table, row, rows)
    return {table: [row] for table, row in rows.items() if table != "patients"} | {
        "patients": list(_patients(rows))
    }


def _link(table: str, row: dict[str, str], rows: dict[str, dict[str, str]]) -> None:
    """Give a row the keys that it needs to be attached, where the example leaves them out."""
    native = TABLES[table]
    for column in native.key:
        if native.column(column).kind == "id" and not _is_link(table, column):
            spoken_of = next((other[column] for other in rows.values() if other.get(column)), _ID)
            row.setdefault(column, spoken_of)
    for parent, key in _PARENTS.items():
        is_needed = parent == "patients" or parent in rows
        if parent != table and is_needed and key in native.column_names:
            row.setdefault(key, rows.get(parent, {}).get(key, _ID))


def _is_link(table: str, column: str) -> bool:
    return any(table != parent and column == key for parent, key in _PARENTS.items())


def _patients(rows: dict[str, dict[str, str]]) -> Iterator[dict[str, str]]:
    """The example's patient, and every other patient that its rows speak of."""
    first = {"patient_id": _ID, **rows.get("patients", {})}
    known = {first["patient_id"]}
    yield first
    for row in rows.values():
        patient = row.get("patient_id", "")
        if patient and patient not in known:
            known.add(patient)
            yield {"patient_id": patient}


def with_own_ids(tables: Tables, name: str) -> Tables:
    """The same rows with ids that no other example has, in a file of their own."""
    return {
        table: [
            {
                column: f"{name}:{text}"
                if text and TABLES[table].column(column).kind == "id"
                else text
                for column, text in row.items()
            }
            | {"_file": name}
            for row in rows
        ]
        for table, rows in tables.items()
    }


def empty_files(example: Example) -> tuple[str, ...]:
    """The optional files that the example says are empty: it needs a registry without them."""
    return tuple(
        sorted(name for name, rows in example.tables.items() if TABLES[name].optional and not rows)
    )
