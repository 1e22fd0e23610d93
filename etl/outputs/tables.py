"""A table as the outputs hold it, its CSV, and attrition.

Belongs here: the `Table` value, its CSV, heads that many tables share, and who was left out. Does
not belong here: who was studied (`baseline_tables`, `exposure_table`), outcomes
(`outcome_tables`), data quality and methods (`method_tables`).
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.outputs import wording
from etl.outputs.results import Results
from etl.studies.pairs import Pair, in_stratum

Row = tuple[str, ...]

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
        f"whose own values are doubtful. {results.people.sentence}".rstrip(),
    )


def columns(results: Results, pairs: Sequence[Pair] | None = None, *, of_what: bool = False) -> Row:
    """Heads of a table with one column a group, each with its N.

    Args:
        results: what the study found.
        pairs: those the table is about; all of the study when left out.
        of_what: whether it stands over the groups what they are groups of: in a table about two
            treatments a column headed with a drug would seem to be about who was given it.
    """
    counted = results.pairs if pairs is None else pairs
    return tuple(
        f"{_over(results, stratum) if of_what else ''}{wording.group_name(stratum)} "
        f"(N = {len(in_stratum(counted, stratum))})"
        for stratum in results.strata
    )


def _over(results: Results, stratum: str) -> str:
    return "" if stratum == "all" else f"{wording.STRATA_HEADS[results.study.strata]}: "
