"""Faults of values: codes, grades, numbers, and values that contradict each other.

Belongs here: what is done to a sound record, registered under the rule that has to find it. Does
not belong here: keys (`fault_kinds_keys.py`), dates (`fault_kinds_dates.py`), or choosing patients
and writing faults down, which the bench does (`faults.py`).
"""

from collections.abc import Callable

import pandas as pd

from etl.synthetic.fault_kinds_dates import is_alive, record_key
from etl.synthetic.faults import Bench, fault

Fit = Callable[[Bench, pd.DataFrame], pd.Series]


def _value(
    rule_id: str, table: str, kind: str, fit: Fit, *, treated: bool = False, **values: str
) -> None:
    """Register: in fit rows those values are written."""

    def mutate(bench: Bench, rule: str, count: int) -> None:
        mask = fit(bench, bench.tables[table])
        for label, row in bench.pick(table, mask, count, may_be_treated=treated):
            bench.change(table, label, **values)
            bench.report(rule, table, record_key(table, row), row["owner"], kind, *values)

    fault(rule_id)(mutate)


def _is(**values: str) -> Fit:
    """Rows in which every column has one of the values, separated by bars."""

    def fit(bench: Bench, frame: pd.DataFrame) -> pd.Series:
        del bench
        mask = pd.Series(True, index=frame.index)
        for column, text in values.items():
            mask &= frame[column].isin(text.split("|"))
        return mask

    return fit


def _of_living(table: str, inner: Fit) -> Fit:
    return lambda bench, frame: is_alive(bench, table) & inner(bench, frame)


def _of_dead(table: str, inner: Fit) -> Fit:
    def fit(bench: Bench, frame: pd.DataFrame) -> pd.Series:
        dead = bench.of_patient("vital_status", bench.owner(table)) == "dead"
        return dead & inner(bench, frame)

    return fit


def _without(table: str, column: str, value: str) -> Fit:
    """Patients who have no row of `table` with that value."""

    def fit(bench: Bench, frame: pd.DataFrame) -> pd.Series:
        other = bench.tables[table]
        return ~frame["patient_id"].isin(other.loc[other[column] == value, "patient_id"])

    return fit


def _both(one: Fit, two: Fit) -> Fit:
    return lambda bench, frame: one(bench, frame) & two(bench, frame)


_MILD = _is(grade="3", led_to_stop="no", outcome="resolved|resolving")
_ENDED = _is(setting="advanced", stop_reason="completed|patient_choice|other")
_value("AE-C14b", "adverse_events", "two grades in one cell", _MILD, treated=True, grade="3-4")
_value("AE-C14", "adverse_events", "no such grade", _MILD, treated=True, grade="7")
_value(
    "AE-C14c",
    "adverse_events",
    "grade 5 of a term without",
    _is(grade="5"),
    treated=True,
    term="Alopecia",
    category="Skin and subcutaneous tissue disorders",
)
_value(
    "AE-T20",
    "adverse_events",
    "grade 5 of a living patient",
    _of_living("adverse_events", _is(grade="3|4", term="Colitis|Pneumonitis|Myocarditis")),
    treated=True,
    grade="5",
    resolved_date="",
    outcome="unknown",
)
_value(
    "AE-T20c",
    "adverse_events",
    "fatal below grade 5",
    _of_dead("adverse_events", _is(grade="3|4", led_to_stop="no")),
    treated=True,
    outcome="fatal",
    resolved_date="",
)
_value(
    "AE-T20d",
    "adverse_events",
    "grade 5 that resolved",
    _is(grade="5", outcome="fatal"),
    treated=True,
    outcome="resolving",
)
_value("BAS-C02b", "baselines", "not a whole number", _is(stage="IV"), organ_sites="3.7")
_value("BAS-C23", "baselines", "code not in list", _is(stage="IV"), treated=True, ecog="7")
_value("BAS-C24", "baselines", "code not in list", _is(stage="IV"), treated=True, stage="V")
_value(
    "BAS-T47",
    "baselines",
    "brain metastases without M1d",
    _is(ajcc_edition="8", m_category="M1d", brain_metastases="asymptomatic|symptomatic"),
    treated=True,
    m_category="M1c",
)
_value(
    "BAS-N03",
    "baselines",
    "stage IV without metastases",
    _is(stage="IV", brain_metastases="absent", m_category="M1a|M1b"),
    treated=True,
    m_category="M0",
)
_value(
    "BAS-N04",
    "baselines",
    "stage III with metastases",
    _is(stage="IIIC", m_category="M0"),
    treated=True,
    m_category="M1b",
)
_value(
    "BAS-N05",
    "baselines",
    "M1d under the 7th edition",
    _is(ajcc_edition="8", m_category="M1d", stage="IV"),
    treated=True,
    ajcc_edition="7",
)
_value("PAT-C09", "patients", "code not in list", _is(sex="male"), treated=True, sex="x")
_value(
    "PAT-C02c", "patients", "code not in list", _is(vital_status="alive"), vital_status="verhuisd"
)
_value(
    "PAT-T15",
    "patients",
    "dead without a date",
    _both(_is(vital_status="dead"), _without("treatments", "stop_reason", "death")),
    death_date="",
)
_value(
    "PAT-T15b",
    "patients",
    "alive with a date of death",
    _both(
        _is(vital_status="dead", death_cause="melanoma"),
        _without("treatments", "stop_reason", "death"),
    ),
    vital_status="alive",
)
_value(
    "PAT-T20",
    "patients",
    "death from toxicity without an event",
    _is(vital_status="dead", death_cause="melanoma"),
    treated=True,
    death_cause="toxicity",
)
_value("RSP-C11", "responses", "code not in list", _is(response="SD"), response="MR")
_value("RSP-N20", "responses", "response removed", _is(response="SD"), response="")
_value(
    "RSP-C12",
    "responses",
    "plain code under iRECIST",
    _is(response="SD", criteria="RECIST1.1"),
    criteria="iRECIST",
)
_value("EPI-C21", "treatments", "code not in list", _ENDED, setting="curative")
_value("EPI-C22", "treatments", "code not in list", _ENDED, stop_reason="tox?")
_value("EPI-C22b", "treatments", "code not in list", _ENDED, treated=True, best_response="MR")
_value(
    "EPI-C22c",
    "treatments",
    "code not in list",
    _both(_ENDED, _is(severe_toxicity="no")),
    treated=True,
    severe_toxicity="maybe",
)
_value(
    "EPI-N07",
    "treatments",
    "ongoing with a stop date",
    _of_living("treatments", _both(_ENDED, _is(ongoing="no"))),
    ongoing="yes",
)
_value(
    "EPI-N09",
    "treatments",
    "stopped by death and alive",
    _of_living("treatments", _ENDED),
    stop_reason="death",
)
_value(
    "EPI-N12",
    "treatments",
    "no severe toxicity beside a grade 3 event",
    _is(severe_toxicity="yes", stop_reason="completed|progression"),
    treated=True,
    severe_toxicity="no",
)


@fault("BAS-T54")
def treated_with_ecog_5(bench: Bench, rule: str, count: int) -> None:
    """A baseline at the start of an episode says that the patient is dead."""
    treatments = bench.tables["treatments"]
    diagnosed = bench.tables["baselines"].drop_duplicates("patient_id").set_index("patient_id")
    mask = _ENDED(bench, treatments) & treatments["patient_id"].isin(diagnosed.index)
    for _, row in bench.pick("treatments", mask, count):
        values = diagnosed.loc[row["owner"]]
        baseline = {str(name): str(values[name]) for name in values.index}
        bench.add(
            "baselines",
            baseline,
            patient_id=row["owner"],
            treatment_id=row["treatment_id"],
            measured_date=row["start_date"],
            ecog="5",
        )
        key = f"{row['owner']}|{row['treatment_id']}"
        bench.report(rule, "baselines", key, row["owner"], "ECOG 5 at the start", "ecog")


@fault("PAT-T21")
def two_fatal_events(bench: Bench, rule: str, count: int) -> None:
    """A second grade 5 event of one patient."""
    events = bench.tables["adverse_events"]
    deadly = events["term"].isin(["Colitis", "Pneumonitis", "Myocarditis"])
    mask = (events["grade"] == "5") & deadly
    for _, row in bench.pick("adverse_events", mask, count, may_be_treated=True):
        term, category = "Adrenal insufficiency", "Endocrine disorders"
        bench.add("adverse_events", row, event_id=bench.new_key("E"), term=term, category=category)
        bench.report(rule, "patients", row["owner"], row["owner"], "two grade 5 events", "grade")


@fault("DSB-C18")
def unknown_drug(bench: Bench, rule: str, count: int) -> None:
    """The only drug of an episode is not in the code list."""
    drugs = bench.tables["drugs"]
    mask = ~drugs["treatment_id"].duplicated(keep=False)
    for label, row in bench.pick("drugs", mask, count):
        bench.change("drugs", label, drug="middel X17")
        inner = record_key("drugs", row | {"drug": "middel X17"})
        key = f"{row['treatment_id']}|{inner}|1"
        bench.report(rule, "drug_substances", key, row["owner"], "unknown drug", "drug")


@fault("DSB-N32")
def sequence_in_one_cell(bench: Bench, rule: str, count: int) -> None:
    """The only drug row of an episode says with an arrow what followed."""
    drugs = bench.tables["drugs"]
    mask = ~drugs["treatment_id"].duplicated(keep=False)
    mask &= drugs["drug"].str.lower().isin(["dacarbazine", "l01ax04"])
    for label, row in bench.pick("drugs", mask, count):
        written = f"{row['drug']} -> fotemustine"
        bench.change("drugs", label, drug=written)
        key = f"{row['treatment_id']}|{record_key('drugs', row | {'drug': written})}|2"
        bench.report(rule, "drug_substances", key, row["owner"], "a sequence", "drug")


@fault("DSB-N27")
def nameless_drug(bench: Bench, rule: str, count: int) -> None:
    """The only drug row of an episode names no drug."""
    drugs = bench.tables["drugs"]
    mask = ~drugs["treatment_id"].duplicated(keep=False)
    for label, row in bench.pick("drugs", mask, count):
        bench.change("drugs", label, drug="")
        key = f"{row['treatment_id']}|{record_key('drugs', row | {'drug': ''})}|1"
        bench.report(rule, "drug_substances", key, row["owner"], "drug missing", "drug")


def _among_plain(bench: Bench, code: str) -> pd.Series:
    """Rows with that code of an episode with three assessments, another of them plain too."""
    responses = bench.tables["responses"]
    linked = responses[responses["treatment_id"] != ""]
    same = linked.groupby("treatment_id")["response"]
    # PD and NE belong to either set of codes: among them alone an i-code is no stranger.
    plain = linked["response"].isin(["CR", "PR", "SD"]).groupby(linked["treatment_id"])
    fit = linked["response"].eq(code) & same.transform("size").ge(3) & plain.transform("sum").ge(2)
    return fit.reindex(responses.index, fill_value=False)


@fault("RSP-C11c")
def mixed_criteria(bench: Bench, rule: str, count: int) -> None:
    """One iRECIST assessment among plain ones."""
    for label, row in bench.pick("responses", _among_plain(bench, "SD"), count):
        bench.change("responses", label, response="iSD", criteria="iRECIST")
        key = row["response_id"]
        bench.report(rule, "responses", key, row["owner"], "i-code among plain", "response")


@fault("RSP-C12b")
def confirmed_without_unconfirmed(bench: Bench, rule: str, count: int) -> None:
    """A confirmed progression that none precedes, alone in its episode."""
    responses = bench.tables["responses"]
    linked = responses[responses["treatment_id"] != ""]
    alone = linked["response"].eq("PD") & ~linked["treatment_id"].duplicated(keep=False)
    mask = alone.reindex(responses.index, fill_value=False)
    for label, row in bench.pick("responses", mask, count):
        bench.change("responses", label, response="iCPD", criteria="iRECIST")
        key = row["response_id"]
        bench.report(rule, "responses", key, row["owner"], "iCPD without iUPD", "response")
