"""Contracts of the tables in which lines of therapy are derived.

Belongs here: exposures, the days on which treatment starts, lines and what they are made of.
Does not belong here: outcomes of lines (`derived_outcomes`, `derived_toxicity`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

OPENING_CLAUSES = (
    "first_treatment",
    "setting_change",
    "progression",
    "new_substance",
    "gap",
)
CONTINUING_CLAUSES = (
    "combination",
    "substitution",
    "beyond_progression",
    "resumption_after_toxicity",
    "continuation",
)
END_REASONS = (
    "progression",
    "toxicity",
    "completed",
    "patient_choice",
    "death",
    "other",
    "unknown",
    "ongoing",
)


class Exposures(Contract):
    """Systemic antitumour substances that a patient was given."""

    layer = "derived"
    table = "exposures"
    grain = "One row per placed row of a systemic substance with a known start."
    primary_key = ("source_file", "source_line", "substance")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    treatment_id: Series[str] = column("Treatment episode.", nullable=False)
    substance: Series[str] = column("Generic name.", nullable=False)
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    route: Series[str] = column("Usual route of the substance.", codelist="route")
    setting: Series[str] = column(
        "Setting of the episode; an unknown one is that of what starts on the same day.",
        nullable=False,
        codelist="setting",
    )
    start_date: Series[date] = column(
        "First day; a partial date is its representative day, not after a known stop where its "
        "interval allows.",
        nullable=False,
    )
    stop_date: Series[date] = column(
        "Last day; missing when not registered, or registered before the start."
    )
    is_ongoing: Series[bool] = column(
        "No stop, and the episode is registered as ongoing.", nullable=False
    )
    stop_reason: Series[str] = column("Why the episode stopped.", codelist="stop_reason")
    step: Series[int] = column(
        "Number of the patient's start of treatment, in order of time.", nullable=False, ge=1
    )
    record_key: Series[str] = column("Key of the source row.", nullable=False)
    source_file: Series[str] = column("File of the source row.", nullable=False)
    source_line: Series[int] = column("Line of the source row.", nullable=False, ge=1)


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
    is_oral: Series[bool] = column("Everything that starts is oral.", nullable=False)
    given_since_step: Series[int] = column(
        "Everything that starts was given at this earlier step or later; 0 when something never.",
        nullable=False,
        ge=0,
    )
    replaceable_since_step: Series[int] = column(
        "The same, where a permitted substitute counts as the substance.", nullable=False, ge=0
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
    is_after_progression: Series[bool] = column(
        "Progression since the previous start, up to and including this day.", nullable=False
    )
    is_after_toxicity: Series[bool] = column(
        "An episode of the previous start stopped for toxicity.", nullable=False
    )


class LineSteps(Contract):
    """The line each start belongs to, and the clause that decided it."""

    layer = "derived"
    table = "line_steps"
    grain = "One row per patient and start of treatment, with its line."
    primary_key = ("patient_id", "step")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    step: Series[int] = column("Number of the start.", nullable=False, ge=1)
    start_date: Series[date] = column("Day of the start.", nullable=False)
    clause: Series[str] = column(
        "Why the start opens a line or continues the one before.",
        nullable=False,
        isin=OPENING_CLAUSES + CONTINUING_CLAUSES,
    )
    line_sequence: Series[int] = column(
        "Number of the line over all settings, in order of time.", nullable=False, ge=1
    )
    line_id: Series[str] = column("Key of the line.", nullable=False)
    line_setting: Series[str] = column("Setting of the line.", nullable=False, codelist="setting")
    line_number: Series[int] = column("Number of the line per setting.", nullable=False, ge=1)
    line_start_date: Series[date] = column("First day of the line.", nullable=False)


class LineSubstances(Contract):
    """Substances given in a line."""

    layer = "derived"
    table = "line_substances"
    grain = "One row per line and substance."
    primary_key = ("line_id", "substance")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    substance: Series[str] = column("Generic name.", nullable=False)
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    first_start_date: Series[date] = column("First start within the line.", nullable=False)
    is_label: Series[bool] = column("Part of the regimen's label.", nullable=False)


class LineTreatments(Contract):
    """Treatment episodes of a line."""

    layer = "derived"
    table = "line_treatments"
    grain = "One row per line and treatment episode."
    primary_key = ("line_id", "treatment_id")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    treatment_id: Series[str] = column("Treatment episode.", nullable=False)


class Lines(Contract):
    """Lines of therapy."""

    layer = "derived"
    table = "lines"
    grain = "One row per patient and line of therapy."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Key of the line: patient|setting|number.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    setting: Series[str] = column("Setting.", nullable=False, codelist="setting")
    line_number: Series[int] = column("Number per setting, from 1.", nullable=False, ge=1)
    line_sequence: Series[int] = column(
        "Number over all settings, in order of time.", nullable=False, ge=1
    )
    regimen: Series[str] = column("Label: generic names joined by '+'.", nullable=False)
    regimen_class: Series[str] = column("Drug classes of the label joined by '+'.")
    start_date: Series[date] = column("First day.", nullable=False)
    end_date: Series[date] = column(
        "Last day of treatment, at the latest the next line's start; missing when ongoing or not "
        "registered."
    )
    end_reason: Series[str] = column(
        "Why treatment ended, of the episode that ended last.", nullable=False, isin=END_REASONS
    )
    opened_because: Series[str] = column(
        "Clause that opened the line.", nullable=False, isin=OPENING_CLAUSES
    )
    closed_because: Series[str] = column(
        "Clause that opened the next line; ongoing or no_later_line when there is none.",
        nullable=False,
        isin=(*OPENING_CLAUSES[1:], "ongoing", "no_later_line"),
    )
    next_line_start_date: Series[date] = column("First day of the next line of any setting.")
    treatment_ids: Series[str] = column("Episodes of the line, joined by ','.", nullable=False)
    entered_line_numbers: Series[str] = column("Line numbers as entered, joined by ','.")
    has_unknown_stop: Series[bool] = column(
        "A stop that is not ongoing is not registered.", nullable=False
    )
    has_substitution: Series[bool] = column("A substitute continued the line.", nullable=False)
    is_resumed_after_toxicity: Series[bool] = column(
        "Treatment was resumed after a stop for toxicity.", nullable=False
    )
    is_beyond_progression: Series[bool] = column(
        "Treatment went on beyond progression.", nullable=False
    )
