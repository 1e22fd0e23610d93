"""Faults of dates: unreadable, in the future, after death, in the wrong order.

Belongs here: the mutations of the rules on dates. Does not belong here: keys
(`fault_kinds_keys.py`) or other values (`fault_kinds.py`).
"""

import datetime as dt
from collections.abc import Callable

import pandas as pd

from etl.synthetic.calibration import EXPORT_DATE
from etl.synthetic.faults import Bench, drug_key, fault
from expectations.export_format import TABLES

FUTURE = "2029-05-01"
Fit = Callable[[Bench, pd.DataFrame], pd.Series]


def shifted(date: str, days: int) -> str:
    """An ISO date so many days later."""
    return (dt.date.fromisoformat(date) + dt.timedelta(days=days)).isoformat()


def record_key(table: str, row: dict[str, str]) -> str:
    """The record key of a row, as staging makes it of a row whose key is not repeated."""
    if table == "drugs":
        return drug_key(row["treatment_id"], row["drug"], row["start_date"])
    return "|".join(row[name] for name in TABLES[table].key if row[name])


def is_alive(bench: Bench, table: str) -> pd.Series:
    """Rows of patients known to be alive."""
    return bench.of_patient("vital_status", bench.owner(table)) == "alive"


def death_date(bench: Bench, table: str) -> pd.Series:
    """The date of death of each row's patient; empty for the living."""
    return bench.of_patient("death_date", bench.owner(table)).fillna("")


def died_early(bench: Bench, table: str) -> pd.Series:
    """Rows of patients who died well before the export."""
    died = death_date(bench, table)
    return (died != "") & (died < shifted(EXPORT_DATE, -90))


def _unreadable(table: str, rule_id: str, column: str, fit: Fit) -> None:
    """30 February, in the year that was written."""

    def mutate(bench: Bench, rule: str, count: int) -> None:
        frame = bench.tables[table]
        mask = (frame[column].str.len() == 10) & fit(bench, frame)
        for label, row in bench.pick(table, mask, count):
            bench.change(table, label, **{column: f"{row[column][:4]}-02-30"})
            bench.report(rule, table, record_key(table, row), row["owner"], "30 February", column)

    fault(rule_id)(mutate)


def _in_future(table: str, rule_id: str, column: str, fit: Fit) -> None:
    """Years after the export, in patients young enough that age stays possible."""

    def mutate(bench: Bench, rule: str, count: int) -> None:
        frame = bench.tables[table]
        mask = (frame[column] != "") & is_alive(bench, table) & fit(bench, frame)
        mask &= bench.of_patient("birth_date", bench.owner(table)) > "1935"
        for label, row in bench.pick(table, mask, count):
            bench.change(table, label, **{column: FUTURE})
            bench.report(
                rule, table, record_key(table, row), row["owner"], "after the export", column
            )

    fault(rule_id)(mutate)


def _after_death(table: str, rule_id: str, column: str, fit: Fit, *emptied: str) -> None:
    def mutate(bench: Bench, rule: str, count: int) -> None:
        frame = bench.tables[table]
        died = death_date(bench, table)
        mask = (frame[column] != "") & died_early(bench, table) & fit(bench, frame)
        for label, row in bench.pick(table, mask, count):
            later = shifted(str(died.loc[label]), 40)  # type: ignore[call-overload]
            bench.change(table, label, **{column: later}, **dict.fromkeys(emptied, ""))
            bench.report(rule, table, record_key(table, row), row["owner"], "after death", column)

    fault(rule_id)(mutate)


def _reversed(table: str, rule_id: str, first: str, last: str, fit: Fit) -> None:
    def mutate(bench: Bench, rule: str, count: int) -> None:
        frame = bench.tables[table]
        mask = (frame[first].str.len() == 10) & (frame[last].str.len() == 10) & fit(bench, frame)
        for label, row in bench.pick(table, mask, count):
            bench.change(table, label, **{last: shifted(row[first], -10)})
            key = record_key(table, row)
            bench.report(rule, table, key, row["owner"], "reversed", first, last)

    fault(rule_id)(mutate)


def _any(_: Bench, frame: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=frame.index)


def _severe(_: Bench, frame: pd.DataFrame) -> pd.Series:
    return (frame["grade"] == "3") & (frame["led_to_stop"] == "no")


def _stable(_: Bench, frame: pd.DataFrame) -> pd.Series:
    return frame["response"] == "SD"


def _quiet(_: Bench, frame: pd.DataFrame) -> pd.Series:
    """Advanced episodes that ended for a reason nothing else hangs on."""
    ended = frame["stop_reason"].isin(["completed", "patient_choice", "other"])
    return ended & (frame["setting"] == "advanced")


def _alone(bench: Bench, frame: pd.DataFrame) -> pd.Series:
    """Drug rows that are the only one of an advanced episode."""
    treatments = bench.tables["treatments"]
    advanced = treatments.loc[treatments["setting"] == "advanced", "treatment_id"]
    single = ~frame["treatment_id"].duplicated(keep=False)
    return single & frame["treatment_id"].isin(advanced)


def _radiation(_: Bench, frame: pd.DataFrame) -> pd.Series:
    return frame["kind"].isin(["radiotherapy", "stereotactic"])


def _living(bench: Bench, frame: pd.DataFrame) -> pd.Series:
    del bench
    return (frame["vital_status"] == "alive") & (frame["vital_status_date"] != "")


def _untreated(bench: Bench, frame: pd.DataFrame) -> pd.Series:
    treated = set(bench.tables["treatments"]["patient_id"])
    treated |= set(bench.tables["local_treatments"]["patient_id"])
    return ~frame["patient_id"].isin(treated)


_unreadable("adverse_events", "AE-C02", "resolved_date", _severe)
_unreadable("baselines", "BAS-C02", "measured_date", _any)
_unreadable("drugs", "DRG-C02", "stop_date", _alone)
_unreadable("local_treatments", "LOC-C02", "start_date", _radiation)
_unreadable("patients", "PAT-C02", "last_contact_date", _living)
_unreadable("patients", "PAT-C02b", "birth_date", _any)
_unreadable("responses", "RSP-C02", "assessment_date", _stable)
_unreadable("treatments", "EPI-C02", "stop_date", _quiet)

_in_future("adverse_events", "AE-T03", "resolved_date", _severe)
_in_future("baselines", "BAS-T03", "measured_date", _any)
_in_future("drugs", "DRG-T03", "stop_date", _alone)
_in_future("local_treatments", "LOC-T03", "start_date", _radiation)
_in_future("patients", "PAT-T03", "last_contact_date", _living)
_in_future("responses", "RSP-T03", "assessment_date", _stable)
_in_future("treatments", "EPI-T03", "stop_date", _quiet)

_after_death(
    "adverse_events", "AE-T02", "onset_date", _severe, "resolved_date", "management_start_date"
)
_after_death("baselines", "BAS-T02", "advanced_diagnosis_date", _untreated)
_after_death("drugs", "DRG-T02", "stop_date", _alone)
_after_death("local_treatments", "LOC-T02", "start_date", _radiation)
_after_death("responses", "RSP-T02", "assessment_date", _stable)
_after_death("treatments", "EPI-T02", "stop_date", _quiet)

_reversed("adverse_events", "AE-T19", "onset_date", "resolved_date", _severe)
_reversed("drugs", "DRG-T06", "start_date", "stop_date", _alone)
_reversed("treatments", "EPI-T06", "start_date", "stop_date", _quiet)


@fault("AE-T17")
def event_before_treatment(bench: Bench, rule: str, count: int) -> None:
    """The event begins before the episode it is registered under."""
    events = bench.tables["adverse_events"]
    treatments = bench.tables["treatments"].drop_duplicates("treatment_id")
    starts = events["treatment_id"].map(treatments.set_index("treatment_id")["start_date"])
    mask = (starts.str.len() == 10) & (events["grade"] == "3") & (events["led_to_stop"] == "no")
    for label, row in bench.pick("adverse_events", mask, count, may_be_treated=True):
        onset = shifted(str(starts.loc[label]), -20)  # type: ignore[call-overload]
        bench.change("adverse_events", label, onset_date=onset)
        key = row["event_id"]
        bench.report(rule, "adverse_events", key, row["owner"], "before treatment", "onset_date")


@fault("BAS-T04")
def primary_after_advanced(bench: Bench, rule: str, count: int) -> None:
    """The primary is dated after the advanced disease."""
    frame = bench.tables["baselines"]
    mask = (frame["advanced_diagnosis_date"] < "2024") & frame["advanced_diagnosis_date"].ne("")
    for label, row in bench.pick("baselines", mask, count, may_be_treated=True):
        primary = shifted(row["advanced_diagnosis_date"], 35)
        bench.change("baselines", label, primary_diagnosis_date=primary)
        columns = ("primary_diagnosis_date", "advanced_diagnosis_date")
        bench.report(rule, "baselines", row["owner"], row["owner"], "reversed", *columns)


@fault("PAT-T01")
def born_after_an_event(bench: Bench, rule: str, count: int) -> None:
    """Born in the year after the first treatment."""
    frame = bench.tables["patients"]
    treatments = bench.tables["treatments"]
    dated = treatments[treatments["start_date"] != ""].sort_values("start_date")
    first = dated.drop_duplicates("patient_id").set_index("patient_id")["start_date"]
    started = frame["patient_id"].map(first)
    mask = started.notna() & (started < "2022")
    for label, row in bench.pick("patients", mask, count):
        year = int(str(started.loc[label])[:4]) + 1  # type: ignore[call-overload]
        bench.change("patients", label, birth_date=f"{year}")
        bench.report(
            rule, "patients", row["owner"], row["owner"], "born after treatment", "birth_date"
        )


@fault("PAT-T41")
def too_old(bench: Bench, rule: str, count: int) -> None:
    """A century is mistaken in the year of birth."""
    frame = bench.tables["patients"]
    mask = frame["birth_date"].str.startswith("19")
    for label, row in bench.pick("patients", mask, count):
        birth = f"18{row['birth_date'][2:]}"
        bench.change("patients", label, birth_date=birth)
        bench.report(rule, "patients", row["owner"], row["owner"], "wrong century", "birth_date")


@fault("RSP-N19")
def assessment_without_date(bench: Bench, rule: str, count: int) -> None:
    """The date of an assessment is missing."""
    frame = bench.tables["responses"]
    for label, row in bench.pick("responses", frame["response"] == "SD", count):
        bench.change("responses", label, assessment_date="")
        key = row["response_id"]
        bench.report(rule, "responses", key, row["owner"], "date removed", "assessment_date")


@fault("EPI-N10")
def episode_without_start(bench: Bench, rule: str, count: int) -> None:
    """The start of an episode is missing."""
    frame = bench.tables["treatments"]
    for label, row in bench.pick("treatments", _quiet(bench, frame), count):
        bench.change("treatments", label, start_date="")
        key = row["treatment_id"]
        bench.report(rule, "treatments", key, row["owner"], "date removed", "start_date")


@fault("EPI-T07")
def numbers_out_of_order(bench: Bench, rule: str, count: int) -> None:
    """The numbers of the first two of two lines are swapped."""
    frame = bench.tables["treatments"]
    advanced = frame[(frame["setting"] == "advanced") & (frame["line_number"] != "")]
    advanced = advanced.sort_values("start_date", kind="stable")
    rows = advanced["patient_id"].map(advanced["patient_id"].value_counts())
    is_last = ~advanced["patient_id"].duplicated(keep="last")
    numbers = advanced.drop_duplicates("patient_id").set_index("patient_id")["line_number"]
    differs = advanced["line_number"] != advanced["patient_id"].map(numbers)
    mask = (is_last & rows.eq(2) & differs).reindex(frame.index, fill_value=False)
    for label, row in bench.pick("treatments", mask, count):
        same = (frame["patient_id"] == row["owner"]) & (frame["setting"] == "advanced")
        first = frame[same & (frame["line_number"] != "") & (frame.index != label)].iloc[0]
        bench.change("treatments", first.name, line_number=row["line_number"])
        bench.change("treatments", label, line_number=str(first["line_number"]))
        key = row["treatment_id"]
        bench.report(rule, "treatments", key, row["owner"], "numbers swapped", "line_number")
