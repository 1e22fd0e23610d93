"""Planted faults: one wrong record for each rule, on records that are otherwise sound.

Belongs here: what a fault is, the bench they are planted on, and the registry of faults by rule.
The mutations stand in `fault_kinds.py` and beside it. Does not belong here: the rules, which stand
in `expectations/rules`.

Faults lie outside the calibration cohort and the decoys, one a patient, and none takes a patient
out of the ipilimumab-treated.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expectations.export_format import TABLES

PER_RULE = 3
PER_RULE_OF_SHARE = 4


def drug_key(treatment: str, drug: str, start: str) -> str:
    """The record key of a drug whose row is not repeated, as the export format gives it."""
    digest = hashlib.md5(f"{drug}\x1f{start}".encode(), usedforsecurity=False)
    return f"{treatment}|{digest.hexdigest()[:8]}|1"


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    `record_key` is the key of the record the rule has to find; where the fault is that the key is
    missing it is empty and `row` says which row of its file it is, from 0. `kind` says in words
    what was done to which `columns`.
    """

    rule_id: str
    table: str
    record_key: str
    patient_id: str
    kind: str
    columns: tuple[str, ...]
    row: int | None = None


@dataclass
class Bench:
    """The tables that faults are planted in, and who may still get one."""

    tables: dict[str, pd.DataFrame]
    rng: np.random.Generator
    protected: set[str]
    treated: set[str]
    faults: list[Fault] = field(default_factory=list)
    added: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    new_keys: int = 0
    touched: dict[str, set[Hashable]] = field(default_factory=dict)
    carriers: set[str] = field(default_factory=set)

    def pick(
        self, table: str, mask: pd.Series, count: int, *, may_be_treated: bool = False
    ) -> Iterator[tuple[Hashable, dict[str, str]]]:
        """Up to `count` rows of the table, of different patients without a fault so far.

        Args:
            table: the table.
            mask: which of its rows are fit.
            count: how many at most.
            may_be_treated: whether a patient treated with ipilimumab may be taken.

        Yields:
            The row's label and its values, with its patient under `owner`.
        """
        frame = self.tables[table]
        owner = self.owner(table)
        closed = self.protected if may_be_treated else self.protected | self.treated
        rows = frame[mask & owner.notna() & ~owner.isin(closed)]
        rows = rows.assign(owner=owner.reindex(rows.index))
        rows = rows.iloc[self.rng.permutation(len(rows))].drop_duplicates("owner")
        for label, row in rows.iloc[:count].sort_index().iterrows():
            self.protect(row["owner"])
            yield label, {str(column): value for column, value in row.items()}

    def protect(self, patient: str) -> None:
        """Keep a patient for one fault: nobody else may change what it rests on."""
        self.protected.add(patient)
        self.carriers.add(patient)

    def owner(self, table: str) -> pd.Series:
        """The patient of each row."""
        frame = self.tables[table]
        if table != "drugs":
            return frame["patient_id"]
        treatments = self.tables["treatments"].drop_duplicates("treatment_id")
        return frame["treatment_id"].map(treatments.set_index("treatment_id")["patient_id"])

    def of_patient(self, column: str, owner: pd.Series) -> pd.Series:
        """A column of the patients table for each row."""
        patients = self.tables["patients"].drop_duplicates("patient_id").set_index("patient_id")
        return owner.map(patients[column])

    def new_key(self, prefix: str) -> str:
        """A key that no record has."""
        self.new_keys += 1
        return f"{prefix}{900_000 + self.new_keys}"

    def change(self, table: str, label: Hashable, **values: str) -> None:
        """Write values into one row."""
        self.touched.setdefault(table, set()).add(label)
        for column, value in values.items():
            self.tables[table].loc[label, column] = value

    def add(self, table: str, row: Mapping[str, str], **values: str) -> int:
        """Append a row, made of `row` with some values changed; returns its position."""
        content = {name: row.get(name, "") for name in TABLES[table].column_names} | values
        added = self.added.setdefault(table, [])
        added.append(content)
        position = len(self.tables[table]) + len(added) - 1
        self.touched.setdefault(table, set()).add(position)
        return position

    def finish(self) -> None:
        """Put the appended rows under their tables."""
        for table, rows in self.added.items():
            frame = pd.DataFrame(rows, columns=list(TABLES[table].column_names), dtype=object)
            self.tables[table] = pd.concat([self.tables[table], frame], ignore_index=True)
        self.added.clear()

    def report(
        self,
        rule_id: str,
        table: str,
        key: str,
        patient: str,
        kind: str,
        *columns: str,
        row: int | None = None,
    ) -> None:
        """Write down a fault."""
        self.faults.append(Fault(rule_id, table, key, patient, kind, columns, row))


Mutation = Callable[[Bench, str, int], None]
"""Plants up to so many faults of one rule: bench, rule id, count."""

FAULTS: dict[str, Mutation] = {}


def fault(rule_id: str) -> Callable[[Mutation], Mutation]:
    """Register the mutation that breaks one rule."""

    def register(mutation: Mutation) -> Mutation:
        if rule_id in FAULTS:
            raise ValueError(f"rule {rule_id} has two mutations")
        FAULTS[rule_id] = mutation
        return mutation

    return register


def plant_faults(
    bench: Bench, share: float | None = None, per_rule: int = PER_RULE
) -> tuple[Fault, ...]:
    """Plant every kind of fault and say where.

    Args:
        bench: The tables.
        share: Share of the rows of patients' tables that carries a fault, 0 to 1; without it each
            kind is planted `per_rule` times and no more.
        per_rule: How often each kind of fault is planted; less often where the share is too small.
    """
    from etl.synthetic import (  # noqa: F401  # registers the mutations
        fault_kinds,
        fault_kinds_dates,
        fault_kinds_keys,
        fault_shares,
    )

    spared = frozenset(bench.protected | bench.treated)
    if share is not None:
        per_rule = min(PER_RULE_OF_SHARE, fault_shares.rows_to_spoil(bench, share) // len(FAULTS))
    for rule_id in sorted(FAULTS):
        FAULTS[rule_id](bench, rule_id, per_rule)
    bench.finish()
    if share is not None:
        fault_shares.fill_up(bench, share, spared)
    return tuple(bench.faults)
