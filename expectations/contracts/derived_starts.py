"""Contracts of the tables that lines of therapy are cut from.

Belongs here: exposures, episodes, evidence of progression, local therapy, and the days on which
treatment starts. Does not belong here: lines (`derived_lines`).
"""

from datetime import date

from expectations.contracts.base import PLACE, Contract, Series, column


class Exposures(Contract):
    """Systemic antitumour substances that a patient was given."""

    layer = "derived"
    table = "exposures"
    grain = "One row per placed row of a systemic substance with a known start."
    primary_key = (*PLACE, "substance")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    treatment_id: Series[str] = column("Treatment episode.", nullable=False)
    substance: Series[str] = column(
        "Generic name; 'unknown drug' with a number where the name cannot be read, the same for "
        "equal texts of a patient.",
        nullable=False,
    )
    component: Series[str] = column(
        "What it stands for in a regimen: itself, or the group and class of its permitted "
        "substitutes.",
        nullable=False,
    )
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    route: Series[str] = column("Usual route of the substance.", codelist="route")
    span: Series[int] = column(
        "Number of the unbroken run of the episode's rows of the substance, from 1.",
        nullable=False,
        ge=1,
    )
    setting: Series[str] = column("Setting of the episode.", nullable=False, codelist="setting")
    start_date: Series[date] = column(
        "First day; a partial date is its representative day, not after a known stop where its "
        "interval allows.",
        nullable=False,
    )
    start_date_earliest: Series[date] = column("Earliest possible first day.", nullable=False)
    start_date_latest: Series[date] = column("Latest possible first day.", nullable=False)
    stop_date: Series[date] = column(
        "Last day; missing when not registered, or registered before the start."
    )
    stop_date_earliest: Series[date] = column("Earliest possible last day.")
    stop_date_latest: Series[date] = column("Latest possible last day.")
    is_own_stop: Series[bool] = column(
        "The stop was written for the row, or for an episode of one substance.", nullable=False
    )
    is_ongoing: Series[bool] = column(
        "No stop, and the episode is registered as ongoing.", nullable=False
    )
    stop_reason: Series[str] = column("Why the episode stopped.", codelist="stop_reason")
    record_key: Series[str] = column("Key of the source row.", nullable=False)
    source_file: Series[str] = column("File of the source row.", nullable=False)
    source_line: Series[int] = column("Line of the source row.", nullable=False, ge=1)
    source_part: Series[int] = column("Part of the mapping it was read by.", nullable=False, ge=1)
    source_number: Series[int] = column("Number within that part.", nullable=False, ge=1)


class Spans(Contract):
    """What a patient was given without a break: rows of one course as one."""

    layer = "derived"
    table = "spans"
    grain = "One row per substance of an episode and unbroken run of its rows."
    primary_key = ("treatment_id", "substance", "span")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    treatment_id: Series[str] = column("Treatment episode.", nullable=False)
    substance: Series[str] = column("Generic name.", nullable=False)
    span: Series[int] = column("Number of the run, from 1.", nullable=False, ge=1)
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    route: Series[str] = column("Usual route of the substance.", codelist="route")
    setting: Series[str] = column(
        "Setting of the episode; an unknown one is that of what starts on the same day.",
        nullable=False,
        codelist="setting",
    )
    step: Series[int] = column(
        "Number of the patient's start of treatment, in order of time.", nullable=False, ge=1
    )
    start_date: Series[date] = column("First start.", nullable=False)
    start_date_earliest: Series[date] = column("Earliest possible first start.", nullable=False)
    start_date_latest: Series[date] = column("Latest possible first start.", nullable=False)
    last_start_date: Series[date] = column("Start of its last row.", nullable=False)
    own_shown_date: Series[date] = column(
        "Last day shown by a start or a stop of its own; of a partial stop the earliest day.",
        nullable=False,
    )
    stop_date: Series[date] = column("Last stop; missing when not known.")
    stop_date_earliest: Series[date] = column("Earliest possible last stop.")
    stop_date_latest: Series[date] = column("Latest possible last stop.")
    last_shown_date: Series[date] = column(
        "Last day it is known to have been given.", nullable=False
    )
    is_ongoing: Series[bool] = column("Registered as ongoing.", nullable=False)
    stop_reason: Series[str] = column("Why the episode stopped.", codelist="stop_reason")
    record_key: Series[str] = column("Key of its first source row.", nullable=False)
    source_file: Series[str] = column("File of its first source row.", nullable=False)
    source_line: Series[int] = column("Line of its first source row.", nullable=False, ge=1)


class Episodes(Contract):
    """Treatment episodes as the derivations read them."""

    layer = "derived"
    table = "episodes"
    grain = "One row per placed treatment episode with a systemic exposure."
    primary_key = ("treatment_id",)
    owner = "team:derivations"

    treatment_id: Series[str] = column("Treatment episode.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    start_date: Series[date] = column("First start of a substance.", nullable=False)
    last_start_date: Series[date] = column("Last start of a substance.", nullable=False)
    stop_date: Series[date] = column(
        "Last day of the episode, else of its drugs; missing when not known."
    )
    stop_reason: Series[str] = column("Why the episode stopped.", codelist="stop_reason")
    severe_toxicity: Series[str] = column(
        "Any grade 3+ event, as entered.", codelist="yes_no_unknown"
    )
    best_response: Series[str] = column("Best response as entered.", codelist="response")
    line_number: Series[int] = column("Line number as entered.")


class ProgressionEvidence(Contract):
    """Whatever says that a patient's disease progressed."""

    layer = "derived"
    table = "progression_evidence"
    grain = "One row per record that shows progression, with the day it shows it for."
    primary_key = ("evidence", "record_key")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    evidence_date: Series[date] = column(
        "Day of the progression; the next start where an episode's stop is not known.",
        nullable=False,
    )
    episode_last_start_date: Series[date] = column(
        "Last start within the episode whose stop reason it is."
    )
    evidence: Series[str] = column(
        "An assessment, or the stop reason of an episode.",
        nullable=False,
        isin=("assessment", "stop_reason"),
    )
    record_key: Series[str] = column("Key of the assessment or the episode.", nullable=False)


class TreatmentStarts(Contract):
    """Days on which systemic treatment starts, each with what the line rules look at."""

    layer = "derived"
    table = "treatment_starts"
    grain = "One row per patient, day and setting in which a systemic substance starts."
    primary_key = ("patient_id", "step")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    step: Series[int] = column("Number of the start, in order of time.", nullable=False, ge=1)
    setting: Series[str] = column("Setting.", nullable=False, codelist="setting")
    start_date: Series[date] = column("The day.", nullable=False)
    next_start_date: Series[date] = column("Day of the patient's next start.")
    is_oral: Series[bool] = column("Everything that starts is oral.", nullable=False)
    is_gap_exempt: Series[bool] = column(
        "Everything that starts is given intermittently on purpose.", nullable=False
    )
    given_since_step: Series[int] = column(
        "Everything that starts was given at this earlier step or later; 0 when something never.",
        nullable=False,
        ge=0,
    )
    partly_given_since_step: Series[int] = column(
        "Something that starts was given last at this earlier step; 0 when nothing was.",
        nullable=False,
        ge=0,
    )
    replaceable_since_step: Series[int] = column(
        "Everything that starts, or a permitted substitute of it, was given at this earlier step "
        "or later.",
        nullable=False,
        ge=0,
    )
    class_given_since_step: Series[int] = column(
        "Everything that starts, or its drug class, was given at this earlier step or later; 0 "
        "unless additions are judged by class.",
        nullable=False,
        ge=0,
    )
    goes_on_since_step: Series[int] = column(
        "Something that starts had stopped so shortly before, and for no reason that ends "
        "treatment, that it goes on; it was given last at this earlier step; 0 for none.",
        nullable=False,
        ge=0,
    )
    dropped_since_step: Series[int] = column(
        "At this start a component is dropped that was given last at this earlier step; 0 for "
        "none.",
        nullable=False,
        ge=0,
    )
    given_back_since_step: Series[int] = column(
        "A component that starts was dropped after this earlier step; 0 for none.",
        nullable=False,
        ge=0,
    )
    unstopped_since_step: Series[int] = column(
        "Something that is not shown to have stopped was given last at this earlier step; 0 when "
        "all is, the start's own where it is not asked.",
        nullable=False,
        ge=0,
    )
    surely_unstopped_since_step: Series[int] = column(
        "The same of what cannot have stopped, on any day that a partial stop may be.",
        nullable=False,
        ge=0,
    )
    own_pause_days: Series[int] = column(
        "Longest time since the last known day of a substance that starts again.", unit="days"
    )
    last_shown_date: Series[date] = column(
        "Latest day on which treatment of this start is known to have gone on.", nullable=False
    )
    last_possible_date: Series[date] = column(
        "Latest day on which it may have gone on: an unknown stop is taken to lie before the next "
        "start.",
        nullable=False,
    )
    has_ongoing: Series[bool] = column(
        "Something that starts is registered as ongoing.", nullable=False
    )
    is_after_progression: Series[bool] = column(
        "Progression since the previous start, up to and including this day.", nullable=False
    )
    unspent_progression_date: Series[date] = column(
        "Last progression since the last start at which more than what goes on started, where "
        "others lie between: it counts for a line that began before it. Definitions, one course, "
        "one answer."
    )
    is_after_local_therapy: Series[bool] = column(
        "Local therapy of a kind that opens a line since the previous start, up to and including "
        "this day.",
        nullable=False,
    )
    is_after_toxicity: Series[bool] = column(
        "An episode of the previous start stopped for toxicity.", nullable=False
    )
    gap_limit_days: Series[int] = column(
        "Longest pause before this start that does not open a line.", nullable=False, unit="days"
    )


class LocalTherapies(Contract):
    """Local therapy, which by default opens no line."""

    layer = "derived"
    table = "local_therapies"
    grain = "One row per patient, kind and day of local therapy."
    primary_key = ("patient_id", "kind", "local_date")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    kind: Series[str] = column(
        "Kind; other when not known. T-VEC registered as a drug is one too.",
        nullable=False,
        codelist="local_kind",
    )
    local_date: Series[date] = column("Day; representative where partial.", nullable=False)
    record_key: Series[str] = column("Key of a source row.", nullable=False)
    source_file: Series[str] = column("File of a source row.", nullable=False)
    source_line: Series[int] = column("Line of a source row.", nullable=False, ge=1)
