"""The two exposures and what lay between them.

Belongs here: interval, length, lines between, reasons for stopping. Does not belong here: how they
are counted (`described`), outcomes (`outcome_tables`).
"""

from collections import Counter

from etl.outputs import wording
from etl.outputs.described import QUARTILES_NOTE, Variable, described_rows
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table, columns
from etl.parameters import DAYS_PER_MONTH
from etl.studies.pairs import Pair

_EXPOSURES = {"initial": "Initial treatment", "rechallenge": "Rechallenge"}
_BETWEEN = {"0": "None", "1": "1", "2": "2", "3": "3 or more"}


def exposure_table(results: Results) -> Table:
    """Interval, lines between, reasons for stopping and length of both exposures."""
    lines = {line["line_id"]: line for found in results.lines.values() for line in found}

    def line(pair: Pair, which: str) -> Record | None:
        return lines.get(pair[f"{which}_line_id"])

    def length(which: str) -> Variable:
        return Variable(
            f"{_EXPOSURES[which]}, months on treatment",
            lambda pair: _months(_length(line(pair, which))),
            decimals=1,
        )

    def given(which: str) -> Variable:
        key = f"{which}_regimen"
        regimens = sorted({pair[key] for pair in results.pairs})
        return Variable(
            f"{_EXPOSURES[which]}, as given",
            lambda pair: pair[key],
            levels={name: wording.group_name(name) for name in regimens},
        )

    variables = [
        given("initial"),
        given("rechallenge"),
        Variable("Interval in months", lambda pair: _months(pair["interval_days"]), decimals=1),
        length("initial"),
        length("rechallenge"),
        Variable(
            "Lines between", lambda pair: str(min(pair["intervening_lines"], 3)), levels=_BETWEEN
        ),
        Variable("Why the initial treatment stopped", lambda pair: pair["first_stop_reason"]),
        Variable(
            "Why the rechallenge stopped",
            lambda pair: (line(pair, "rechallenge") or {}).get("end_reason"),
        ),
    ]
    return Table(
        "exposure",
        f"The two exposures and what lay between{wording.by_group(results.study.strata)}.",
        ("Exposure", *columns(results, of_what=True)),
        (*described_rows(results, variables, results.pairs), *_between_rows(results, lines)),
        "The interval runs from the initial line's end to the rechallenge's start. Months on "
        "treatment are missing where the last day is not known or treatment goes on. Number "
        "(percentage of all patients of the column); missing: not known. "
        f"{QUARTILES_NOTE} A patient may stand in several rows of what was given between.",
    )


def _between_rows(results: Results, lines: dict[str, Record]) -> list[Row]:
    def regimens(pair: Pair) -> set[str]:
        first, last = (
            lines.get(pair[f"{which}_line_id"], {}).get("line_sequence", 0)
            for which in ("initial", "rechallenge")
        )
        return {
            line["regimen"]
            for line in results.lines.get(pair["patient_id"], [])
            if results.study.population.setting in ("any", line["setting"])
            and first < line["line_sequence"] < last
        }

    given = Counter(name for pair in results.pairs for name in regimens(pair))
    names = sorted(given, key=lambda name: (-given[name], name))
    return [
        (
            f"Given between: {wording.group_name(name)}",
            *(
                wording.part_of(
                    sum(name in regimens(pair) for pair in results.members(stratum)),
                    len(results.members(stratum)),
                )
                for stratum in results.strata
            ),
        )
        for name in names
    ]


def _length(line: Record | None) -> int | None:
    if line is None or line["end_date"] is None:
        return None
    return int((line["end_date"] - line["start_date"]).days)


def _months(days: int | None) -> float | None:
    return None if days is None else days / DAYS_PER_MONTH
