"""Whole nights over synthetic deliveries: files in, judged and derived tables out.

Belongs here: making a delivery and running every step over it, nothing mocked. Does not belong
here: what is expected to come out (the tests beside it), publishing (its own tests).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from etl.deliveries import build_before_judging, build_deliveries
from etl.ingest import Registration, load_export
from etl.models import run_layer
from etl.parameters import Parameters
from etl.studies import build_study, load_studies
from etl.synthetic import Registry, generate_registry, write_export
from etl.synthetic.calibration import DEFAULT_PATIENTS, DEFAULT_SEED
from etl.warehouse import open_memory
from expectations import evaluate
from expectations.catalogue import load_catalogue
from expectations.codelists import load_codelists


@dataclass(frozen=True)
class SyntheticNight:
    """The warehouse after a night over a synthetic delivery, and what is true of it."""

    con: duckdb.DuckDBPyConnection
    registration: Registration
    registry: Registry
    truth: dict[str, Any]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.con.execute(sql).fetchall()


@contextmanager
def synthetic_night(
    folder: Path,
    dialect: Literal["native", "dmtr"],
    *,
    patients: int = DEFAULT_PATIENTS,
    seed: int = DEFAULT_SEED,
    with_faults: bool = True,
    fault_share: float | None = None,
) -> Iterator[SyntheticNight]:
    """Write a synthetic delivery and run every step of a night over it."""
    registry = generate_registry(patients, seed, with_faults=with_faults, fault_share=fault_share)
    truth = folder / "truth.json"
    delivery = write_export(registry, folder / "delivery", dialect, truth)
    with open_memory() as con:
        registration = run_night(con, delivery, dialect)
        yield SyntheticNight(
            con, registration, registry, json.loads(truth.read_text(encoding="utf-8"))
        )


def run_night(con: duckdb.DuckDBPyConnection, delivery: Path, source: str) -> Registration:
    """Every step of a night up to the studies, over one delivery."""
    load_codelists(con)
    registration = load_export(con, delivery, source)
    run_steps(con)
    return registration


def run_steps(con: duckdb.DuckDBPyConnection, *studies: str) -> None:
    """Every step after loading, up to the studies (all, or those named) and their verdicts."""
    catalogue, parameters = load_catalogue(), Parameters()
    run_layer(con, "staging", parameters.as_sql())
    evaluate.prepare(con, catalogue)
    [(as_of,)] = con.execute("select export_date from source.export").fetchall()
    build_deliveries(con, snapshot_id="night", as_of=as_of)
    evaluate.judge(con, catalogue, "source")
    run_layer(con, "derived", parameters.as_sql())
    run_layer(con, "marts", parameters.as_sql())
    build_before_judging(con, "derived")
    evaluate.judge(con, catalogue, "derived")
    for name, study in load_studies().items():
        if not studies or name in studies:
            build_study(con, study, parameters)
    build_before_judging(con, "mart")
    evaluate.judge(con, catalogue, "mart")
