"""Describing patients by group: medians with quartiles, and counts of each level, by tableone.

Belongs here: turning what is known of each pair into rows of a table. Does not belong here: which
variables a table has (`baseline_tables`, `exposure_table`).

Counts and quartiles are tableone's (Pollard et al. 2018, doi 10.1093/jamiaopen/ooy012), without
its tests. Quartiles interpolate between the closest ranks (numpy's default, type 7 of R's
`quantile`). Percentages are of all patients of the column, the missing among them.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from etl.outputs import wording
from etl.outputs.results import Results
from etl.outputs.tables import Row
from etl.rounding import rounded
from etl.studies.pairs import Pair
from expectations.codelists import NOT_KNOWN

if TYPE_CHECKING:
    import pandas as pd
    from tableone import TableOne

NOT_COLLECTED = "not collected"
MISSING = "Missing"
QUARTILES_NOTE = (
    "Median [first quartile, third quartile], interpolated between the closest ranks (R's type 7)."
)
_GROUP = "group"


@dataclass(frozen=True)
class Variable:
    """What is described.

    Attributes:
        label: heads its rows.
        of: its value for a pair; None and a code that leaves it open (`NOT_KNOWN`) are missing.
        decimals: of a number; None when it is a category.
        levels: categories in order with their names; others follow by the alphabet.
        is_collected: whether the source records it at all.
    """

    label: str
    of: Callable[[Pair], Any]
    decimals: int | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    is_collected: bool = True

    def known(self, pair: Pair) -> Any:
        """The value, or None where it is missing."""
        found = self.of(pair)
        return None if found in NOT_KNOWN else found


def described_rows(
    results: Results, variables: Sequence[Variable], pairs: Sequence[Pair]
) -> list[Row]:
    """Rows of a table with one column a group of the study, `all` last.

    Each variable has its missing counted, none or not; one that the source does not record has a
    row that says so.
    """
    seen = {
        number: one
        for number, one in enumerate(variables)
        if one.is_collected and any(one.known(pair) is not None for pair in pairs)
    }
    made = _tableone(seen, pairs) if seen else None
    sizes = {
        stratum: sum(stratum in ("all", pair["stratum"]) for pair in pairs)
        for stratum in results.strata
    }
    rows: list[Row] = []
    for number, one in enumerate(variables):
        if not one.is_collected:
            rows.append(
                (f"{one.label}: {NOT_COLLECTED.capitalize()}", *(wording.NONE for _ in sizes))
            )
            continue
        if made is not None and number in seen:
            name = f"v{number}"
            if one.decimals is not None:
                rows += _number_rows(one, name, made, sizes)
            else:
                rows += _level_rows(one, name, made, sizes)
        missing = {
            stratum: sum(
                one.known(pair) is None for pair in pairs if stratum in ("all", pair["stratum"])
            )
            for stratum in sizes
        }
        rows.append(
            (
                f"{one.label}: {MISSING}",
                *(wording.part_of(missing[stratum], size) for stratum, size in sizes.items()),
            )
        )
    return rows


def _tableone(variables: Mapping[int, Variable], pairs: Sequence[Pair]) -> "TableOne":
    import pandas as pd  # slow to import
    from tableone import TableOne

    names = [f"v{number}" for number in variables]
    numbers = [f"v{number}" for number, one in variables.items() if one.decimals is not None]
    frame = pd.DataFrame(
        [
            {_GROUP: pair["stratum"]} | {f"v{n}": one.known(pair) for n, one in variables.items()}
            for pair in pairs
        ]
    )
    frame[numbers] = frame[numbers].astype(float)
    with warnings.catch_warnings():
        # A group in which nobody's value is known has no standard deviation; none is shown.
        warnings.simplefilter("ignore", RuntimeWarning)
        return TableOne(
            frame,
            columns=names,
            categorical=[name for name in names if name not in numbers],
            continuous=numbers,
            nonnormal=numbers,
            groupby=_GROUP,
            include_null=False,
            pval=False,
        )


def _number_rows(one: Variable, name: str, made: "TableOne", strata: Iterable[str]) -> list[Row]:
    def cell(stratum: str) -> str:
        found = _column(made.cont_describe, made.cont_describe_all, stratum)
        if found is None or not found("count").get(name):
            return wording.NONE
        middle, lower, upper = (
            rounded(float(found(part)[name]), one.decimals or 0)
            for part in ("median", "q25", "q75")
        )
        return f"{middle} [{lower}, {upper}]"

    return [(f"{one.label}: Median [quartiles]", *map(cell, strata))]


def _level_rows(one: Variable, name: str, made: "TableOne", sizes: Mapping[str, int]) -> list[Row]:
    counts = {
        stratum: found("freq")[name].to_dict()
        for stratum in sizes
        if (found := _column(made.cat_describe, made.cat_describe_all, stratum)) is not None
    }
    levels = {str(level) for found in counts.values() for level in found}
    ordered = [*(level for level in one.levels if level in levels), *sorted(levels - {*one.levels})]
    return [
        (
            f"{one.label}: {one.levels.get(level, level_name(level))}",
            *(
                wording.part_of(int(counts.get(stratum, {}).get(level, 0)), sizes[stratum])
                for stratum in sizes
            ),
        )
        for level in ordered
    ]


def _column(
    by_group: "pd.DataFrame", overall: "pd.DataFrame", stratum: str
) -> "Callable[[str], pd.Series[Any]] | None":
    """A statistic of tableone by variable (and level) for a group; None for an empty group."""
    frame, key = (overall, "Overall") if stratum == "all" else (by_group, stratum)
    if key not in frame.columns.get_level_values(1):
        return None
    return lambda statistic: frame[statistic][key]


def level_name(level: str) -> str:
    """A code as a reader writes it: 'patient_choice' is 'Patient choice'."""
    words = level.replace("_", " ")
    return words[:1].upper() + words[1:]
