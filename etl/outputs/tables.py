"""A table as the outputs hold it, and the tables of the cohort: attrition, Table 1, exposure.

Belongs here: the `Table` value, its CSV, and the tables that describe who was studied. Does not
belong here: outcomes (`outcome_tables`) or data quality and methods (`method_tables`).
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from etl.outputs import wording
from etl.outputs.results import Record, Results
from etl.parameters import DAYS_PER_MONTH
from etl.studies.pairs import Pair

Row = tuple[str, ...]

UNKNOWN = ("unknown", "not_tested")

_NUMBER = re.compile(r"[-\u2212]?[\d.,]+%?|\u2013|")
"""A bare number, percentage, dash or empty cell."""


@dataclass(frozen=True)
class Table:
    """A table of cells that are already written out.

    Attributes:
        name: file name without ending.
        caption: sentence above the table.
        header: head of each column; the first column heads the rows. A head
            'Rechallenge: Ipilimumab' stands under the spanner 'Rechallenge'.
        rows: cells; a row head 'Stage: IV' stands under the group 'Stage'.
        note: what a reader needs to know below the table.
    """

    name: str
    caption: str
    header: Row
    rows: tuple[Row, ...]
    note: str = ""

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """Rows under their group; rows without one stand under ''."""
        found: list[tuple[str, list[Row]]] = []
        for row in self.rows:
            group, separator, label = row[0].partition(": ")
            if not separator:
                group, label = "", row[0]
            if not found or found[-1][0] != group:
                found.append((group, []))
            found[-1][1].append((label, *row[1:]))
        return found

    @property
    def heads(self) -> Row:
        """Heads of the columns after the first, without their spanner."""
        return tuple(head.partition(": ")[2] or head for head in self.header[1:])

    @property
    def spanners(self) -> list[tuple[str, list[int]]]:
        """What stands over the columns after the first, with their positions; '' over none."""
        found: list[tuple[str, list[int]]] = []
        for position, head in enumerate(self.header[1:]):
            spanner, separator, _ = head.partition(": ")
            if not separator:
                spanner = ""
            if not found or found[-1][0] != spanner:
                found.append((spanner, []))
            found[-1][1].append(position)
        return found

    @property
    def has_spanners(self) -> bool:
        """Whether anything stands over the heads of the columns."""
        return any(spanner for spanner, _ in self.spanners)

    @property
    def number_columns(self) -> list[int]:
        """Columns, by position, whose every cell is a bare number; they are set to the right."""
        return [
            position
            for position in range(1, len(self.header))
            if self.rows and all(_NUMBER.fullmatch(row[position]) for row in self.rows)
        ]


def write_csv(table: Table, folder: Path) -> Path:
    """Write a table as `<name>.csv`; returns the path."""
    path = folder / f"{table.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.header)
        writer.writerows(table.rows)
    return path


def attrition_table(results: Results) -> Table:
    """Patients left after each criterion, with the doubtful values as steps of their own."""
    return Table(
        "attrition",
        "Patients left after each criterion.",
        ("Step", "Criterion", "Edition", "Patients", "Left out"),
        tuple(
            (
                str(step["step"]),
                step["description"],
                wording.EDITION_NAMES[step["edition"]],
                wording.count(step["patients"]),
                wording.count(step["excluded"]) if step["step"] > 1 else wording.NONE,
            )
            for step in results.attrition
        ),
        "Each step keeps a part of the one before. The steps of the quality-filtered edition say "
        "how many would be left if every value had to be sound; an estimate leaves out only those "
        "whose own values are doubtful.",
    )


def baseline_table(results: Results) -> Table:
    """Table 1: patients at diagnosis of advanced disease, by initial regimen."""
    rows = [_age_row(results)]
    for label, column in (
        ("Sex", "sex"),
        ("Primary", "primary_type"),
        ("Stage", "stage"),
        ("M category", "m_category"),
        ("ECOG performance status", "ecog"),
        ("LDH", "ldh_category"),
        ("Brain metastases", "brain_metastases"),
        ("Liver metastases", "liver_metastases"),
        ("BRAF", "braf"),
    ):
        rows += _category_rows(results, label, lambda row, column=column: row.get(column))  # type: ignore[misc]
    return Table(
        "table_1",
        f"Patients at diagnosis of advanced disease{wording.by_group(results.study.strata)}.",
        _header("Characteristic", results),
        tuple(rows),
        "Number (percentage of the group). Missing counts values that are missing, registered "
        "as unknown, or not tested. Groups are not randomised, so no p-value is given.",
    )


def exposure_table(results: Results) -> Table:
    """Interval, lines between, reasons for stopping and length of both exposures."""
    lines = {line["line_id"]: line for found in results.lines.values() for line in found}
    rows = [
        _months_row(
            results, "Interval: months, median (quartiles)", lambda pair: pair["interval_days"]
        ),
        _missing_row(results, "Interval: not known", lambda pair: pair["interval_days"]),
        _months_row(
            results,
            "Initial treatment: months on treatment, median (quartiles)",
            lambda pair: _length(lines.get(pair["initial_line_id"])),
        ),
        _months_row(
            results,
            "Rechallenge: months on treatment, median (quartiles)",
            lambda pair: _length(lines.get(pair["rechallenge_line_id"])),
        ),
    ]
    rows += _counted(
        results,
        "Lines between",
        lambda pair: str(min(pair["intervening_lines"], 3)).replace("3", "3 or more"),
    )
    rows += _counted(
        results, "Why the initial treatment stopped", lambda pair: pair["first_stop_reason"]
    )
    rows += _counted(
        results,
        "Why the rechallenge stopped",
        lambda pair: lines.get(pair["rechallenge_line_id"], {}).get("end_reason"),
    )
    rows += _between_rows(results, lines)
    return Table(
        "exposure",
        f"The two exposures and what lay between{wording.by_group(results.study.strata)}.",
        _header("Exposure", results),
        tuple(rows),
        "The interval runs from the initial line's end to the rechallenge's start.",
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


def _header(first: str, results: Results) -> Row:
    return (
        first,
        *(
            f"{wording.group_name(stratum)} (N = {len(results.members(stratum))})"
            for stratum in results.strata
        ),
    )


def _age_row(results: Results) -> Row:
    def ages(stratum: str) -> list[float]:
        found = (_patient(results, pair) for pair in results.members(stratum))
        return [
            row["age_at_advanced_diagnosis"]
            for row in found
            if row.get("age_at_advanced_diagnosis") is not None
        ]

    def cell(stratum: str) -> str:
        known = ages(stratum)
        missing = len(results.members(stratum)) - len(known)
        return f"{spread(known, 0)}; missing {missing}"

    return ("Age in years, median (quartiles)", *(cell(stratum) for stratum in results.strata))


def _category_rows(
    results: Results, label: str, value: Callable[[Record], str | None]
) -> list[Row]:
    def of(pair: Pair) -> str | None:
        found = value(_patient(results, pair))
        return None if found in UNKNOWN else found

    return _counted(results, label, of)


def _counted(results: Results, label: str, of: Callable[[Pair], str | None]) -> list[Row]:
    levels = sorted({found for pair in results.pairs if (found := of(pair)) is not None})
    rows = []
    for level in [*levels, None]:
        name = "Missing" if level is None else level.replace("_", " ")
        cells = []
        for stratum in results.strata:
            members = results.members(stratum)
            cells.append(wording.part_of(sum(of(pair) == level for pair in members), len(members)))
        if level is not None or any(of(pair) is None for pair in results.pairs):
            rows.append((f"{label}: {name}", *cells))
    return rows


def _months_row(results: Results, label: str, days: Callable[[Pair], int | None]) -> Row:
    def cell(stratum: str) -> str:
        found = (days(pair) for pair in results.members(stratum))
        return spread([day / DAYS_PER_MONTH for day in found if day is not None])

    return (label, *(cell(stratum) for stratum in results.strata))


def _missing_row(results: Results, label: str, value: Callable[[Pair], object]) -> Row:
    def cell(stratum: str) -> str:
        members = results.members(stratum)
        return wording.part_of(sum(value(pair) is None for pair in members), len(members))

    return (label, *(cell(stratum) for stratum in results.strata))


def spread(values: Sequence[float], decimals: int = 1) -> str:
    """Median and quartiles (inclusive method), or a dash."""
    if not values:
        return wording.NONE
    if len(values) == 1:
        return f"{values[0]:.{decimals}f}"
    lower, middle, upper = quantiles(values, n=4, method="inclusive")
    return f"{middle:.{decimals}f} ({lower:.{decimals}f} to {upper:.{decimals}f})"


def _length(line: Record | None) -> int | None:
    if line is None or line["end_date"] is None:
        return None
    return int((line["end_date"] - line["start_date"]).days)


def _patient(results: Results, pair: Pair) -> Record:
    return results.patients.get(pair["patient_id"], {})
