"""Every paragraph of the spec, through staging, derivation and marts.

Belongs here: deriving the paragraphs (all of a kind in one registry) and comparing. Does not
belong here: paragraphs (chapters) or their language (language).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb
import pytest

from etl.parameters import Parameters
from etl.sql_macros import create_macros
from etl.survival.variants import time_sql
from etl.warehouse import create_schemas
from expectations.codelists import load_codelists
from tests.derivations import derive
from tests.spec.chapters import chapters
from tests.spec.language import Paragraph, as_rows, as_text, expected_rows
from tests.support import dicts

PARAGRAPHS: dict[str, Paragraph] = {
    f"S{place}x{number}": paragraph
    for place, chapter in enumerate(chapters(), start=1)
    for number, paragraph in enumerate(chapter.paragraphs, start=1)
}
ORDER = {
    "marts.treatment_lines": "line_sequence",
    "derived.line_steps": "step",
    "derived.line_rows": "step, treatment_id, substance",
    "marts.responses": "assessment_date nulls last, response_id",
    "marts.adverse_events": "event_id",
    "derived.line_organ_toxicity": "line_id, category",
    "marts.reexposures": "initial_start_date, reexposure_start_date",
}
Setting = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, object], ...]]


def _setting(paragraph: Paragraph) -> Setting:
    return tuple(sorted(paragraph.declares.items())), tuple(sorted(paragraph.parameters.items()))


@cache
def _derived(setting: Setting) -> duckdb.DuckDBPyConnection:
    declares, parameters = setting
    con = duckdb.connect()
    create_schemas(con)
    load_codelists(con)
    create_macros(con)
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for patient_id, paragraph in PARAGRAPHS.items():
        if _setting(paragraph) == setting:
            for table, rows in as_rows(paragraph, patient_id).items():
                tables.setdefault(table, []).extend(rows)
    values = Parameters.model_validate(dict(parameters)).as_sql()
    derive(con, declares=dict(declares), parameters=values, **tables)
    return con


@pytest.mark.parametrize(
    "patient_id", PARAGRAPHS, ids=[f"{k} {p.question}" for k, p in PARAGRAPHS.items()]
)
def test_paragraph(patient_id: str) -> None:
    paragraph = PARAGRAPHS[patient_id]
    con = _derived(_setting(paragraph))
    for table, text in paragraph.expectations.items():
        expected = expected_rows(text)
        given = _given_rows(con, table, patient_id, expected)
        assert given == expected, f"{table} of: {paragraph.question}"


def _source(table: str) -> str:
    """A table by its name, or a time by that of its variant, with its lines."""
    if table in ORDER:
        return table
    return (
        "(select lines.patient_id, lines.line_sequence, times.* from derived.lines "
        f"inner join ({time_sql(table)}) as times on lines.line_id = times.line_id) as lines"
    )


def _given_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    patient_id: str,
    expected: list[dict[str, str | None]],
) -> list[dict[str, str | None]]:
    derived = dicts(
        con,
        f"select * from {_source(table)} where patient_id = '{patient_id}' "
        f"order by {ORDER.get(table, 'line_sequence')}",
    )
    columns = list(expected[0]) if expected else []
    return [{c: as_text(row[c], patient_id) for c in columns} for row in derived]


# One paragraph for each table that any paragraph expects rows of.
WITH_ROWS = {
    table: patient_id
    for patient_id, paragraph in PARAGRAPHS.items()
    for table, text in paragraph.expectations.items()
    if expected_rows(text)
}


@pytest.mark.parametrize("table", WITH_ROWS)
def test_an_expectation_can_fail(table: str) -> None:
    patient_id = WITH_ROWS[table]
    paragraph = PARAGRAPHS[patient_id]
    con = _derived(_setting(paragraph))
    expected = expected_rows(paragraph.expectations[table])
    column = next(iter(expected[0]))
    for wrong in (
        [expected[0] | {column: "something else"}, *expected[1:]],
        [*expected, expected[-1]],
        expected[1:],
    ):
        assert _given_rows(con, table, patient_id, wrong) != wrong


def test_a_paragraph_names_known_parameters() -> None:
    for paragraph in PARAGRAPHS.values():
        Parameters.model_validate(dict(paragraph.parameters))
        assert paragraph.expectations, f"nothing is expected of: {paragraph.question}"
