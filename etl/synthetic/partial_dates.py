"""Partial dates: some days, and some months, are not known.

Belongs here: cutting dates to the month or the year where this leaves the order of a patient's
events as it was. Does not belong here: wrong dates (`faults.py`).
"""

import numpy as np
import pandas as pd

from expectations.export_format import TABLES

# table, column, share cut to the month, share cut to the year
_CUT: tuple[tuple[str, str, float, float], ...] = (
    ("baselines", "primary_diagnosis_date", 0.2, 0.06),
    ("local_treatments", "start_date", 0.06, 0.0),
    ("adverse_events", "resolved_date", 0.05, 0.0),
    ("responses", "assessment_date", 0.003, 0.0),
)


def cut_dates(tables: dict[str, pd.DataFrame], sealed: set[str], rng: np.random.Generator) -> None:
    """Cut dates in place, only where nothing else of the patient falls in the same month or year.

    Args:
        tables: native tables as text.
        sealed: patients whose dates stay whole.
        rng: source of chance.
    """
    months, years = _occupied(tables)
    for table, column, month_share, year_share in _CUT:
        frame = tables[table]
        text = frame[column]
        is_free = ~frame["patient_id"].isin(sealed) & (text.str.len() == 10)
        chance = rng.random(len(frame))
        alone = (frame["patient_id"] + text.str[:7]).map(months) == 1
        to_month = is_free & alone & (chance < month_share)
        alone = (frame["patient_id"] + text.str[:4]).map(years) == 1
        to_year = is_free & alone & (chance > 1 - year_share)
        text = text.where(~to_month, text.str[:7])
        frame[column] = text.where(~to_year, text.str[:4])


def _occupied(tables: dict[str, pd.DataFrame]) -> tuple[pd.Series, pd.Series]:
    """How many dates each patient has in each month and in each year."""
    owner = tables["treatments"].set_index("treatment_id")["patient_id"]
    parts = []
    for name, frame in tables.items():
        if name == "hospitals":
            continue
        patient = frame["treatment_id"].map(owner) if name == "drugs" else frame["patient_id"]
        parts += [
            pd.DataFrame({"patient": patient, "date": frame[column.name]})
            for column in TABLES[name].columns
            if column.kind == "date"
        ]
    dates = pd.concat(parts, ignore_index=True)
    dates = dates[dates["date"] != ""]
    months = (dates["patient"] + dates["date"].str[:7]).value_counts()
    years = (dates["patient"] + dates["date"].str[:4]).value_counts()
    return months, years
