"""Planted faults: one wrong record for each rule, on records that are otherwise sound.

Belongs here: what a fault is, the bench they are planted on, and the registry of faults by rule.
The mutations stand in `fault_kinds.py`. Does not belong here: the rules (`expectations/rules`).

Faults lie outside the calibration cohort and the decoys, one a patient, and none takes a patient
out of the ipilimumab-treated.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expectations.export_format import TABLES

PER_RULE = 3


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    `record_key` is the key of the record the rule has to find; `kind` says in words what was done
    to which `columns`.
    """

    rule_id: str
    table: str
    record_key: str
    patient_id: str
    kind: str
    columns: tuple[str, ...]


@dataclass
class Bench:
    """The tables that faults are planted in, and who may still get one."""

    tables: dict[str, pd.DataFrame]
    rng: np.random.Generator
    protected: set[str]
    treated: set[str]
    faults: list[Fault] = field(default_factory=list)

    def pick(
        self, table: str, mask: pd.Series, count: int, *, may_be_treated: bool = True
    ) -> pd.DataFrame:
        """Up to `count` rows of the table, of different patients without a fault so far."""
        frame = self.tables[table]
        closed = self.protected if may_be_treated else self.protected | self.treated
        owner = self.owner(table)
        rows = frame[mask & ~owner.isin(closed)]
        rows = rows.assign(_owner=owner.reindex(rows.index))
        rows = rows.iloc[self.rng.permutation(len(rows))].drop_duplicates("_owner")
        rows = rows.iloc[:count].sort_index()
        self.protected.update(rows["_owner"])
        return rows

    def owner(self, table: str) -> pd.Series:
        """The patient of each row."""
        frame = self.tables[table]
        if table != "drugs":
            return frame["patient_id"]
        treatments = self.tables["treatments"].set_index("treatment_id")["patient_id"]
        return frame["treatment_id"].map(treatments)

    def set(self, table: str, row: object, **values: str) -> None:
        """Write values into one row."""
        for column, value in values.items():
            self.tables[table].loc[row, column] = value

    def add(self, table: str, **values: str) -> None:
        """Append a row; what is not given stays empty."""
        row = dict.fromkeys(TABLES[table].column_names, "") | values
        self.tables[table].loc[len(self.tables[table])] = row

    def report(
        self, rule_id: str, table: str, key: str, patient: str, kind: str, *columns: str
    ) -> None:
        """Write down a fault."""
        self.faults.append(Fault(rule_id, table, key, patient, kind, columns))


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


def plant_faults(bench: Bench, per_rule: int = PER_RULE) -> tuple[Fault, ...]:
    """Plant every kind of fault and say where."""
    from etl.synthetic import fault_kinds  # noqa: F401  # registers the mutations

    for rule_id in sorted(FAULTS):
        FAULTS[rule_id](bench, rule_id, per_rule)
    return tuple(bench.faults)
