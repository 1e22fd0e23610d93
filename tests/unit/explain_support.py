"""Explaining a patient drawn as a timeline: one patient P, derived, its facts read.

Belongs here: what the tests of `etl.explain` share. Does not belong here: expected sentences.
"""

from collections.abc import Mapping, Sequence

import duckdb

from etl.explain.document import Statement
from etl.explain.facts import Facts
from etl.explain.reading import read_facts
from etl.parameters import Parameters
from tests.derivations import derive
from tests.spec.language import Paragraph, as_rows


def facts_of(
    con: duckdb.DuckDBPyConnection,
    timeline: str,
    *,
    declares: Mapping[str, str] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> Facts:
    """The facts of a patient whose course is drawn as in the spec; day 0 is 1 January 2020."""
    rows = as_rows(Paragraph("", timeline), "P")
    given = Parameters(**dict(parameters or {}))
    derive(con, declares=declares, parameters=given.as_sql(), **rows)
    return read_facts(con, "P", given)


def said(statements: Sequence[Statement], label: str) -> list[str]:
    """The sentences under a label."""
    return [one.text for one in statements if one.label == label]
