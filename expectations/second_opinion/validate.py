"""Running the suites in the session's DuckDB: counts of unexpected records, no values.

Belongs here: Great Expectations' context, running, reading counts from its results. Does not
belong here: suites, comparing (agreement), pages (data_docs).
"""

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx

from expectations.second_opinion.dialect import lend
from expectations.suites import SubjectSuite

# Counts without examples: a result never holds a value of the registry.
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Validated:
    """One suite's result.

    Attributes:
        suite: the suite that was asked.
        result: Great Expectations' result, for its Data Docs.
        unexpected: records that did not meet a rule, by rule id.
        failed: rules that could not be asked, with the kind of error.
    """

    suite: SubjectSuite
    result: Any
    unexpected: dict[str, int]
    failed: dict[str, str]


def validate(con: duckdb.DuckDBPyConnection, suites: Sequence[SubjectSuite]) -> list[Validated]:
    """Ask every suite; the session is read only, but for temporary tables of this run."""
    with lend(con) as address, _quiet():
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        source = context.data_sources.add_sql(
            "warehouse", connection_string=address, create_temp_table=False
        )
        return [_validate(con, context, source, suite) for suite in suites]


def _validate(
    con: duckdb.DuckDBPyConnection, context: Any, source: Any, suite: SubjectSuite
) -> Validated:
    con.execute(suite.table_sql)
    try:
        # A query, since a native expectation forgets the schema of a table.
        asset = source.add_query_asset(suite.name, query=f"select * from {suite.table}")
        definition = gx.ValidationDefinition(
            name=suite.name,
            data=asset.add_batch_definition_whole_table("all records"),
            suite=context.suites.add_or_update(suite.suite),
        )
        context.validation_definitions.add(definition)
        result = definition.run(result_format=COUNTS_ONLY)
    finally:
        con.execute(f"drop table {suite.table}")
    return _read(suite, result)


def _read(suite: SubjectSuite, result: Any) -> Validated:
    unexpected = {one.rule.id: 0 for one in suite.expressed if one.how != "not expressible"}
    failed = {}
    for one in result.results:
        rule_id = one.expectation_config.meta["rule_id"]
        count = count_of(one.result)
        if count is None:
            failed[rule_id] = one.expectation_config.type
        else:
            unexpected[rule_id] += count
    for rule_id in failed:
        unexpected.pop(rule_id, None)
    return Validated(suite, result, unexpected, failed)


def count_of(result: dict[str, Any]) -> int | None:
    """The unexpected records; None when the expectation could not be asked."""
    if result.get("element_count") == 0:
        return 0  # asked of no record: Great Expectations then leaves the count out
    count = result.get("unexpected_count", result.get("observed_value"))
    return None if count is None else int(count)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations logs what went wrong, with the SQL; the result says it, too."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
