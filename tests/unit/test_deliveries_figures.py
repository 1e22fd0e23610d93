"""The figures of studies beside those of the last published night."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.deliveries import build_before_judging
from etl.warehouse import open_memory
from expectations import delivery_tables
from expectations.catalogue import Catalogue, load_catalogue
from expectations.contracts import contract_for, create_table_sql
from expectations.evaluate import judge, prepare
from tests.support import native

WHOLE = load_catalogue()
FIGURES = Catalogue((WHOLE.by_id["SNP-M14"],), WHOLE.subjects)
Figure = tuple[str, float | None, int]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        native(opened)
        opened.execute(create_table_sql(contract_for("marts.estimates")).replace(" not null", ""))
        yield opened


def release(con: duckdb.DuckDBPyConnection, *figures: Figure, commit: bool = True) -> list[str]:
    """A night with these figures (endpoint, value, denominator); the keys of those that moved."""
    prepare(con, FIGURES)
    con.execute("delete from marts.estimates")
    for endpoint, value, denominator in figures:
        con.execute(
            "insert into marts.estimates (study, edition, stratum, subset, endpoint, statistic, "
            "value, numerator, denominator) values ('s', 'as_registered', 'all', 'all', ?, ?, ?, "
            "0, ?)",
            [endpoint, "median" if endpoint == "os" else "proportion", value, denominator],
        )
    build_before_judging(con, "mart")
    judge(con, FIGURES, "mart")
    moved = con.execute("select record_key from quality.findings_tonight order by 1").fetchall()
    if commit:
        con.execute("create table quality.next_deliveries_plan (snapshot_id varchar)")
        delivery_tables.commit_history(con)
    return [key.split("|")[4] for (key,) in moved]


def test_a_figure_that_moved_is_told_once(con: duckdb.DuckDBPyConnection) -> None:
    assert release(con, ("orr", 0.40, 66), ("os", 20.0, 66), ("dcr", 0.5, 19)) == []
    # five points of a proportion, five percent of a median; a small set is not asked about
    assert release(con, ("orr", 0.45, 66), ("os", 21.0, 66), ("dcr", 0.9, 19)) == []
    assert release(con, ("orr", 0.51, 66), ("os", 23.0, 66), ("dcr", 0.1, 19)) == ["orr", "os"]
    assert release(con, ("orr", 0.51, 66), ("os", 23.0, 66), ("dcr", 0.1, 19)) == []


def test_a_median_that_is_no_longer_reached_moved(con: duckdb.DuckDBPyConnection) -> None:
    release(con, ("os", 20.0, 66))
    assert release(con, ("os", None, 66)) == ["os"]
    assert release(con, ("os", None, 66)) == []


def test_a_night_that_is_held_is_not_compared_with(con: duckdb.DuckDBPyConnection) -> None:
    release(con, ("orr", 0.40, 66))
    assert release(con, ("orr", 0.60, 66), commit=False) == ["orr"]
    assert release(con, ("orr", 0.60, 66)) == ["orr"]
