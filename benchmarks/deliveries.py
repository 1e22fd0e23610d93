"""What the history and the board of deliveries cost on a large registry.

Belongs here: timing the deliveries step and its rules over two nights. Does not belong here:
what is right (tests), timing of the derivations (`derivations`).

Usage: python -m benchmarks.deliveries [--patients N] [--copies N]
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.large_registry import multiply, stage_small
from etl.deliveries import build_deliveries
from etl.settings import Settings
from etl.sql_macros import create_macros
from etl.warehouse import open_session
from expectations import delivery_tables
from expectations.catalogue import Catalogue, load_catalogue
from expectations.evaluate import judge, prepare
from expectations.ledger_tables import create_ledger

FAMILIES = ("DEL", "HOS")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print the time and processor time of the block, and the peak of memory so far."""
    started, worked = time.perf_counter(), time.process_time()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    wall, work = time.perf_counter() - started, time.process_time() - worked
    print(f"{what:<40} {wall:6.1f} s, {work:6.1f} s of processor  {peak:4.1f} GB", flush=True)


def run_night(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Lay out, judge and commit one night."""
    whole = load_catalogue()
    rules = [r for r in whole.for_stage("source") if r.id.split("-")[0] in FAMILIES]
    catalogue = Catalogue(tuple(rules), whole.subjects)
    prepare(con, catalogue)
    with timed(f"night {number}: laying out"):
        build_deliveries(con, snapshot_id=f"night-{number}", as_of=date(2025, 3, 9 + number))
    with timed(f"night {number}: judging {len(rules)} rules"):
        counts = judge(con, catalogue, "source")
    for one in sorted(counts, key=lambda count: -count.milliseconds)[:6]:
        print(
            f"    {one.rule_id:<10} {one.milliseconds / 1000:6.2f} s  "
            f"{one.violated:,} of {one.applicable:,}"
        )
    with timed(f"night {number}: committing"):
        con.execute("begin")
        delivery_tables.commit_history(con)
        con.execute("commit")
        con.execute("checkpoint")


def main() -> None:
    """Time two nights; between them one patient in a thousand and his rows go."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=10_000, help="of the small registry")
    parser.add_argument("--copies", type=int, default=100, help="copies of each patient")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "large"
        home.mkdir()
        settings = Settings(home=home)
        with timed("making the registry"):
            multiply(stage_small(Path(folder), asked.patients), settings, asked.copies)
        with open_session(settings) as con:
            create_macros(con)
            create_ledger(con)
            size = settings.warehouse_path.stat().st_size
            run_night(con, 1)
            rows = con.execute("select count(*) from quality.delivered_records").fetchone()
            grown = settings.warehouse_path.stat().st_size - size
            print(f"history of {rows[0] if rows else 0:,} records: {grown / 1e6:,.0f} MB")
            for table in ("patients", "baselines", "treatments", "drugs", "responses"):
                con.execute(f"delete from staging.{table} where hash(patient_id) % 1000 = 0")
            run_night(con, 2)


if __name__ == "__main__":
    main()
