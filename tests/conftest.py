"""Fixtures that every test may use: a warehouse in memory with its code lists."""

import os
from collections.abc import Iterator

import duckdb
import pytest

from etl.sql_macros import create_macros
from etl.warehouse import open_memory
from expectations.codelists import load_codelists


def pytest_configure(config: pytest.Config) -> None:
    """Let the nights of all tests remember what only rules, code and engine decide."""
    os.environ["RECHALLENGE_CACHE"] = str(config.cache.mkdir("nights")) if config.cache else ""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory: schemas, code lists and macros."""
    with open_memory() as connection:
        # Small tables are planned faster than threads are woken: one is three times as fast.
        connection.execute("set threads = 1")
        load_codelists(connection)
        create_macros(connection)
        yield connection
