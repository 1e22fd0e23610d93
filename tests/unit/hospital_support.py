"""A registry of hospitals small enough to plan: patients with a first line, a response, a status.

Belongs here: making its tables, deriving them, and the night of its pages. Does not belong here:
expected values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import duckdb

from etl.deliveries import build_deliveries
from etl.hospital_indicators import build_hospital_indicators
from etl.outputs.hospitals import Pages, write_hospital_pages
from expectations import ledger, queries
from expectations.catalogue import Catalogue
from expectations.codelists import load_codelists
from expectations.evaluate import judge, prepare
from tests.support import Row, native, run_layers
from tests.unit.ledger_support import catalogue_of, record
from tests.unit.quality_support import context

CUT_OFF = date(2025, 3, 3)
_START = date(2021, 1, 1)
RULES = catalogue_of("PAT-C02", "AE-T19")


@dataclass(frozen=True)
class Planned:
    """A hospital of `patients`, of whom so many respond, have ECOG known, die within 30 days.

    Attributes:
        hospital_id: its code.
        patients: all of them begin anti-PD-1 as their first line.
        responders: how many of them have CR at day 60; the others SD.
        known: how many have their ECOG known.
        early_deaths: how many of the last ones die on day 20.
        wrong_dates: how many have a date of death that is none.
        name: as in hospitals.csv.
    """

    hospital_id: str
    patients: int
    responders: int
    known: int | None = None
    early_deaths: int = 0
    wrong_dates: int = 0
    name: str = ""


def level(number: int = 7, patients: int = 40, responders: int = 16) -> list[Planned]:
    """So many hospitals that are all the same: H1, H2 ..."""
    return [
        Planned(f"H{place}", patients, responders, name=f"Clinic {place}")
        for place in range(1, number + 1)
    ]


def tables(hospitals: Iterable[Planned], *, has_list: bool = True) -> dict[str, list[Row]]:
    """The tables of an export with these hospitals."""
    made: dict[str, list[Row]] = {
        name: [] for name in ("patients", "baselines", "treatments", "responses", "hospitals")
    }
    for one in hospitals:
        if has_list:
            made["hospitals"].append({"hospital_id": one.hospital_id, "name": one.name or None})
        for place in range(one.patients):
            _patient(made, one, place)
    return made if has_list else {n: rows for n, rows in made.items() if n != "hospitals"}


def _patient(made: dict[str, list[Row]], one: Planned, place: int) -> None:
    key = _key(one, place)
    start = _START + timedelta(days=place)
    dies_early = place >= one.patients - one.early_deaths
    died = start + timedelta(days=20)
    is_wrong = place < one.wrong_dates
    made["patients"].append(
        {
            "patient_id": key,
            "hospital_id": one.hospital_id,
            "sex": "female",
            "vital_status": "dead" if dies_early else "alive",
            "death_date": str(died) if dies_early else "31-31-1999" if is_wrong else None,
            "last_contact_date": str(died if dies_early else date(2025, 2, 1)),
        }
    )
    made["baselines"].append(
        {
            "patient_id": key,
            "advanced_diagnosis_date": str(start - timedelta(days=30)),
            "ecog": "1" if one.known is None or place < one.known else "unknown",
        }
    )
    made["treatments"].append(
        {
            "treatment_id": f"t-{key}",
            "patient_id": key,
            "hospital_id": one.hospital_id,
            "regimen": "pembrolizumab",
            "setting": "advanced",
            "start_date": str(start),
            "severe_toxicity": "no",
        }
    )
    if not dies_early:
        made["responses"].append(
            {
                "response_id": f"r-{key}",
                "patient_id": key,
                "treatment_id": f"t-{key}",
                "assessment_date": str(start + timedelta(days=60)),
                "criteria": "RECIST1.1",
                "response": "CR" if place < one.responders else "SD",
            }
        )


def _key(one: Planned, place: int) -> str:
    """A pseudonym that says nothing of the hospital."""
    return f"p{sha256(f'{one.hospital_id}|{place}'.encode()).hexdigest()[:10]}"


def build(
    con: duckdb.DuckDBPyConnection,
    hospitals: Iterable[Planned],
    *,
    has_list: bool = True,
    not_collected: tuple[str, ...] = (),
    catalogue: Catalogue = RULES,
) -> None:
    """Everything a night does up to the ledger, and the indicators."""
    native(
        con,
        export_date=CUT_OFF,
        not_collected=not_collected,
        **tables(hospitals, has_list=has_list),
    )
    con.execute("insert into source.deliveries values (null, ?, 'test')", [CUT_OFF])
    load_codelists(con)
    run_layers(con, "staging")
    snapshot = record("night-1", 1)
    prepare(con, catalogue)
    build_deliveries(con, snapshot_id=snapshot.snapshot_id, as_of=snapshot.as_of)
    judge(con, catalogue, "source")
    run_layers(con, "derived", "marts")
    ledger.plan(con, snapshot.snapshot_id, snapshot.as_of, catalogue)
    queries.load(con, Path("/nowhere/queries.sqlite"), snapshot.as_of)
    build_hospital_indicators(con)


def pages(con: duckdb.DuckDBPyConnection, folder: Path) -> Pages:
    """The pages of that night."""
    return write_hospital_pages(con, RULES, folder, context(1))
