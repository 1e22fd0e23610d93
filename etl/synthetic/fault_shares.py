"""Faults by the row: a given share of all rows carries one, up to every row of every table.

Belongs here: faults that stay within their row, so that each can be found whatever its neighbours
carry, and spreading them. Does not belong here: faults that need sound records around them
(`fault_kinds*.py`); those are planted first, one a patient, and the rest of the share is filled up
here.

On the other rows of a patient who carries one of those, only *neutral* kinds are used: they change
a value that no other error rule compares with anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.synthetic.fault_kinds_dates import (
    FUTURE,
    death_date,
    died_early,
    is_alive,
    record_key,
    shifted,
)
from etl.synthetic.faults import Bench
from expectations.export_format import TABLES

NO_DAY = "2020-02-30"
Fit = Callable[[Bench, pd.DataFrame], "pd.Series[bool]"]
Values = dict[str, "str | pd.Series[str]"]
Change = Callable[[Bench, pd.DataFrame], Values]


@dataclass(frozen=True)
class LocalKind:
    """A fault within one row: whom it fits, and the values that are written.

    `subject` is the subject of the rule, where that is not the table.
    """

    rule_id: str
    table: str
    kind: str
    fit: Fit
    change: Change
    is_neutral: bool = False
    subject: str = ""


KINDS: list[LocalKind] = []


def _any(_: Bench, frame: pd.DataFrame) -> "pd.Series[bool]":
    return pd.Series(True, index=frame.index)


def _is(**values: str) -> Fit:
    def fit(_: Bench, frame: pd.DataFrame) -> "pd.Series[bool]":
        mask = pd.Series(True, index=frame.index)
        for column, text in values.items():
            mask &= frame[column].isin(text.split("|"))
        return mask

    return fit


def _and(*fits: Fit) -> Fit:
    def fit(bench: Bench, frame: pd.DataFrame) -> "pd.Series[bool]":
        mask = _any(bench, frame)
        for one in fits:
            mask &= one(bench, frame)
        return mask

    return fit


def _of(table: str, of_owner: Callable[[Bench, str], "pd.Series[bool]"]) -> Fit:
    return lambda bench, frame: (
        of_owner(bench, table).reindex(frame.index).fillna(False).astype(bool)
    )


def _day(*columns: str) -> Fit:
    """Rows whose dates are written to the day."""

    def fit(_: Bench, frame: pd.DataFrame) -> "pd.Series[bool]":
        mask = pd.Series(True, index=frame.index)
        for column in columns:
            mask &= frame[column].str.len() == 10
        return mask

    return fit


def _young(bench: Bench, table: str) -> "pd.Series[bool]":
    """Rows of the living who would not be impossibly old in the future."""
    return is_alive(bench, table) & (bench.of_patient("birth_date", bench.owner(table)) > "1935")


def _local(
    rule_id: str, table: str, kind: str, fit: Fit, *, neutral: bool = False, **values: str
) -> None:
    KINDS.append(
        LocalKind(rule_id, table, kind, fit, lambda _, __: dict(values), is_neutral=neutral)
    )


def _moved(
    rule_id: str, table: str, kind: str, fit: Fit, column: str, base: str, days: int
) -> None:
    """Write a date so many days from another one of the row."""

    def change(_: Bench, rows: pd.DataFrame) -> Values:
        return {column: rows[base].map(lambda date: shifted(date, days))}

    KINDS.append(LocalKind(rule_id, table, kind, fit, change))


def _after_death(rule_id: str, table: str, fit: Fit, column: str, *emptied: str) -> None:
    def change(bench: Bench, rows: pd.DataFrame) -> Values:
        died = death_date(bench, table).reindex(rows.index)
        return {column: died.map(lambda date: shifted(date, 40)), **dict.fromkeys(emptied, "")}

    def of_the_dead(bench: Bench, frame: pd.DataFrame) -> "pd.Series[bool]":
        to_the_day = death_date(bench, table).str.len() == 10
        dead = died_early(bench, table) & to_the_day
        return fit(bench, frame) & frame[column].ne("") & dead

    KINDS.append(LocalKind(rule_id, table, "after death", of_the_dead, change))


_QUIET = _is(setting="advanced", stop_reason="completed|patient_choice|other")
_MILD = _is(grade="3", led_to_stop="no", outcome="resolved|resolving")
_STABLE = _is(response="SD")

_local("PAT-C09", "patients", "code not in list", _any, neutral=True, sex="x")
_local("PAT-C02b", "patients", "30 February", _any, birth_date="1950-02-30")
_local("PAT-C02c", "patients", "code not in list", _is(vital_status="alive"), vital_status="moved")
_local("PAT-C02", "patients", "30 February", _is(vital_status="alive"), last_contact_date=NO_DAY)
_local(
    "PAT-T03", "patients", "after the export", _is(vital_status="alive"), last_contact_date=FUTURE
)
_local(
    "PAT-T20",
    "patients",
    "death from toxicity without an event",
    _is(vital_status="dead", death_cause="melanoma"),
    death_cause="toxicity",
)

_local("BAS-C02b", "baselines", "not a whole number", _any, neutral=True, organ_sites="3.7")
_local("BAS-C23", "baselines", "code not in list", _is(treatment_id=""), ecog="7")
_local("BAS-C24", "baselines", "code not in list", _any, stage="V")
_local("BAS-C02", "baselines", "30 February", _any, measured_date=NO_DAY)
_local("BAS-T03", "baselines", "after the export", _any, measured_date=FUTURE)
_local(
    "BAS-N03",
    "baselines",
    "stage IV without metastases",
    _is(stage="IV", brain_metastases="absent", m_category="M1a|M1b"),
    m_category="M0",
)
_local(
    "BAS-N04",
    "baselines",
    "stage III with metastases",
    _is(stage="IIIC", m_category="M0"),
    m_category="M1b",
)
_local(
    "BAS-N05",
    "baselines",
    "M1d under the 7th edition",
    _is(ajcc_edition="8", m_category="M1d", stage="IV"),
    ajcc_edition="7",
)
_local(
    "BAS-T47",
    "baselines",
    "brain metastases without M1d",
    _is(ajcc_edition="8", m_category="M1d", brain_metastases="asymptomatic|symptomatic"),
    m_category="M1c",
)
_moved(
    "BAS-T04",
    "baselines",
    "reversed",
    _and(_day("advanced_diagnosis_date"), lambda _, f: f["advanced_diagnosis_date"] < "2024"),
    "primary_diagnosis_date",
    "advanced_diagnosis_date",
    35,
)

_local("EPI-C22b", "treatments", "code not in list", _any, neutral=True, best_response="MR")
_local("EPI-C22c", "treatments", "code not in list", _any, severe_toxicity="maybe")
_local("EPI-C21", "treatments", "code not in list", _QUIET, setting="curative")
_local("EPI-C22", "treatments", "code not in list", _QUIET, stop_reason="tox?")
_local("EPI-C02", "treatments", "30 February", _QUIET, stop_date=NO_DAY)
_local("EPI-N10", "treatments", "date removed", _QUIET, start_date="")
_local(
    "EPI-N07",
    "treatments",
    "ongoing with a stop date",
    _and(_QUIET, _is(ongoing="no"), _of("treatments", is_alive), _day("stop_date")),
    ongoing="yes",
)
_local(
    "EPI-T03",
    "treatments",
    "after the export",
    _and(_QUIET, _of("treatments", _young)),
    stop_date=FUTURE,
)
_moved(
    "EPI-T06", "treatments", "reversed", _and(_QUIET, _day("start_date")), "stop_date",
    "start_date", -10,
)  # fmt: skip
_after_death("EPI-T02", "treatments", _QUIET, "stop_date")

_local("DRG-C02", "drugs", "30 February", _any, neutral=True, stop_date=NO_DAY)
_local("DRG-T03", "drugs", "after the export", _of("drugs", _young), stop_date=FUTURE)
_after_death("DRG-T02", "drugs", _any, "stop_date")
_moved("DRG-T06", "drugs", "reversed", _day("start_date"), "stop_date", "start_date", -10)
KINDS.append(
    LocalKind(
        "DSB-C18",
        "drugs",
        "unknown drug",
        _any,
        lambda _, rows: {"drug": pd.Series([f"unlisted {n % 97}" for n in rows.index], rows.index)},
        subject="drug_substances",
    )
)

_local(
    "RSP-C12",
    "responses",
    "plain code under iRECIST",
    _is(response="CR|PR|SD|PD"),
    neutral=True,
    criteria="iRECIST",
)
_local("RSP-C11", "responses", "code not in list", _is(response="NE"), neutral=True, response="MR")
_local("RSP-C11", "responses", "code not in list", _is(response="CR|PR|SD|PD"), response="MR")
_local("RSP-N20", "responses", "response removed", _is(response="CR|PR|SD|PD"), response="")
_local("RSP-C02", "responses", "30 February", _any, assessment_date=NO_DAY)
_local("RSP-N19", "responses", "date removed", _any, assessment_date="")
_local(
    "RSP-T03",
    "responses",
    "after the export",
    _and(_STABLE, _of("responses", _young)),
    assessment_date=FUTURE,
)
_after_death("RSP-T02", "responses", _STABLE, "assessment_date")

_local("AE-C02", "adverse_events", "30 February", _any, neutral=True, management_start_date=NO_DAY)
_local("AE-C14", "adverse_events", "no such grade", _MILD, grade="7")
_local("AE-C14b", "adverse_events", "two grades in one cell", _MILD, grade="3-4")
_local("AE-T03", "adverse_events", "after the export", _any, resolved_date=FUTURE)
_moved(
    "AE-T19", "adverse_events", "reversed", _day("onset_date"), "resolved_date", "onset_date", -10
)
_after_death("AE-T02", "adverse_events", _MILD, "onset_date", "resolved_date")

_local("LOC-C02", "local_treatments", "30 February", _any, neutral=True, start_date=NO_DAY)
_local(
    "LOC-T03",
    "local_treatments",
    "after the export",
    _of("local_treatments", _young),
    start_date=FUTURE,
)
_after_death("LOC-T02", "local_treatments", _any, "start_date")

SHARED_TABLES = tuple(name for name in TABLES if name != "hospitals")
"""The tables whose rows are counted: those with records of patients."""


def rows_to_spoil(bench: Bench, share: float) -> int:
    """How many rows carry a fault at that share."""
    return round(share * sum(len(bench.tables[name]) for name in SHARED_TABLES))


def fill_up(bench: Bench, share: float, spared: Iterable[str]) -> None:
    """Plant faults within rows until that share of all rows carries one.

    Args:
        bench: Tables, after the faults that need sound records around them.
        share: Of the rows, 0 to 1.
        spared: Patients who get none; nobody is spared when every row carries a fault.
    """
    closed = set() if share >= 1 else set(spared)
    missing = {
        table: max(0.0, share * len(bench.tables[table]) - len(bench.touched.get(table, ())))
        for table in SHARED_TABLES
    }
    done = sum(len(bench.touched.get(table, ())) for table in SHARED_TABLES)
    open_rows = max(0, rows_to_spoil(bench, share) - done)
    scale = min(1.0, open_rows / sum(missing.values())) if any(missing.values()) else 0.0
    # Patients' rows first: what is fit for other rows depends on who is alive.
    for table, rows in missing.items():
        _fill_table(bench, table, round(rows * scale), closed)


def _fill_table(bench: Bench, table: str, wanted: int, spared: set[str]) -> None:
    frame = bench.tables[table]
    owner = bench.owner(table)
    touched = frame.index.isin(list(bench.touched.get(table, ())))
    free = frame.index[~touched & ~owner.isin(spared)]
    if wanted <= 0 or free.empty:
        return
    chosen = pd.Index(bench.rng.permutation(free.to_numpy())[:wanted]).sort_values()
    rows = frame.loc[chosen]
    kinds = [kind for kind in KINDS if kind.table == table]
    careful = owner.loc[chosen].isin(bench.carriers).to_numpy()
    fits = np.array(
        [
            kind.fit(bench, frame).reindex(chosen).to_numpy(dtype=bool)
            & (kind.is_neutral | ~careful)
            for kind in kinds
        ]
    )
    drawn = bench.rng.random(fits.shape) * fits
    picked = drawn.argmax(axis=0)
    picked[~fits.any(axis=0)] = -1
    for position, kind in enumerate(kinds):
        _write(bench, kind, rows.index[picked == position], owner)


def _write(bench: Bench, kind: LocalKind, labels: pd.Index, owner: "pd.Series[str]") -> None:
    frame = bench.tables[kind.table]
    if labels.empty:
        return
    values = kind.change(bench, frame.loc[labels])
    for column, value in values.items():
        frame.loc[labels, column] = value
    for label, given in zip(labels, frame.loc[labels].to_dict("records"), strict=True):
        row = {str(column): str(value) for column, value in given.items()}
        key = record_key(kind.table, row)
        if kind.subject == "drug_substances":
            key = f"{row['treatment_id']}|{key}|1"
        patient = str(owner.loc[label])
        bench.report(kind.rule_id, kind.subject or kind.table, key, patient, kind.kind, *values)
