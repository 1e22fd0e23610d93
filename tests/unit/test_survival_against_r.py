"""Every survival number against R's `survival`: constants beside their calls, and R run again.

Belongs here: comparing. The data sets, the calls and what R printed stand in tests/data/survival;
the two known differences in definition are tested by name at the end.
"""

import csv
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.survival.comparison import cox, landmark, log_rank
from etl.survival.kaplan_meier import Curve, fit_kaplan_meier, fit_reverse_kaplan_meier
from etl.synthetic.calibration import members

FOLDER = Path(__file__).parents[1] / "data" / "survival"
COMPARISONS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "r.yaml").read_text(encoding="utf-8"))
Numbers = list[float | int | None]
Row = dict[str, Any]


@cache
def read(name: str) -> tuple[Row, ...]:
    """The subjects of a data set; all but the group are numbers."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            {key: value if key == "group" else float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        )


def chosen(one: Row) -> list[Row]:
    """The subjects a comparison is about."""
    rows = [
        row for row in read(one["data"]) if row.get("group") == one.get("group", row.get("group"))
    ]
    return [row for row in rows if "where" not in one or row[one["where"]] == 1]


def column(rows: list[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]


def entries(rows: list[Row]) -> list[float] | None:
    return column(rows, "start") if "start" in rows[0] else None


def fitted(one: Row) -> Curve:
    rows = chosen(one)
    return fit_kaplan_meier(
        column(rows, "time"), column(rows, "event"), one.get("confidence", 0.95), entries(rows)
    )


def median(curve: Curve) -> Numbers:
    found = curve.median(midpoint=True)
    return [found.value, found.lower, found.upper]


def survival(one: Row) -> Numbers:
    found = [fitted(one).survival_at(time) for time in one["at"]]
    return [*(e.value for e in found), *(e.lower for e in found), *(e.upper for e in found)]


def whole_curve(one: Row) -> Numbers:
    steps = fitted(one).steps
    names = ("time", "at_risk", "events", "censored", "survival", "lower", "upper")
    return [getattr(step, name) for name in names for step in steps]


def reverse_median(one: Row) -> Numbers:
    rows = chosen(one)
    return median(fit_reverse_kaplan_meier(column(rows, "time"), column(rows, "event")))


def compared(one: Row) -> Numbers:
    rows = chosen(one)
    found = log_rank(column(rows, "time"), column(rows, "event"), column(rows, "group"))
    return [
        found.chi_square,
        found.p_value,
        *found.observed.values(),
        *found.expected.values(),
    ]


def compared_with_entries(one: Row) -> Numbers:
    rows = chosen(one)
    return [
        log_rank(
            column(rows, "time"), column(rows, "event"), column(rows, "group"), entries(rows)
        ).chi_square
    ]


def regression(one: Row) -> Numbers:
    rows = chosen(one)
    model = cox(
        column(rows, "time"),
        column(rows, "event"),
        {name: column(rows, name) for name in one["covariates"]},
        entries(rows),
    )
    return [
        *(c.coefficient for c in model.coefficients),
        *(c.standard_error for c in model.coefficients),
        model.log_likelihood,
    ]


def median_from_landmark(one: Row) -> Numbers:
    rows = chosen(one)
    kept = landmark(column(rows, "time"), column(rows, "event"), one["at"])
    return median(fit_kaplan_meier(kept.durations, kept.events))


OURS: dict[str, Callable[[Row], Numbers]] = {
    "median": lambda one: median(fitted(one)),
    "survival": survival,
    "at_risk": lambda one: [fitted(one).at_risk(time) for time in one["at"]],
    "curve": whole_curve,
    "reverse_median": reverse_median,
    "log_rank": compared,
    "log_rank_delayed": compared_with_entries,
    "cox": regression,
    "landmark_median": median_from_landmark,
}


def equals(ours: Numbers, printed: Numbers, closeness: float) -> None:
    assert len(ours) == len(printed)
    for mine, theirs in zip(ours, printed, strict=True):
        if theirs is None or mine is None:
            assert mine is theirs
        else:
            assert float(mine) == pytest.approx(theirs, rel=closeness, abs=1e-12)


@pytest.mark.parametrize(
    "one", COMPARISONS, ids=[f"{n} {c['data']} {c['what']}" for n, c in enumerate(COMPARISONS)]
)
def test_a_number_is_the_one_that_r_prints(one: Row) -> None:
    # Cox models are found by iteration, in R until the log likelihood moves by less than 1e-9.
    equals(OURS[one["what"]](one), one["printed"], 1e-5 if one["what"] == "cox" else 1e-8)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_prints_the_constants_again() -> None:
    calls = "\n".join(
        f'd <- read.csv("{FOLDER / one["data"]}.csv")\n'
        f'cat(format(as.numeric({one["r"]}), digits = 15, trim = TRUE), "\\n")'
        for one in COMPARISONS
    )
    script = f"if (!require(survival, quietly = TRUE)) quit(status = 3)\n{calls}\n"
    done = subprocess.run(
        ["Rscript", "-"], input=script, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode == 3:
        pytest.skip("R has no package survival")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.strip().splitlines()
    assert len(lines) == len(COMPARISONS)
    for one, line in zip(COMPARISONS, lines, strict=True):
        again = [None if word in ("NA", "NaN", "Inf") else float(word) for word in line.split()]
        equals(again, one["printed"], 1e-8)


def test_the_seed_cohort_is_the_one_of_the_demonstration() -> None:
    assert [
        (one.pfs_days, one.is_event, one.regimen, one.rechallenge == "R") for one in members()
    ] == [
        (row["time"], row["event"] == 1, row["group"], row["responder"] == 1)
        for row in read("seed")
    ]


@pytest.mark.parametrize(
    ("name", "first", "middle"),
    [
        ("half_between", 3, 4),  # one half from 3 up to the next event at 5
        ("half_censored", 3, 4.5),  # censorings at 4 and 5 do not end the interval
        ("half_at_end", 2, 3),  # one half from 2 to the last time, 4
        ("all_events_6", 3, 3.5),
        ("all_events_20", 10, 10.5),
        ("ties", 9, 9),  # the curve jumps over one half: nothing to choose
    ],
)
def test_where_the_curve_stands_at_one_half_the_median_is_its_first_time(
    name: str, first: float, middle: float
) -> None:
    curve = fitted({"data": name})
    assert curve.median().value == first
    assert curve.median(midpoint=True).value == middle
    assert (curve.median().lower, curve.median().upper) == (
        curve.median(midpoint=True).lower,
        curve.median(midpoint=True).upper,
    )


def test_where_the_curve_is_zero_there_are_no_limits() -> None:
    # R prints NA, lifelines 0 for both; here they are not given, so that none is ever printed.
    last = fitted({"data": "all_events_6"}).steps[-1]
    assert last.survival == 0
    assert (last.lower, last.upper) == (None, None)
    assert fitted({"data": "all_events_6"}).median().upper is None
