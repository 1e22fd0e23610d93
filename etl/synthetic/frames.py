"""The shapes the generator works in: frames of whole days before they become text.

Belongs here: the columns of the intermediate frames, and calendar helpers. Does not belong here:
drawing (`courses.py`, `population.py`) or writing (`rendering.py`).

Days are counted from 1970-01-01 as floats, NaN where there is none; `pid` numbers the patients of
one registry from 0 and is never written.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.synthetic.calibration import EXPORT_DATE

EPISODE_COLUMNS = (
    "pid",  # patient
    "line",  # line of the course it belongs to, from 1; 0 outside advanced disease
    "regimen",  # position in patterns.REGIMENS
    "setting",
    "start",
    "stop",
    "reason",
    "induction_stop",  # last day of ipilimumab in ipilimumab + nivolumab
    "hospital",
    "written",  # regimen text; empty: one of the usual spellings
    "severe_toxicity",  # known, unknown; empty: sometimes unknown
    "rechallenge",  # as entered
    "is_sealed",  # part of the calibration cohort: no gaps, no faults
)
ASSESSMENT_COLUMNS = ("pid", "line", "day", "criteria", "response", "is_sealed")
EVENT_COLUMNS = (
    "pid",
    "term",
    "category",
    "grade",
    "immune_related",
    "onset",
    "resolved",
    "outcome",
    "led_to_stop",
    "management",
    "management_start",
)
LOCAL_COLUMNS = ("pid", "kind", "site", "day", "intent")


def day(text: str) -> int:
    """Day number of an ISO date."""
    return int(np.datetime64(text, "D").astype(np.int64))


EXPORT_DAY = day(EXPORT_DATE)
LINKAGE_DAY = EXPORT_DAY - 2


@dataclass
class Course:
    """What happened to a group of patients, still in days.

    `patients` is indexed by pid; the other frames have the columns named above.
    """

    patients: pd.DataFrame
    episodes: pd.DataFrame
    assessments: pd.DataFrame
    events: pd.DataFrame
    locals: pd.DataFrame


_DAYS = {"start", "stop", "induction_stop", "day", "onset", "resolved", "management_start"}
_COUNTS = {"pid", "line", "regimen", "hospital", "grade"}


def _types(columns: tuple[str, ...]) -> dict[str, str]:
    def kind(name: str) -> str:
        if name in _DAYS:
            return "float64"
        if name in _COUNTS:
            return "int64"
        return "bool" if name == "is_sealed" else "object"

    return {name: kind(name) for name in columns}


def empty(columns: tuple[str, ...]) -> pd.DataFrame:
    """A frame of those columns without rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _types(columns).items()})


def stack(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """The frames under one another, in the order and with the types of `columns`."""
    present = [frame.loc[:, list(columns)] for frame in frames if len(frame)]
    if not present:
        return empty(columns)
    return pd.concat([frame.astype(_types(columns)) for frame in present], ignore_index=True)


def iso(days: np.ndarray) -> np.ndarray:
    """ISO dates of day numbers; empty text where there is none."""
    values = np.asarray(days, dtype=float)
    known = ~np.isnan(values)
    text = np.full(values.shape, "", dtype=object)
    whole = values[known].astype(np.int64).astype("datetime64[D]")
    text[known] = np.datetime_as_string(whole).astype(object)
    return text
