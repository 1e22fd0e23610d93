"""Versioned code lists: what a coded value may be, and what a written drug means.

Belongs here: CSV data files and the functions that read them into Python or DuckDB. Does not
belong here: judging values (rules) or matching written drugs (staging SQL).
"""

import csv
import hashlib
from functools import cache
from pathlib import Path

import duckdb
import yaml

FOLDER = Path(__file__).parent

NOT_KNOWN = ("unknown", "not_tested")
"""Codes, of whatever list, that leave a value not known, as an empty cell does: what was not tested
is not known, though the answer is. Completeness, shares of unknowns, tables of patients, subgroups
and shared versions all read `known` from here; of `unknown_primary`, which is a finding, the value
is known."""

_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "codes": (
        "One row per code of a code list.",
        {"codelist": "varchar", "code": "varchar", "label": "varchar"},
    ),
    "substances": (
        "One row per substance.",
        {
            "substance": "varchar",
            "atc": "varchar",
            "drug_class": "varchar",
            "route": "varchar",
            "is_systemic": "boolean",
            "is_biological": "boolean",
        },
    ),
    "drug_aliases": (
        "One row per way of writing and substance it stands for.",
        {"alias": "varchar", "substance": "varchar"},
    ),
    "drug_words": (
        "One row per word in a drug text that names no drug, and what it means for its reading.",
        {"word": "varchar", "meaning": "varchar"},
    ),
    "ctcae_terms": (
        "One row per CTCAE version and term.",
        {
            "ctcae_version": "varchar",
            "term": "varchar",
            "category": "varchar",
            "grades": "varchar",
            "organ_class": "varchar",
            "is_immune_related": "boolean",
        },
    ),
    "drug_classes": (
        "One row per drug class; whether its substances share a mechanism, and its group.",
        {"drug_class": "varchar", "class_group": "varchar", "is_one_mechanism": "boolean"},
    ),
    "organ_classes": (
        "One row per CTCAE category and the organ class of its terms, unless a term has its own.",
        {"category": "varchar", "organ_class": "varchar"},
    ),
}


@cache
def code_labels() -> dict[str, dict[str, str]]:
    """Every code list, each with its codes and their labels, in the order of the file."""
    lists: dict[str, dict[str, str]] = {}
    for row in _read("codes"):
        lists.setdefault(row["codelist"], {})[row["code"]] = row["label"]
    return lists


@cache
def code_lists() -> dict[str, tuple[str, ...]]:
    """Every code list with its codes, in the order of the file."""
    return {name: tuple(labels) for name, labels in code_labels().items()}


def codes(codelist: str) -> tuple[str, ...]:
    """The codes of one list.

    Raises:
        KeyError: there is no list of that name in `codes.csv`.
    """
    if codelist not in code_lists():
        raise KeyError(f"There is no code list {codelist} in {FOLDER / 'codes.csv'}.")
    return code_lists()[codelist]


@cache
def substance_classes() -> dict[str, str]:
    """Every substance by generic name, with its class."""
    return {row["substance"]: row["drug_class"] for row in _read("substances")}


def load_codelists(con: duckdb.DuckDBPyConnection) -> None:
    """Put the code lists in the schema `codelists`, replacing what stands there."""
    con.execute("create schema if not exists codelists")
    for name, (grain, columns) in _TABLES.items():
        declared = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
        path = str(FOLDER / f"{name}.csv").replace("'", "''")
        con.execute(
            f"""
            create or replace table codelists.{name} as
            select {", ".join(columns)}
            from read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '"',
              escape = '"', columns = {{{declared}}})
            """
        )
        con.execute(f"comment on table codelists.{name} is '{grain}'")


def table_columns() -> dict[str, dict[str, str]]:
    """Columns and types of the tables that `load_codelists` makes."""
    return {name: dict(columns) for name, (_, columns) in _TABLES.items()}


@cache
def versions() -> dict[str, str]:
    """Version of each file, as declared in `versions.yaml`."""
    declared = yaml.safe_load((FOLDER / "versions.yaml").read_text(encoding="utf-8"))
    return {name: str(entry["version"]) for name, entry in declared.items()}


def fingerprint(name: str) -> str:
    """The sha256 of one file, by which a version is known to be what it says."""
    return hashlib.sha256((FOLDER / f"{name}.csv").read_bytes()).hexdigest()


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
