"""Contracts of the comparison with the snapshot before: what moved, and because of what.

Belongs here: `quality.compared_snapshots`, `quality.estimate_changes` and
`quality.estimate_change_records`. Does not belong here: how they are worked out (`etl/changes`).
"""

from expectations.contracts.base import Contract, Series, column
from expectations.contracts.studies import EDITIONS, ENDPOINTS, STATISTICS

CAUSES = (
    "record_changed",
    "record_new",
    "record_gone",
    "follow_up",
    "study_definition",
    "parameters",
    "code",
    "mapping",
    "rules",
    "acceptances",
    "governance",
    "cut_off",
    "other_records",
)
CHANGES = ("changed", "appeared", "disappeared", "patients_only")

_CAUSES_IN_WORDS = (
    "record_changed, record_new, record_gone: a source record of the patient; follow_up: it "
    "differs only in the day to which the patient is known to be alive; study_definition, "
    "parameters, code, mapping (of the registry's files), rules, acceptances, governance (opt-outs "
    "and merges): no record of the patient differs and this does; cut_off: only the data cut-off "
    "does; other_records: none of these, so a record of somebody else or of a hospital"
)


class ComparedSnapshots(Contract):
    """With what each study was compared, and what differs between the two snapshots as a whole."""

    layer = "quality"
    table = "compared_snapshots"
    grain = "One row per study of this snapshot: the snapshot it was compared with, if any."
    primary_key = ("study",)
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    snapshot_before: Series[str] = column(
        "Snapshot compared with: the one that was current; missing when there was none."
    )
    as_of_before: Series[str] = column("The ledger's day of that snapshot, as 2025-03-03.")
    export_date_before: Series[str] = column("Its data cut-off, as 2025-03-03.")
    export_date_after: Series[str] = column("Data cut-off of this snapshot, as 2025-03-03.")
    not_compared_because: Series[str] = column(
        "Why nothing was compared: no earlier snapshot, another registry, or a new study."
    )
    inputs_differing: Series[str] = column(
        "Inputs that differ between the snapshots, comma separated: delivery, cut_off, "
        "study_definition (of this study), parameters, code, mapping, rules, acceptances, "
        "governance, queries, settings.",
        nullable=False,
    )
    parameters_differing: Series[str] = column(
        "Names of the parameters that differ, comma separated.", nullable=False
    )
    source_rows_kept: Series[bool] = column(
        "Whether source rows could be compared; else published marts stand in for them.",
        nullable=False,
    )


class EstimateChanges(Contract):
    """Every estimate that is not what it was in the snapshot before."""

    layer = "quality"
    table = "estimate_changes"
    grain = (
        "One row per study, edition, stratum, subset, endpoint, statistic and time of an estimate "
        "that differs from the snapshot before, or rests on other patients or times."
    )
    primary_key = ("study", "edition", "stratum", "subset", "endpoint", "statistic", "at")
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    edition: Series[str] = column(
        "All values as registered, or without the doubtful ones.", nullable=False, isin=EDITIONS
    )
    stratum: Series[str] = column("Group of the study, or `all`.", nullable=False)
    subset: Series[str] = column("Patients it is restricted to, or `all`.", nullable=False)
    endpoint: Series[str] = column("What is estimated.", nullable=False, isin=ENDPOINTS)
    statistic: Series[str] = column("How it is summarised.", nullable=False, isin=STATISTICS)
    at: Series[int] = column(
        "Time of survival_at and cumulative_incidence; missing otherwise.", unit="months", ge=0
    )
    change: Series[str] = column(
        "changed: value, interval, numerator or denominator differs; appeared, disappeared: the "
        "estimate is in one snapshot only; patients_only: the numbers are the same, the patients "
        "or their times behind them are not.",
        nullable=False,
        isin=CHANGES,
    )
    value_before: Series[float] = column(
        "Proportion from 0 to 1, or median in months; missing when not reached or not there.", ge=0
    )
    value_after: Series[float] = column("The same in this snapshot.", ge=0)
    value_difference: Series[float] = column(
        "value_after less value_before; missing when either is."
    )
    lower_before: Series[float] = column("Lower limit of the interval before.", ge=0)
    lower_after: Series[float] = column("Lower limit of the interval now.", ge=0)
    upper_before: Series[float] = column("Upper limit of the interval before.", ge=0)
    upper_after: Series[float] = column("Upper limit of the interval now.", ge=0)
    numerator_before: Series[int] = column("Patients with the property or the event before.", ge=0)
    numerator_after: Series[int] = column("Patients with the property or the event now.", ge=0)
    numerator_difference: Series[int] = column("Now less before.", nullable=False)
    denominator_before: Series[int] = column("Patients in the evaluable set before.", ge=0)
    denominator_after: Series[int] = column("Patients in the evaluable set now.", ge=0)
    denominator_difference: Series[int] = column("Now less before.", nullable=False)
    method_before: Series[str] = column("Estimator and what was not reached, before.")
    method_after: Series[str] = column("Estimator and what is not reached, now.")
    patients_joined: Series[int] = column(
        "Patients of the evaluable set who were not in it before.", nullable=False, ge=0
    )
    joined_counted: Series[int] = column(
        "Of those, patients in the numerator now.", nullable=False, ge=0
    )
    patients_left: Series[int] = column(
        "Patients who were in the evaluable set and are not now.", nullable=False, ge=0
    )
    left_counted: Series[int] = column(
        "Of those, patients who were in the numerator.", nullable=False, ge=0
    )
    patients_changed: Series[int] = column(
        "Patients in the set both times whose property, event or time differs.",
        nullable=False,
        ge=0,
    )
    gained: Series[int] = column(
        "Of those, patients in the numerator now and not before.", nullable=False, ge=0
    )
    lost: Series[int] = column(
        "Of those, patients in the numerator before and not now.", nullable=False, ge=0
    )
    adds_up: Series[bool] = column(
        "Whether joined less left is the difference of the denominators, and joined_counted less "
        "left_counted plus gained less lost that of the numerators. False only where the program "
        "or an unknown definition made the estimate before.",
        nullable=False,
    )
    because: Series[str] = column(
        f"Kinds of cause, comma separated: {_CAUSES_IN_WORDS}.", nullable=False
    )
    suppressed: Series[bool] = column(
        "Whether a shared version must not print it: either estimate is suppressed, or the two "
        "differ by a count below the minimum cell.",
        nullable=False,
    )


class EstimateChangeRecords(Contract):
    """Whose contribution to a study changed, and the source records because of which."""

    layer = "quality"
    table = "estimate_change_records"
    grain = (
        "One row per study, patient whose contribution to an estimate changed, and source record "
        "or other cause of it."
    )
    primary_key = ("study", "patient_id", "cause", "rule_id", "subject", "record_key", "ordinal")
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    patient_id: Series[str] = column(
        "Patient; `opted out` with a number for a patient who opted out since.", nullable=False
    )
    in_study: Series[str] = column(
        "Whether the patient is in the study both times, or joined or left it.",
        nullable=False,
        isin=("both", "joined", "left"),
    )
    endpoints: Series[str] = column(
        "Endpoints to which the patient contributes otherwise, comma separated.", nullable=False
    )
    pair_columns: Series[str] = column(
        "Columns of marts.rechallenges that differ, comma separated; empty when the patient "
        "joined or left.",
        nullable=False,
    )
    stratum_before: Series[str] = column("Group before.")
    stratum_after: Series[str] = column("Group now.")
    response_before: Series[str] = column("Best overall response to the rechallenge before.")
    response_after: Series[str] = column("Best overall response to the rechallenge now.")
    responder_before: Series[bool] = column("Responder to the rechallenge before.")
    responder_after: Series[bool] = column("Responder to the rechallenge now.")
    response_evaluable_before: Series[bool] = column("Response was evaluable.")
    response_evaluable_after: Series[bool] = column("Response is evaluable.")
    pfs_days_before: Series[int] = column("Progression-free survival before.", unit="days")
    pfs_days_after: Series[int] = column("Progression-free survival now.", unit="days")
    pfs_event_before: Series[bool] = column("An event ended it, before.")
    pfs_event_after: Series[bool] = column("An event ends it now.")
    os_days_before: Series[int] = column("Overall survival before.", unit="days")
    os_days_after: Series[int] = column("Overall survival now.", unit="days")
    os_event_before: Series[bool] = column("Death ended it, before.")
    os_event_after: Series[bool] = column("Death ends it now.")
    doubtful_before: Series[str] = column(
        "Rules that made a value of the pair doubtful before, comma separated."
    )
    doubtful_after: Series[str] = column("Rules that make a value of the pair doubtful now.")
    cause: Series[str] = column(f"{_CAUSES_IN_WORDS}.", nullable=False, isin=CAUSES)
    rule_id: Series[str] = column(
        "Rule whose finding made a value doubtful, or no longer does; only there."
    )
    subject: Series[str] = column("Table of the source record; missing for other causes.")
    record_key: Series[str] = column("Key of the source record.")
    ordinal: Series[int] = column(
        "Which row under that key: 1, more where a key was given twice.", nullable=False, ge=1
    )
    file_before: Series[str] = column("File that held the record before.")
    line_before: Series[int] = column("Its line there.")
    file_after: Series[str] = column("File that holds the record now.")
    line_after: Series[int] = column("Its line there.")
    record_columns: Series[str] = column(
        "Columns of the record that differ, comma separated; empty for one that is new or gone.",
        nullable=False,
    )
    values_before: Series[str] = column("Those columns as written before, JSON.")
    values_after: Series[str] = column("Those columns as written now, JSON.")
    remark: Series[str] = column("What else a reader needs to know of the row.")
