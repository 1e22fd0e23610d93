"""Versioned code lists: what a coded value may be, and what a written drug means.

Belongs here: CSV data files and the functions that read them into Python or DuckDB. Does not
belong here: judging values (rules) or matching written drugs (staging SQL).
"""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def code_lists() -> dict[str, tuple[str, ...]]:
    """Every code list with its codes, in the order of the file."""
    lists: dict[str, list[str]] = {}
    for row in _read("codes"):
        lists.setdefault(row["codelist"], []).append(row["code"])
    return {name: tuple(values) for name, values in lists.items()}


def codes(codelist: str) -> tuple[str, ...]:
    """The codes of one list.

    Raises:
        KeyError: there is no list of that name in `codes.csv`.
    """
    if codelist not in code_lists():
        raise KeyError(f"There is no code list {codelist} in {FOLDER / 'codes.csv'}.")
    return code_lists()[codelist]


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
