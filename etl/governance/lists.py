"""The two reviewed lists: `opt_outs.csv` and `merges.csv`.

Belongs here: reading them, which entries are in force on a day, and a sentence for each line that
cannot be taken as it stands. Does not belong here: what is done with the rows of a delivery.

An opt-out whose day cannot be read is honoured at once, because holding it back would be the
breach; a merge that is in doubt is not applied, because taking two people for one would be.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from etl.errors import InputUnreadableError
from etl.publish.files import hash_of

OPT_OUTS, MERGES = "opt_outs.csv", "merges.csv"
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    OPT_OUTS: ("patient_id", "since", "reason"),
    MERGES: ("patient_id", "becomes", "since"),
}


@dataclass(frozen=True)
class Governance:
    """What is in force on a day.

    Attributes:
        opted_out: every id of those who opted out, also the ids merged with theirs.
        opt_outs: entries of the list that are in force.
        merged: the id that each merged id becomes, chains followed to their end.
        waiting: entries whose day has not come.
        last_opt_out: the newest day on which an opt-out in force began; None without one.
        remarks: a sentence for each line that could not be taken as it stands.
    """

    opted_out: frozenset[str] = frozenset()
    opt_outs: int = 0
    merged: Mapping[str, str] = field(default_factory=dict)
    waiting: int = 0
    last_opt_out: date | None = None
    remarks: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """The identity of what is in force: part of a snapshot's; empty when there is nothing."""
        if not self.opted_out and not self.merged:
            return ""
        return hash_of([sorted(self.opted_out), sorted(self.merged.items())])


NOBODY = Governance()
"""No list at all."""


@dataclass(frozen=True)
class _Line:
    """One line of a list; `where` names file and line."""

    where: str
    number: int
    values: Mapping[str, str]
    since: date | None
    is_dated: bool


def read_governance(folder: Path, as_of: date) -> Governance:
    """Read both lists as they are in force on a day; a missing file is an empty list.

    Args:
        folder: `HOME/governance`.
        as_of: The ledger's day.

    Raises:
        InputUnreadableError: a file is not text, or lacks a column: it could not be honoured, so
            nothing may be published.
    """
    remarks: list[str] = []
    waiting = 0
    opted: dict[str, date | None] = {}
    for line in _lines(folder / OPT_OUTS, remarks):
        if not line.values["patient_id"]:
            remarks.append(f"{line.where}: patient_id is empty. Write whose opt-out it is.")
            continue
        if not line.is_dated:
            remarks.append(
                f"{line.where}, column since: expected a day as 2025-03-03. The opt-out is "
                "honoured from now on; write the day."
            )
        if line.since is not None and line.since > as_of:
            waiting += 1
            continue
        opted[line.values["patient_id"]] = line.since
    stated: list[_Line] = []
    for line in _lines(folder / MERGES, remarks):
        problem = _problem_of_merge(line)
        if problem:
            remarks.append(f"{line.where}: {problem} The merge is not applied.")
        elif line.since is not None and line.since > as_of:
            waiting += 1
        else:
            stated.append(line)
    merged = _resolve(stated, remarks)
    persons = {merged.get(one, one) for one in opted}
    everybody = persons | set(opted) | {one for one, end in merged.items() if end in persons}
    days = [day for day in opted.values() if day is not None]
    return Governance(
        opted_out=frozenset(everybody),
        opt_outs=len(opted),
        merged=merged,
        waiting=waiting,
        last_opt_out=max(days, default=None),
        remarks=tuple(remarks),
    )


def _lines(path: Path, remarks: list[str]) -> Iterator[_Line]:
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputUnreadableError(
            f"{path}: the file is not UTF-8 text. Save it as CSV UTF-8; until then nothing is "
            "published, because it could not be honoured."
        ) from None
    head = text.split("\n", 1)[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if ";" in head else ",")
    header = [name.strip().lower() for name in next(reader, [])]
    wanted = _COLUMNS[path.name]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise InputUnreadableError(
            f"{path}, line 1: expected the columns {', '.join(wanted)}; {', '.join(missing)} is "
            "missing. Until then nothing is published, because the list could not be honoured."
        )
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}, line {reader.line_num}"
        if len(cells) > len(header):
            remarks.append(f"{where}: {len(cells)} values, {len(header)} columns; the rest is left")
        values = {
            name: cell.strip()
            for name, cell in zip(header, [*cells, *[""] * len(header)])  # noqa: B905
        }
        since, is_dated = _day(values["since"])
        yield _Line(where, reader.line_num, values, since, is_dated)


def _day(text: str) -> tuple[date | None, bool]:
    try:
        return date.fromisoformat(text), True
    except ValueError:
        return None, False


def _problem_of_merge(line: _Line) -> str | None:
    empty = [name for name in ("patient_id", "becomes") if not line.values[name]]
    if empty:
        return f"{' and '.join(empty)} is empty."
    if line.values["patient_id"] == line.values["becomes"]:
        return "patient_id and becomes are the same."
    if not line.is_dated:
        return "column since: expected a day as 2025-03-03."
    return None


def _resolve(lines: list[_Line], remarks: list[str]) -> dict[str, str]:
    """The end of each merge; contradictions and circles are said and not applied."""
    stated: dict[str, _Line] = {}
    contradicted: set[str] = set()
    for line in lines:
        other = stated.setdefault(line.values["patient_id"], line)
        if other.values["becomes"] != line.values["becomes"]:
            contradicted.add(line.values["patient_id"])
            remarks.append(
                f"{line.where}: the same patient_id becomes another one on line {other.number}. "
                "Neither is applied; keep the right one."
            )
    for one in contradicted:
        del stated[one]
    found: dict[str, str] = {}
    told: set[str] = set()
    for start, line in stated.items():
        steps = [start]
        while steps[-1] in stated and stated[steps[-1]].values["becomes"] not in steps:
            steps.append(stated[steps[-1]].values["becomes"])
        if steps[-1] in stated:
            circle = steps[steps.index(stated[steps[-1]].values["becomes"]) :]
            if not told & set(circle):
                numbers = ", ".join(str(stated[one].number) for one in circle)
                remarks.append(
                    f"{line.where}: the merges on lines {numbers} run in a circle. None of them "
                    "is applied, nor any that leads to them; say which id stays."
                )
            told.update(circle)
            continue
        if len(steps) > 2:
            remarks.append(
                f"{line.where}: what it becomes is merged further on line "
                f"{stated[steps[1]].number}. The chain is followed to its end."
            )
        found[start] = steps[-1]
    return dict(sorted(found.items()))
