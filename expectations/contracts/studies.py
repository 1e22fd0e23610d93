"""Contracts of the tables that a study fills: the pairs it picks, its attrition, its estimates.

Belongs here: `marts.rechallenges`, `marts.attrition`, `marts.estimates`. Does not belong here: the
marts that every study reads, or how a study is defined (`etl/studies`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

EDITIONS = ("as_registered", "quality_filtered")
ENDPOINTS = (
    "orr",
    "dcr",
    "discordance",
    "rechallenge_only",
    "initial_only",
    "irae_grade3plus",
    "irae_recurrence",
    "pfs",
    "pfs_delayed_entry",
    "os",
    "os_delayed_entry",
    "ttnt",
    "dor",
    "follow_up",
)
INDEXES = ("rechallenge_start", "initial_start")
STATISTICS = ("proportion", "median", "survival_at", "cumulative_incidence")


class Rechallenges(Contract):
    """The two exposures that each study compares, with the study's own outcomes."""

    layer = "marts"
    table = "rechallenges"
    grain = "One row per study and rechallenged patient: the pair of lines the study picks."
    primary_key = ("study", "patient_id")
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    initial_line_id: Series[str] = column("Line of the initial exposure.", nullable=False)
    rechallenge_line_id: Series[str] = column("Line of the rechallenge.", nullable=False)
    initial_regimen: Series[str] = column("Regimen of the initial line.", nullable=False)
    initial_class: Series[str] = column("Drug classes of the initial line joined by '+'.")
    rechallenge_regimen: Series[str] = column("Regimen of the rechallenge.", nullable=False)
    rechallenge_class: Series[str] = column("Drug classes of the rechallenge joined by '+'.")
    stratum: Series[str] = column("Group in which the study reports.", nullable=False)
    initial_start_date: Series[date] = column("First day of the initial line.")
    initial_end_date: Series[date] = column("Last day of the initial line.")
    rechallenge_start_date: Series[date] = column("First day of the rechallenge.")
    rechallenge_end_date: Series[date] = column("Last day of the rechallenge.")
    initial_duration_days: Series[int] = column(
        "From the initial line's start to its end.", unit="days"
    )
    last_dose_date: Series[date] = column(
        "Last day of the initial line's counted substances; only where the study asks for it."
    )
    interval_days: Series[int] = column(
        "From the initial line's end to the rechallenge's start.", unit="days"
    )
    gap_days: Series[int] = column(
        "From the day that the study counts from to the rechallenge's start.", unit="days"
    )
    intervening_lines: Series[int] = column(
        "Lines of the study's setting between the two.", nullable=False, ge=0
    )
    first_stop_reason: Series[str] = column("Why the initial line ended.")
    stopping_organ_classes: Series[str] = column(
        "Organ classes of the adverse events that the study asks of the initial line; only there."
    )
    progression_between: Series[bool] = column(
        "Whether a line from the initial one up to the rechallenge progressed before it.",
        nullable=False,
    )
    initial_response: Series[str] = column("Best overall response to the initial line.")
    rechallenge_response: Series[str] = column("Best overall response to the rechallenge.")
    initial_responder: Series[bool] = column(
        "Complete or partial response to the initial line; missing when not evaluable."
    )
    rechallenge_responder: Series[bool] = column(
        "Complete or partial response to the rechallenge; missing when not evaluable."
    )
    discordant: Series[bool] = column(
        "Whether responder status differs; missing unless both exposures are evaluable."
    )
    response_evaluable: Series[bool] = column(
        "Whether the response to the rechallenge is evaluable.", nullable=False
    )
    initial_response_evaluable: Series[bool] = column(
        "Whether the response to the initial line is evaluable.", nullable=False
    )
    pair_evaluable: Series[bool] = column("Whether both responses are evaluable.", nullable=False)
    toxicity_known: Series[bool] = column(
        "Whether severe toxicity of the rechallenge is known.", nullable=False
    )
    toxicity_collected: Series[bool] = column(
        "The source asks for severe toxicity, or declares to capture it.", nullable=False
    )
    irae_registered: Series[bool] = column(
        "A severe immune-related event of the rechallenge is registered, whether or not its "
        "toxicity is known.",
        nullable=False,
    )
    irae_grade3plus: Series[bool] = column(
        "Severe immune-related event during the rechallenge; missing when toxicity is not known."
    )
    irae_recurrence: Series[bool] = column(
        "An immune-related event of an organ class that the initial line was stopped for; missing "
        "when toxicity is not known or the study does not ask."
    )
    irae_days: Series[int] = column(
        "From the rechallenge's start to the first severe immune-related event, else to what "
        "closed its window; only where the study asks for cumulative incidence.",
        unit="days",
    )
    irae_cause: Series[int] = column(
        "How that time ended: 0 censored, 1 event, 2 next line, 3 death.", ge=0, le=3
    )
    pfs_index: Series[str] = column(
        "Day from which progression-free survival counts.", nullable=False, isin=INDEXES
    )
    pfs_variant: Series[str] = column("Its variant, as the study names it.", nullable=False)
    pfs_days: Series[int] = column("Progression-free survival from its index.", unit="days")
    pfs_event: Series[bool] = column("An event of the study's variant ended it; false: censored.")
    pfs_end_reason: Series[str] = column("What ended it.")
    os_index: Series[str] = column(
        "Day from which overall survival counts.", nullable=False, isin=INDEXES
    )
    os_variant: Series[str] = column("Its variant, as the study names it.", nullable=False)
    os_days: Series[int] = column("Overall survival from its index.", unit="days")
    os_event: Series[bool] = column("Death ended it; false is censored.")
    os_end_reason: Series[str] = column("What ended it.")
    entry_days: Series[int] = column(
        "From the initial line's start to the rechallenge's: how long a patient had to live to be "
        "in the study.",
        unit="days",
    )
    dor_days: Series[int] = column(
        "From the first complete or partial response to progression or death; responders only.",
        unit="days",
    )
    dor_event: Series[bool] = column("An event of the study's variant ended it; false: censored.")
    ttnt_days: Series[int] = column(
        "From the rechallenge's start to the next line or death.", unit="days"
    )
    ttnt_event: Series[bool] = column("Next line or death ended it; false is censored.")
    lines_doubtful_because: Series[str] = column("Rules that make either line doubtful.")
    selection_doubtful_because: Series[str] = column(
        "Rules that make doubtful what the study asks of the initial line."
    )
    response_doubtful_because: Series[str] = column(
        "Rules that make the response to the rechallenge doubtful."
    )
    initial_response_doubtful_because: Series[str] = column(
        "Rules that make the response to the initial line doubtful."
    )
    pfs_doubtful_because: Series[str] = column(
        "Rules that make progression-free survival doubtful."
    )
    os_doubtful_because: Series[str] = column("Rules that make overall survival doubtful.")
    toxicity_doubtful_because: Series[str] = column("Rules that make toxicity doubtful.")


class Attrition(Contract):
    """How many patients each criterion of a study leaves out, in order."""

    layer = "marts"
    table = "attrition"
    grain = "One row per study and step of its selection, in order."
    primary_key = ("study", "step")
    owner = "team:studies"

    study: Series[str] = column("Id of the study.", nullable=False)
    step: Series[int] = column("Position of the step, from 1.", nullable=False, ge=1)
    criterion: Series[str] = column("Short name of the criterion.", nullable=False)
    description: Series[str] = column("The criterion in words.", nullable=False)
    edition: Series[str] = column(
        "Edition that the step belongs to; doubtful values leave in quality_filtered.",
        nullable=False,
        isin=EDITIONS,
    )
    patients: Series[int] = column("Patients left after the step.", nullable=False, ge=0)
    excluded: Series[int] = column("Patients that the step left out.", nullable=False, ge=0)


class Estimates(Contract):
    """Every number a study reports, with its interval and its evaluable set."""

    layer = "marts"
    table = "estimates"
    grain = (
        "One row per study, edition, stratum, subset, endpoint, statistic and time of the estimate."
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
    value: Series[float] = column(
        "Proportion or probability from 0 to 1, or median in months; missing when not reached or "
        "nobody is evaluable, as `method` says.",
        ge=0,
    )
    lower: Series[float] = column("Lower limit of the interval, in the unit of the value.", ge=0)
    upper: Series[float] = column("Upper limit of the interval, in the unit of the value.", ge=0)
    confidence: Series[float] = column(
        "Two-sided level of the interval.", nullable=False, gt=0, lt=1
    )
    method: Series[str] = column(
        "Estimator and interval, and what was not reached.", nullable=False
    )
    numerator: Series[int] = column(
        "Patients with the property; patients with the event for times (by `at`).",
        nullable=False,
        ge=0,
    )
    denominator: Series[int] = column("Patients in the evaluable set.", nullable=False, ge=0)
    at_risk: Series[int] = column("Patients still at risk at `at`; missing otherwise.", ge=0)
    evaluable_set: Series[str] = column("Name of the set that was evaluable.", nullable=False)
    bound_lower: Series[float] = column(
        "Of severe toxicity, the share of all patients when those of whom it is not known had "
        "none but what is registered.",
        ge=0,
        le=1,
    )
    bound_upper: Series[float] = column(
        "Of severe toxicity, the share of all patients when all of whom it is not known had it.",
        ge=0,
        le=1,
    )
    suppressed: Series[bool] = column(
        "Whether a shared version must not print it: a count is below the minimum cell, or would "
        "give one away together with the others, or it is never released. Of times, the shareable "
        "version prints value, limits and set, and not how many had the event in the end.",
        nullable=False,
    )
