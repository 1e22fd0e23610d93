"""The shareable tables of who was studied: selection, Table 1, exposure.

Belongs here: their layout and blocks. Does not belong here: categories (`categories`), outcomes
(`outcomes`).
"""

from collections.abc import Callable, Iterable, Sequence
from statistics import quantiles

import numpy as np

from etl.disclosure.counts import Block, Count, Item, Kinds
from etl.outputs import wording
from etl.outputs.results import Record
from etl.outputs.shareable import categories
from etl.outputs.shareable.categories import Variable, category_key
from etl.outputs.shareable.masked import HIDDEN, Cells, Shared
from etl.outputs.tables import Row, Table
from etl.parameters import DAYS_PER_MONTH
from etl.rounding import rounded
from etl.studies.pairs import Pair

COARSE = (
    "Number (percentage of the group). Categories are coarser than in the internal report, so that "
    "more of them can be shown."
)
ORDER = "A median or quartile is shown when at least the minimum cell stand on either side of it."
STEP_WORTH = {"initial_line": 90}


def selection_table(shared: Shared) -> tuple[Table, Cells]:
    """Patients left after each criterion; the steps of the filtered edition are left out."""
    steps = [step for step in shared.results.attrition if step["edition"] == "as_registered"]
    cells = Cells.protect([_selection_block(steps)], shared.policy)

    def left(position: int) -> str:
        step = steps[position]
        is_last = position == len(steps) - 1
        is_shown = is_last or cells.given(("step", step["criterion"], step["step"]))
        return wording.count(step["patients"]) if is_shown else HIDDEN

    rows = []
    for position, step in enumerate(steps):
        out = wording.NONE
        if position:
            is_known = HIDDEN not in (left(position - 1), left(position))
            out = wording.count(step["excluded"]) if is_known else HIDDEN
        rows.append((str(step["step"]), step["description"], left(position), out))
    table = Table(
        "attrition",
        "Patients left after each criterion, every value as registered.",
        ("Step", "Criterion", "Patients", "Left out"),
        tuple(rows),
    )
    return table, cells


def _selection_block(steps: Sequence[Record]) -> Block:
    """Kinds are the step at which patients leave, the last those who stay."""
    places = [step["step"] for step in steps[1:]]
    kinds: Kinds[int] = Kinds([*places, 0])
    found = np.array([*(step["excluded"] for step in steps[1:]), steps[-1]["patients"]])
    stay = kinds.count("patients of the study", lambda kind: kind == 0)

    def left(step: Record) -> Count:
        return kinds.count(
            f"left after step {step['step']}", lambda kind: kind == 0 or kind > step["step"]
        )

    return Block(
        "selection",
        found.astype(np.int64),
        (stay,),
        tuple(
            Item(
                ("step", step["criterion"], step["step"]),
                (left(step),),
                (left(step),),
                STEP_WORTH.get(step["criterion"], 80 - step["step"]),
            )
            for step in steps[:-1]
        ),
        (
            *(kinds.count(f"left out, {one}", lambda kind, one=one: kind == one) for one in places),  # type: ignore[misc]
            *map(left, steps[:-1]),
        ),
    )


def baseline_table(shared: Shared) -> tuple[Table, Cells]:
    """Table 1 in coarse categories."""
    pairs = shared.results.pairs
    extent = (categories.M_CATEGORY, categories.BRAIN, categories.LIVER, categories.LDH)
    single = (
        (categories.SEX, "sex"),
        (categories.PRIMARY, "primary_type"),
        (categories.ECOG, "ecog"),
        (categories.BRAF, "braf"),
    )
    codes = ("m_category", "brain_metastases", "liver_metastases", "ldh_category")
    patients = [(pair, categories.columns_of(_patient(shared, pair), codes)) for pair in pairs]
    seen = [
        [one.of(code) for one, code in zip(extent, found, strict=True)] for _, found in patients
    ]
    age = Variable("Age", (), other="known")
    blocks = [
        _single(shared, age, "age_at_advanced_diagnosis"),
        *(_single(shared, variable, column) for variable, column in single),
        categories.block(
            "extent of disease",
            extent,
            patients,
            shared.release.groups,
            categories.staging_rules(seen),
        ),
    ]
    cells = Cells.protect(blocks, shared.policy)
    rows = [
        _spread_row(
            shared,
            "Age: years, median (quartiles)",
            lambda pair: _patient(shared, pair).get("age_at_advanced_diagnosis"),
            0,
        ),
        _row(shared, cells, age, age.missing, "Age: missing"),
    ]
    order = (single[0][0], single[1][0], extent[0], single[2][0], extent[3], *extent[1:3])
    for variable in (*order, single[3][0]):
        rows += _rows(shared, cells, variable)
    table = Table(
        "table_1",
        "Patients at diagnosis of advanced disease"
        f"{wording.by_group(shared.results.study.strata)}.",
        ("Characteristic", *shared.heads),
        tuple(rows),
        f"{COARSE} {ORDER} Groups are not randomised, so no p-value is given.",
    )
    return table, cells


def exposure_table(shared: Shared) -> tuple[Table, Cells]:
    """Intervals, lines between, and why treatments stopped."""
    lines = {one["line_id"]: one for found in shared.results.lines.values() for one in found}
    interval = Variable("Interval", (), other="known", missing="not known")

    def last_stop(pair: Pair) -> object:
        return lines.get(pair["rechallenge_line_id"], {}).get("end_reason")

    asked: tuple[tuple[Variable, Callable[[Pair], object]], ...] = (
        (categories.LINES_BETWEEN, lambda pair: str(pair["intervening_lines"])),
        (categories.FIRST_STOP, lambda pair: pair["first_stop_reason"]),
        (categories.LAST_STOP, last_stop),
    )
    blocks = [
        categories.block(
            variable.label,
            (variable,),
            [(pair, (of(pair),)) for pair in shared.results.pairs],
            shared.release.groups,
        )
        for variable, of in (*asked, (interval, lambda pair: pair["interval_days"]))
    ]
    cells = Cells.protect(blocks, shared.policy)
    rows = [
        _spread_row(
            shared,
            "Interval: months, median (quartiles)",
            lambda pair: _months(pair["interval_days"]),
        ),
        _row(shared, cells, interval, interval.missing, "Interval: not known"),
        _spread_row(
            shared,
            "Initial treatment: months on treatment, median (quartiles)",
            lambda pair: _length(lines.get(pair["initial_line_id"])),
        ),
        _spread_row(
            shared,
            "Rechallenge: months on treatment, median (quartiles)",
            lambda pair: _length(lines.get(pair["rechallenge_line_id"])),
        ),
    ]
    for variable, _ in asked:
        rows += _rows(shared, cells, variable)
    table = Table(
        "exposure",
        f"The two exposures and what lay between{wording.by_group(shared.results.study.strata)}.",
        ("Exposure", *shared.heads),
        tuple(rows),
        f"{COARSE} {ORDER} The interval runs from the initial line's end to the rechallenge's "
        "start. Treatments given between are left out.",
    )
    return table, cells


def _single(shared: Shared, variable: Variable, column: str) -> Block:
    return categories.block(
        variable.label,
        (variable,),
        [
            (pair, categories.columns_of(_patient(shared, pair), (column,)))
            for pair in shared.results.pairs
        ],
        shared.release.groups,
    )


def _rows(shared: Shared, cells: Cells, variable: Variable) -> list[Row]:
    return [
        _row(shared, cells, variable, level, f"{variable.label}: {level}")
        for level in variable.names
    ]


def _row(shared: Shared, cells: Cells, variable: Variable, level: str, label: str) -> Row:
    return (label, *(category_cell(shared, cells, variable, level, one) for one in shared.columns))


def category_cell(shared: Shared, cells: Cells, variable: Variable, level: str, scope: str) -> str:
    """A count with its percentage of the group, or the mark."""
    found = cells.given(category_key(variable, level, scope))
    return HIDDEN if found is None else wording.part_of(found[0], shared.size(scope))


def _spread_row(
    shared: Shared, label: str, of: Callable[[Pair], float | None], decimals: int = 1
) -> Row:
    def cell(scope: str) -> str:
        found = (of(pair) for pair in shared.members(scope))
        return safe_spread(
            [value for value in found if value is not None], shared.policy.minimum_cell, decimals
        )

    return (label, *(cell(scope) for scope in shared.columns))


def safe_spread(values: Iterable[float], least: int, decimals: int = 1) -> str:
    """Median and quartiles of values; a quantile with too few on either side is hidden.

    Args:
        values: of the patients in whom they are known.
        least: smallest number of patients on either side of a quantile.
        decimals: as printed.
    """
    found = sorted(values)
    if not found:
        return wording.NONE
    if len(found) < 2 * least:
        return HIDDEN
    lower, middle, upper = quantiles(found, n=4, method="inclusive")

    def is_safe(at: float) -> bool:
        return sum(one <= at for one in found) >= least and sum(one >= at for one in found) >= least

    text = str(rounded(middle, decimals)) if is_safe(middle) else HIDDEN
    if len(found) < 4 * least or not (is_safe(lower) and is_safe(upper)):
        return f"{text} ({HIDDEN})" if text != HIDDEN else HIDDEN
    return f"{text} ({rounded(lower, decimals)} to {rounded(upper, decimals)})"


def _months(days: int | None) -> float | None:
    return None if days is None else days / DAYS_PER_MONTH


def _length(line: Record | None) -> float | None:
    if line is None or line["end_date"] is None:
        return None
    return _months(int((line["end_date"] - line["start_date"]).days))


def _patient(shared: Shared, pair: Pair) -> Record:
    return shared.results.patients.get(pair["patient_id"], {})
