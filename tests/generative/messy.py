"""Registries with everything that a hospital may write: Hypothesis draws them, then spoils them.

Belongs here: drawing a small registry, adding baselines and adverse events, and spoiling cells of
every table of the export format by their kind. Does not belong here: comparing (the tests).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from expectations.codelists import code_lists
from expectations.export_format import TABLES, Column
from tests.generative.registries import DAY_ZERO, Person, as_tables, persons

Tables = dict[str, list[dict[str, Any]]]

DATES = (
    *(None, "", "2020", "2021-02", "2021-02-31", "14-06-2021", "1900-01-01", "9999-12-31"),
    *("2019-12-31", "2052-01-01", "0000-01-01", "unknown", " 2021-03-02 "),
)
NUMBERS = (None, "", "-1", "0", "1", "2", "3", "4", "5", "6", "99", "3.5", "1.250", "12,5", "x")
TEXTS = (None, "", "Colitis", "colitis", "Alopecia", "Rash", "steroids; none", "no such thing", "x")
IDS = (None, "", "P1", "P2", "P1-T0", "P1-T1", "nobody")


@dataclass(frozen=True)
class Messy:
    """A drawn registry: its patients, and the seed of what is spoiled."""

    people: tuple[Person, ...]
    seed: int


registries: st.SearchStrategy[Messy] = st.builds(
    Messy,
    st.lists(persons(), min_size=1, max_size=2).map(tuple),
    st.integers(0, 2**32 - 1),
)


def as_export(registry: Messy, name: str) -> Tables:
    """The spoiled rows of one registry, from files of its own; ids begin with its name."""
    random = Random(registry.seed)  # noqa: S311 - a test's own
    tables = as_tables(registry.people)
    tables["hospitals"] = [{"hospital_id": "H1", "name": "One"}]
    tables["baselines"] = [_row("baselines", random, patient) for patient in tables["patients"]]
    tables["adverse_events"] = [
        _row("adverse_events", random, treatment) | {"event_id": f"E{place}"}
        for place, treatment in enumerate(tables["treatments"])
        for _ in range(random.choice((0, 1, 2)))
    ]
    for patient in tables["patients"]:
        patient |= {"hospital_id": "H1", "sex": "female", "birth_date": "1960"}
    return {table: _spoiled(table, rows, random, name) for table, rows in tables.items()}


def together(registries_drawn: Sequence[Messy]) -> Tables:
    """Many registries as one delivery, told apart by their ids and hospitals."""
    tables: Tables = {table: [] for table in TABLES}
    for number, registry in enumerate(registries_drawn):
        for table, rows in as_export(registry, f"R{number}").items():
            tables[table] += rows
    return tables


def _row(table: str, random: Random, of: dict[str, Any]) -> dict[str, Any]:
    """A row with a fitting value in every column, of this patient and treatment."""
    row = {column.name: _fitting(column, random) for column in TABLES[table].columns}
    return row | {name: of[name] for name in ("patient_id", "treatment_id") if name in of}


def _fitting(column: Column, random: Random) -> Any:
    if column.kind == "code":
        return random.choice(list(code_lists()[str(column.codelist)]))
    if column.kind == "date":
        return DAY_ZERO + timedelta(days=random.randrange(900))
    if column.kind in ("integer", "number"):
        return random.choice(("1", "2", "3", "4", "5", "250"))
    if column.kind == "text":
        return random.choice(("Colitis", "Rash", "Alopecia", "none", None))
    return None


def _spoiled(
    table: str, rows: list[dict[str, Any]], random: Random, name: str
) -> list[dict[str, Any]]:
    columns = TABLES[table].columns
    spoiled = []
    for row in rows:
        changed = {
            column.name: _wrong(column, random) if random.random() < 0.12 else row.get(column.name)
            for column in columns
        }
        spoiled.append(changed)
        if random.random() < 0.06:  # delivered twice, sometimes with another value
            again = dict(changed)
            if random.random() < 0.5:
                column = random.choice(columns)
                again[column.name] = _wrong(column, random)
            spoiled.append(again)
    return [_named(table, row, name) for row in spoiled]


def _wrong(column: Column, random: Random) -> Any:
    if column.kind == "code":
        codes = list(code_lists()[str(column.codelist)])
        return random.choice((None, "", "no such code", *codes, codes[0].upper()))
    pools = {"date": DATES, "integer": NUMBERS, "number": NUMBERS, "text": TEXTS, "id": IDS}
    return random.choice(pools[column.kind])


def _named(table: str, row: dict[str, Any], name: str) -> dict[str, Any]:
    named = {
        column: f"{name}:{value}" if value and TABLES[table].column(column).kind == "id" else value
        for column, value in row.items()
    }
    return named | {"_file": f"{name}/{table}.csv"}
