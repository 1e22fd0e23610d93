"""A synthetic cohort for each study that prints figures, made so that they all come out.

Belongs here: the cohorts, deriving them together, and looking at one as if it were alone. Does not
belong here: patients at the boundaries (cases), what is asserted (the test modules).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache

import duckdb

from etl.outputs.report import ReportContext
from etl.outputs.results import Results, read_results
from etl.parameters import Parameters
from etl.studies import build_study
from tests.studies.language import STUDIES, Patient, registry

CONTEXT = ReportContext(
    snapshot_id="5" * 64,
    source="native",
    registry="Test registry",
    export_date=date(2025, 3, 3),
    is_synthetic=True,
    code_version="0.1.0",
    rules_hash="7" * 64,
    parameters=Parameters(),
    minimum_cell=5,
)
TABLES = ("patients", "treatment_lines", "responses", "adverse_events")

_ANTI_PD_1 = "0-300 nivolumab reason=completed; 84 scan PR; 400 scan PD; 420-500 nivolumab"
_GAP = "0-100 nivolumab; 84 scan SD; 191-250 nivolumab; 1104 death melanoma"
_VACCINE = (
    "0-63 ipilimumab + gp100 vaccine; 84 scan PR; 200 scan PD; 220-283 ipilimumab + gp100 vaccine"
)
_IPILIMUMAB = "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab"
_THIRD_LINE = (
    "0-210 irinotecan + cetuximab; 84 scan PR; 215 scan PD; 230-400 oxaliplatin + bevacizumab;"
    "390 scan PD; 410-500 irinotecan + cetuximab"
)
_COLITIS = (
    "0-63 nivolumab reason=toxicity; 60 event Colitis 3 of=T1 irae=yes stopped=yes;"
    "200-260 nivolumab severe=no"
)
_BOTH = "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 300-363 ipilimumab + nivolumab"
_ALONE = "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 nivolumab; 500 contact"
_WITH = "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 ipilimumab + nivolumab; 500 contact"

COHORTS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "van-zeijl-2022": (
        (17, f"{_ANTI_PD_1}; 500 scan PR"),
        (10, f"{_ANTI_PD_1}; 500 scan PD"),
    ),
    "jansen-2019": (
        (6, f"{_ANTI_PD_1}; 500 scan CR"),
        (13, f"{_ANTI_PD_1}; 500 scan SD"),
    ),
    "whitman-2020": (
        (10, f"{_GAP}; 250 scan PR"),
        (6, f"{_GAP}; 250 scan SD"),
        (3, f"{_GAP}; 250 scan NE"),
        (2, _GAP),
    ),
    "robert-2013": (
        (3, f"{_VACCINE}; 304 scan PR"),
        (12, f"{_VACCINE}; 304 scan SD"),
        (8, f"{_VACCINE}; 304 scan PD"),
        (1, f"{_VACCINE}; 304 scan NE"),
        (3, f"{_IPILIMUMAB}; 304 scan CR"),
        (3, f"{_IPILIMUMAB}; 304 scan SD"),
        (2, f"{_IPILIMUMAB}; 304 scan PD"),
        (8, "0-63 ipilimumab; 84 scan PD; 120-183 ipilimumab; 204 scan PR"),
    ),
    "cricket": (
        (6, f"{_THIRD_LINE}; 490 scan PR"),
        (20, f"{_THIRD_LINE}; 490 scan PD"),
        (2, f"{_THIRD_LINE}; 490 scan NE"),
    ),
    "dolladille-2020": (
        (15, f"{_COLITIS}; 240 event Colitis 2 of=T2 irae=yes"),
        (7, f"{_COLITIS}; 240 event Hepatitis 2 of=T2 irae=yes"),
        (30, _COLITIS),
    ),
    "chapman-2021": (
        (5, f"{_BOTH}; 384 scan PR"),
        (17, f"{_BOTH}; 384 scan PD"),
        (4, f"{_BOTH}; 384 scan NE"),
    ),
    "betof-warner-2020": (
        (5, f"{_ALONE}; 300 scan PR"),
        (29, f"{_ALONE}; 300 scan PD"),
        (11, f"{_WITH}; 300 scan PR"),
        (33, f"{_WITH}; 300 scan PD"),
    ),
    "chiarion-sileni-2014": (
        (1, f"{_IPILIMUMAB}; 300 scan SD; 305 contact"),
        (24, f"{_IPILIMUMAB}; 304 scan SD; 500 death melanoma"),
        (3, f"{_IPILIMUMAB}; 304 scan SD; 640 death melanoma"),
        (2, f"{_IPILIMUMAB}; 304 scan NE; 640 death melanoma"),
        (21, f"{_IPILIMUMAB}; 304 scan PD; 900 contact"),
    ),
    "lebbe-2014": (
        (3, f"{_IPILIMUMAB}; 304 scan PR"),
        (10, f"{_IPILIMUMAB}; 304 scan PD"),
    ),
}


@contextmanager
def only(con: duckdb.DuckDBPyConnection, prefix: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with the patients of a prefix only; what is done to it is undone."""
    con.execute("begin")
    try:
        for table in TABLES:
            con.execute(f"delete from marts.{table} where not starts_with(patient_id, ?)", [prefix])
        yield con
    finally:
        con.execute("rollback")


@cache
def found(study_id: str) -> Results:
    """What a study finds in its own cohort."""
    with only(_all_cohorts(), f"{study_id}~") as con:
        build_study(con, STUDIES[study_id], Parameters())
        return read_results(con, STUDIES[study_id], CONTEXT)


@cache
def _all_cohorts() -> duckdb.DuckDBPyConnection:
    people = {
        f"{study_id}~{group}-{number}": Patient("", timeline)
        for study_id, cohort in COHORTS.items()
        for group, (size, timeline) in enumerate(cohort)
        for number in range(size)
    }
    return registry(people)
