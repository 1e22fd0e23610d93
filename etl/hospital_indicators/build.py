"""Building `marts.hospital_indicators`: intervals, the registry's value, control limits.

Belongs here: what is computed of the counts, for all hospitals at once, and writing the mart. Does
not belong here: counting (`counts`), limits as such (`etl/deliveries/funnel`).
"""

from collections.abc import Iterator, Sequence
from math import exp, log, sqrt
from statistics import NormalDist, median

import duckdb
import numpy as np
import pandas as pd

from etl.deliveries.funnel import TAIL, TAIL_95, limits
from etl.disclosure.policy import Policy
from etl.hospital_indicators.counts import COUNTED, DAYS, SURVIVAL, count
from etl.hospital_indicators.definitions import INDICATORS, Indicator
from etl.survival.proportions import clopper_pearson_limits
from expectations.contracts import comment_sql, create_table_sql, physical_columns, validate_frame
from expectations.contracts.hospitals import HospitalIndicators

FEWEST_ASKED = 10
FEWEST_HOSPITALS = 3
"""Below these nobody is compared, as in the rules on hospitals (ADR 0118)."""
CONFIDENCE = 0.95
_KEY = ["indicator", "year"]
_TYPES = {
    "indicator": "str",
    "hospital_id": "object",
    "year": "Int64",
    "numerator": "Int64",
    "denominator": "Int64",
    "value": "float64",
    "lower": "float64",
    "upper": "float64",
    "confidence": "float64",
    "method": "str",
}
Row = tuple[object, ...]
"""Values in the order of `_TYPES`; the hospital is None for all of them together."""


def build_hospital_indicators(
    con: duckdb.DuckDBPyConnection,
    minimum_cell: int = 5,
    indicators: tuple[Indicator, ...] = INDICATORS,
) -> int:
    """Write `marts.hospital_indicators`; returns its rows.

    Args:
        con: The warehouse, with marts, follow-up and `quality.completeness` built.
        minimum_cell: Smallest count that a shared version may print.
        indicators: What is asked of every hospital.
    """
    count(con, indicators)
    counted = [*_shares(con, indicators), *_medians(con), *_survival(con)]
    frame = _judged(_beside_registry(pd.DataFrame(counted, columns=list(_TYPES)).astype(_TYPES)))
    for name in ("title", "kind", "direction"):
        frame[name] = frame["indicator"].map({one.id: getattr(one, name) for one in indicators})
    policy = Policy(minimum_cell=minimum_cell)
    frame["suppressed"] = [
        _rests_on_few(kind, numerator, denominator, policy)
        for kind, numerator, denominator in zip(
            frame["kind"], frame["numerator"], frame["denominator"], strict=True
        )
    ]
    for name in (COUNTED, DAYS, SURVIVAL):
        con.execute(f"drop table {name}")
    return _write(con, frame)


def _shares(con: duckdb.DuckDBPyConnection, indicators: Sequence[Indicator]) -> Iterator[Row]:
    rows = con.execute(
        f"select indicator, hospital_id, year, numerator, denominator from {COUNTED}"
    ).fetchall()
    if not rows:
        return
    counts = {one.id for one in indicators if one.kind == "count"}
    lower, upper = clopper_pearson_limits(
        [row[3] for row in rows], [row[4] for row in rows], CONFIDENCE
    )
    for (indicator, *where, x, n), low, high in zip(rows, lower, upper, strict=True):
        if indicator in counts:
            yield (indicator, *where, n, n, n, None, None, None, "count")
        else:
            yield (indicator, *where, x, n, x / n, low, high, CONFIDENCE, "Clopper-Pearson")


def _medians(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    """Medians with the exact interval between two of the values, by the sign test."""
    rows = con.execute(f"select indicator, hospital_id, year, days from {DAYS}").fetchall()
    fewest, _ = limits([len(days) for *_, days in rows], 0.5, (1 - CONFIDENCE) / 2)
    for (*where, days), k in zip(rows, map(int, fewest), strict=True):
        # With five values or fewer no two of them cover 95%.
        interval = (days[k - 1], days[-k]) if k > 0 else (None, None)
        yield (*where, None, len(days), median(days), *interval, CONFIDENCE, "median, sign test")


def _survival(con: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    rows = con.execute(
        "select indicator, hospital_id, deaths, subjects, at_risk, survival, greenwood "
        f"from {SURVIVAL}"
    ).fetchall()
    for *who, deaths, subjects, at_risk, survival, greenwood in rows:
        # Beyond the last observed day of a curve still above 0 nothing is known.
        if at_risk > 0 or survival == 0:
            band = _band(survival, greenwood)
            yield (*who, None, deaths, subjects, survival, *band, CONFIDENCE, "Kaplan-Meier")
        else:
            told = "Kaplan-Meier: nobody was followed for so long"
            yield (*who, None, deaths, subjects, None, None, None, CONFIDENCE, told)


def _band(survival: float, greenwood: float) -> tuple[float | None, float | None]:
    """Pointwise log(-log) limits as in `etl/survival/kaplan_meier`; none at 0 or 1."""
    if not 0 < survival < 1:
        return None, None
    hazard = -log(survival)
    spread = exp(NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * sqrt(greenwood) / hazard)
    return exp(-hazard * spread), exp(-hazard / spread)


def _beside_registry(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of hospitals, each with the registry's value and the number of hospitals."""
    of_all = frame["hospital_id"].isna()
    registry = frame[of_all].set_index(_KEY)["value"].rename("registry_value")
    own = frame[~of_all].copy()
    size = own.groupby(_KEY, dropna=False)["hospital_id"].size().rename("hospitals")
    own = own.merge(registry, on=_KEY, how="left").merge(size, on=_KEY, how="left")
    # The registry's total says nothing beside one hospital's: its mean does.
    is_count = own["method"] == "count"
    own["registry_value"] = own["registry_value"].where(
        ~is_count, own["registry_value"] / own["hospitals"]
    )
    return own


def _judged(own: pd.DataFrame) -> pd.DataFrame:
    """The rows with control limits and where each lies against them."""
    is_share = (own["method"] == "Clopper-Pearson").to_numpy()
    n = own["denominator"].to_numpy(dtype="float64")
    x = own["numerator"].to_numpy(dtype="float64", na_value=np.nan)
    target = np.where(is_share, own["registry_value"].to_numpy(dtype="float64"), 0.5)
    position = np.full(len(own), "within", dtype=object)
    for name, tail in (("95", TAIL_95), ("998", TAIL)):
        fewest, most = limits(n, target, tail)
        own[f"fewest_{name}"] = pd.array(np.where(is_share, fewest, np.nan)).astype("Int64")
        own[f"most_{name}"] = pd.array(np.where(is_share, most, np.nan)).astype("Int64")
        position[x < fewest] = f"below_{name}"
        position[x > most] = f"above_{name}"
    has_few = (n < FEWEST_ASKED) | (own["hospitals"].to_numpy() < FEWEST_HOSPITALS)
    position[has_few] = "too_few"
    position[~is_share] = "not_judged"
    own["position"] = position
    return own


def _rests_on_few(kind: str, numerator: object, denominator: int, policy: Policy) -> bool:
    if policy.is_small(denominator):
        return True
    if kind not in ("share", "survival") or not isinstance(numerator, int | np.integer):
        return False
    return policy.is_small(int(numerator)) or policy.is_small(int(denominator - numerator))


def _write(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> int:
    names = [column.name for column in physical_columns(HospitalIndicators)]
    frame = validate_frame(HospitalIndicators, frame.reindex(columns=names))
    con.execute("create schema if not exists marts")
    con.execute(f"drop table if exists {HospitalIndicators.key()}")
    con.execute(";".join([create_table_sql(HospitalIndicators), *comment_sql(HospitalIndicators)]))
    con.register("hospital_indicator_rows", frame)
    con.execute(
        f"insert into {HospitalIndicators.key()} by name select * from hospital_indicator_rows "
        "order by indicator, hospital_id, year nulls first"
    )
    con.unregister("hospital_indicator_rows")
    return len(frame)
