"""Faults of keys: missing, given twice, referring to nothing or to somebody else.

Belongs here: the mutations of the rules on keys. Does not belong here: dates
(`fault_kinds_dates.py`) or values (`fault_kinds.py`).
"""

from collections.abc import Mapping

import pandas as pd

from etl.synthetic.faults import Bench, drug_key, fault
from expectations.export_format import TABLES

_PREFIX = {"responses": "RSP", "adverse_events": "AE", "local_treatments": "LOC"}
_CHANGED = {"responses": ("response", "NE"), "adverse_events": ("outcome", "unknown"),
            "local_treatments": ("site", "skin")}  # fmt: skip


def _key(table: str) -> str:
    return TABLES[table].key[0]


def _ordinary(bench: Bench, table: str) -> pd.Series:
    """Rows that nothing else hangs on."""
    frame = bench.tables[table]
    if table == "responses":
        return frame["response"] == "SD"
    if table == "adverse_events":
        return (frame["grade"] == "3") & (frame["led_to_stop"] == "no")
    return frame["kind"].isin(["radiotherapy", "stereotactic"])


def _register(table: str, prefix: str) -> None:
    def missing(bench: Bench, rule: str, count: int) -> None:
        for label, row in bench.pick(table, _ordinary(bench, table), count):
            bench.change(table, label, **{_key(table): ""})
            position = int(bench.tables[table].index.get_loc(label))  # type: ignore[arg-type]
            bench.report(rule, table, "", row["owner"], "key removed", _key(table), row=position)

    def twice(bench: Bench, rule: str, count: int) -> None:
        column, value = _CHANGED[table]
        differs = bench.tables[table][column] != value  # the same row again is no fault
        for _, row in bench.pick(table, _ordinary(bench, table) & differs, count):
            bench.add(table, row, **{column: value})
            bench.report(
                rule, table, row[_key(table)], row["owner"], "second row of the key", column
            )

    def orphan(bench: Bench, rule: str, count: int) -> None:
        for _, row in bench.pick(table, _ordinary(bench, table), count):
            nobody, key = bench.new_key("P"), bench.new_key(table[0].upper())
            values = {_key(table): key, "patient_id": nobody}
            if "treatment_id" in row:
                values["treatment_id"] = ""
            bench.add(table, row, **values)
            bench.report(rule, table, key, nobody, "patient not registered", "patient_id")

    fault(f"{prefix}-C06")(missing)
    fault(f"{prefix}-C06b")(twice)
    fault(f"{prefix}-C07")(orphan)


for _table, _prefix in _PREFIX.items():
    _register(_table, _prefix)


def _strange_treatment(
    bench: Bench, rule: str, table: str, row: Mapping[str, str], treatment: str, kind: str
) -> None:
    """A further row of the patient that names that treatment."""
    key = bench.new_key(table[0].upper())
    values = {_key(table): key, "treatment_id": treatment}
    if table == "adverse_events":
        values["grade"] = "2"
    bench.add(table, row, **values)
    bench.report(rule, table, key, row["owner"], kind, "treatment_id")


def _unknown_treatment(table: str, rule_id: str) -> None:
    def mutate(bench: Bench, rule: str, count: int) -> None:
        for _, row in bench.pick(table, _ordinary(bench, table), count):
            treatment = bench.new_key("T")
            _strange_treatment(bench, rule, table, row, treatment, "treatment not registered")

    fault(rule_id)(mutate)


def _treatment_of_another(table: str, rule_id: str) -> None:
    def mutate(bench: Bench, rule: str, count: int) -> None:
        treatments = bench.tables["treatments"]
        fit = ~treatments["patient_id"].isin(bench.protected | bench.treated)
        started = treatments[fit & (treatments["start_date"] != "")].sort_values("start_date")
        if started.empty:
            return
        early = started.iloc[0]
        after = bench.tables[table][
            "onset_date" if table == "adverse_events" else "assessment_date"
        ] > str(early["start_date"])
        bench.protect(str(early["patient_id"]))
        for _, row in bench.pick(table, _ordinary(bench, table) & after, count):
            other = str(early["treatment_id"])
            _strange_treatment(bench, rule, table, row, other, "treatment of another patient")

    fault(rule_id)(mutate)


_unknown_treatment("adverse_events", "AE-C07b")
_unknown_treatment("responses", "RSP-C07b")
_treatment_of_another("adverse_events", "AE-N18")
_treatment_of_another("responses", "RSP-N18")


@fault("BAS-C06")
def baseline_without_patient(bench: Bench, rule: str, count: int) -> None:
    """The pseudonym is missing."""
    frame = bench.tables["baselines"]
    for label, row in bench.pick("baselines", frame["stage"] != "", count):
        bench.change("baselines", label, patient_id="")
        position = int(frame.index.get_loc(label))  # type: ignore[arg-type]
        bench.report(rule, "baselines", "", "", "key removed", "patient_id", row=position)
        bench.protect(row["owner"])


@fault("BAS-C06b")
def baseline_twice(bench: Bench, rule: str, count: int) -> None:
    """A second baseline of the same patient with another ECOG."""
    frame = bench.tables["baselines"]
    for _, row in bench.pick("baselines", frame["ecog"] == "0", count, may_be_treated=True):
        bench.add("baselines", row, ecog="1")
        bench.report(rule, "baselines", row["owner"], row["owner"], "second row of the key", "ecog")


@fault("BAS-C07")
def baseline_of_nobody(bench: Bench, rule: str, count: int) -> None:
    """The patient is not registered."""
    frame = bench.tables["baselines"]
    for _, row in bench.pick("baselines", frame["ecog"] == "0", count):
        nobody = bench.new_key("P")
        bench.add("baselines", row, patient_id=nobody)
        bench.report(rule, "baselines", nobody, nobody, "patient not registered", "patient_id")


@fault("PAT-C06")
def patient_without_key(bench: Bench, rule: str, count: int) -> None:
    """A patient row without pseudonym, beside all others."""
    frame = bench.tables["patients"]
    for _, row in bench.pick("patients", frame["vital_status"] == "alive", count):
        position = bench.add("patients", row, patient_id="", source_record_ref="")
        bench.report(rule, "patients", "", "", "key missing", "patient_id", row=position)


@fault("PAT-C06b")
def patient_twice(bench: Bench, rule: str, count: int) -> None:
    """A second row of the same patient with another sex."""
    frame = bench.tables["patients"]
    fit = (frame["vital_status"] == "alive") & (frame["sex"] == "male")
    for _, row in bench.pick("patients", fit, count):
        bench.add("patients", row, sex="female")
        bench.report(rule, "patients", row["owner"], row["owner"], "second row of the key", "sex")


@fault("EPI-C06")
def episode_without_key(bench: Bench, rule: str, count: int) -> None:
    """An episode without key of a patient who has no other."""
    patients = bench.tables["patients"]
    has_episode = patients["patient_id"].isin(bench.tables["treatments"]["patient_id"])
    diagnosed = bench.tables["baselines"].drop_duplicates("patient_id")
    advanced = patients["patient_id"].map(
        diagnosed.set_index("patient_id")["advanced_diagnosis_date"]
    )
    fit = ~has_episode & (patients["vital_status"] == "alive") & advanced.notna()
    for label, row in bench.pick("patients", fit, count):
        start = str(advanced.loc[label])  # type: ignore[call-overload]
        position = bench.add(
            "treatments",
            {},
            patient_id=row["owner"],
            hospital_id=row["hospital_id"],
            regimen="dacarbazine",
            setting="advanced",
            start_date=start,
            ongoing="unknown",
            severe_toxicity="unknown",
        )
        bench.report(
            rule, "treatments", "", row["owner"], "key missing", "treatment_id", row=position
        )


def _quiet_episodes(bench: Bench) -> pd.Series:
    """Advanced episodes that ended for a reason nothing else hangs on."""
    frame = bench.tables["treatments"]
    return (
        (frame["setting"] == "advanced")
        & frame["stop_reason"].isin(["completed", "patient_choice", "other"])
        & (frame["stop_date"] != "")
    )


@fault("EPI-C06b")
def episode_twice(bench: Bench, rule: str, count: int) -> None:
    """A second row of the same episode with another reason for stopping."""
    for _, row in bench.pick("treatments", _quiet_episodes(bench), count):
        bench.add("treatments", row, stop_reason="unknown")
        bench.report(
            rule,
            "treatments",
            row["treatment_id"],
            row["owner"],
            "second row of the key",
            "stop_reason",
        )


@fault("EPI-C07")
def episode_of_nobody(bench: Bench, rule: str, count: int) -> None:
    """The patient is not registered."""
    for _, row in bench.pick("treatments", _quiet_episodes(bench), count):
        key, nobody = bench.new_key("T"), bench.new_key("P")
        values = {"severe_toxicity": "unknown", "line_number": ""}
        bench.add("treatments", row, treatment_id=key, patient_id=nobody, **values)
        bench.report(rule, "treatments", key, nobody, "patient not registered", "patient_id")


def _single_drug(bench: Bench) -> pd.Series:
    """Drug rows that are the only one of an episode that ended."""
    frame = bench.tables["drugs"]
    return ~frame["treatment_id"].duplicated(keep=False) & (frame["stop_date"] != "")


@fault("DRG-C06")
def drug_without_episode(bench: Bench, rule: str, count: int) -> None:
    """The key of the episode is missing."""
    frame = bench.tables["drugs"]
    for label, _ in bench.pick("drugs", _single_drug(bench), count):
        bench.change("drugs", label, treatment_id="")
        position = int(frame.index.get_loc(label))  # type: ignore[arg-type]
        bench.report(rule, "drugs", "", "", "key removed", "treatment_id", row=position)


@fault("DRG-C07b")
def drug_of_no_episode(bench: Bench, rule: str, count: int) -> None:
    """The episode is not registered."""
    for _, row in bench.pick("drugs", _single_drug(bench), count):
        treatment = bench.new_key("T")
        bench.add("drugs", row, treatment_id=treatment)
        key = drug_key(treatment, row["drug"], row["start_date"])
        bench.report(rule, "drugs", key, "", "treatment not registered", "treatment_id")


@fault("PAT-C10b")
def ids_that_cannot_be_one_person(bench: Bench, rule: str, count: int) -> None:
    """Patients of either sex share one person_key."""
    patients = bench.tables["patients"]
    chosen = list(bench.pick("patients", patients["person_key"] == "", count))
    if len(chosen) < 2:
        return
    key = bench.new_key("K")
    for place, (label, row) in enumerate(chosen):
        sex = ("male", "female")[place % 2]
        bench.change("patients", label, person_key=key, sex=sex)
        patient = row["patient_id"]
        bench.report(rule, "patients", patient, patient, "one key, two sexes", "person_key", "sex")
