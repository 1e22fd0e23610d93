"""Every curve beside lifelines on times without ties, and the same digits in every run."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from etl.outputs.incidence_figure import points_of
from etl.outputs.method_tables import LIBRARIES
from etl.rounding import rounded
from etl.survival import cumulative_incidence, kaplan_meier
from etl.survival.cumulative_incidence import IncidenceCurve, fit_aalen_johansen
from etl.survival.kaplan_meier import fit_kaplan_meier, fit_reverse_kaplan_meier

SEEDS = range(12)


def rng(seed: int) -> random.Random:
    """The same numbers for a seed on every machine."""
    return random.Random(seed)  # noqa: S311 - made-up times


def untied(seed: int) -> tuple[list[int], list[int]]:
    """Between 2 and 121 different days, each with how it ended: 0 censored, 1, 2, 3."""
    drawn = rng(seed)
    subjects = 2 + 119 * seed // max(SEEDS)
    causes = [drawn.choice((0, 1, 1, 2, 3)) for _ in range(subjects)]
    return drawn.sample(range(1, 4_000), subjects), causes


@pytest.mark.parametrize(("subjects", "median"), [(6, 3), (8, 4), (14, 7), (18, 9), (20, 10)])
def test_the_median_is_the_first_time_at_one_half(subjects: int, median: int) -> None:
    """A floating product misses one half and takes the next time."""
    curve = fit_kaplan_meier(range(1, subjects + 1), [True] * subjects)
    assert curve.median().value == median


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_reverse", [False, True])
def test_kaplan_meier_is_the_one_of_lifelines(seed: int, is_reverse: bool) -> None:
    from lifelines import KaplanMeierFitter

    days, causes = untied(seed)
    events = [cause > 0 for cause in causes]
    curve = (fit_reverse_kaplan_meier if is_reverse else fit_kaplan_meier)(days, events)
    theirs = KaplanMeierFitter().fit(days, [one != is_reverse for one in events])
    at = [step.time for step in curve.steps]
    assert at == sorted(days)
    ours = [float(step.survival) for step in curve.steps]
    assert ours == pytest.approx(list(theirs.survival_function_at_times(at)), abs=1e-12)
    table = theirs.event_table.loc[at]
    assert [step.at_risk for step in curve.steps] == list(table["at_risk"])


@pytest.mark.parametrize("seed", SEEDS)
def test_kaplan_meier_with_delayed_entry_is_the_one_of_lifelines(seed: int) -> None:
    from lifelines import KaplanMeierFitter

    days, causes = untied(seed)
    drawn = rng(seed + 1_000)
    entries = [0 if drawn.random() < 0.3 else drawn.randrange(day) for day in days]
    events = [cause > 0 for cause in causes]
    curve = fit_kaplan_meier(days, events, entries=entries)
    theirs = KaplanMeierFitter().fit(days, events, entry=entries)
    at = [step.time for step in curve.steps]
    found = list(theirs.survival_function_at_times(at))
    assert [float(step.survival) for step in curve.steps] == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cause", [1, 2, 3])
def test_cumulative_incidence_is_the_one_of_lifelines(seed: int, cause: int) -> None:
    from lifelines import AalenJohansenFitter

    days, causes = untied(seed)
    if cause not in causes:
        pytest.skip("nobody had this cause")
    curve = fit_aalen_johansen(days, causes)
    theirs = AalenJohansenFitter(calculate_variance=False).fit(
        days, causes, event_of_interest=cause
    )
    found = theirs.cumulative_density_.iloc[:, 0]
    for step in curve.steps:
        ours = float(step.incidence.get(cause, Fraction(0)))
        assert ours == pytest.approx(float(found.loc[step.time]), abs=1e-12)


def tied() -> tuple[list[int], list[int]]:
    """60 patients on 12 days."""
    drawn = rng(20_250_303)
    return (
        [drawn.randrange(1, 13) * 30 for _ in range(60)],
        [drawn.choice((0, 1, 2, 3)) for _ in range(60)],
    )


def digits(curve: IncidenceCurve) -> list[tuple[object, ...]]:
    """Everything that a figure and its table say of a curve."""
    return [
        (one, rounded(one.incidence, 4), rounded(one.lower or 0, 4), rounded(one.upper or 0, 4))
        for one in points_of(curve)
    ]


def test_cumulative_incidence_has_the_same_digits_in_ten_runs() -> None:
    """Whatever the order of the patients: lifelines' jitter gives others each time."""
    days, causes = tied()
    runs = []
    for run in range(10):
        order = rng(run).sample(range(len(days)), len(days))
        cumulative_incidence._fit.cache_clear()
        curve = fit_aalen_johansen([days[at] for at in order], [causes[at] for at in order])
        runs.append(digits(curve))
    assert len(runs[0]) == len(set(days))
    assert all(run == runs[0] for run in runs)


def test_kaplan_meier_has_the_same_digits_in_ten_runs() -> None:
    days, causes = tied()
    runs = []
    for run in range(10):
        order = rng(run).sample(range(len(days)), len(days))
        kaplan_meier._fit.cache_clear()
        events = [causes[at] > 0 for at in order]
        runs.append(fit_kaplan_meier([days[at] for at in order], events).steps)
    assert all(run == runs[0] for run in runs)


def test_a_library_is_named_where_a_number_comes_from_it() -> None:
    """Lifelines is, once a study's report has a number of it: nothing of a report imports it."""
    root = Path(__file__).parents[2] / "etl"
    users = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "lifelines import" in path.read_text(encoding="utf-8")
    ]
    assert users == ["survival/comparison.py"]
    asks = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "import cox" in path.read_text(encoding="utf-8")
    ]
    assert ("lifelines" in LIBRARIES) == bool(asks)
