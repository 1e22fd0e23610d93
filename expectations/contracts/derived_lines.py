"""Contracts of the tables in which lines of therapy are derived.

Belongs here: lines, the clause of each of their starts, and the rows, substances and episodes they
are made of. Does not belong here: what lines are cut from (`derived_starts`), outcomes of lines
(`derived_outcomes`, `derived_toxicity`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

OPENING_CLAUSES = (
    "first_treatment",
    "setting_change",
    "progression",
    "local_therapy",
    "new_substance",
    "gap",
    "dropped_component",
    "component_given_back",
)
CONTINUING_CLAUSES = (
    "combination",
    "substitution",
    "beyond_progression",
    "gap_exempt",
    "addition",
    "resumption_after_toxicity",
    "continuation",
)
CLOSING_CLAUSES = (*OPENING_CLAUSES[1:], "death", "ongoing", "no_later_line")
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
LOT_NOTATION = (
    "Lines up to and including this one: all (curative intent + palliative), as N (CLoT + PLoT) of "
    "Saini and Twelves 2021; lines of unknown setting are named."
)
ENTERED_LINE_AGREES = (
    "The one line number entered is the derived one; missing when none was entered."
)
HAS_DROPPED_COMPONENT = "The line went on without one of its components."
HAS_COMPONENT_GIVEN_BACK = "A component that had been dropped was given again."
HAS_ADDED_SUBSTANCE = "Something was added after the combination window and opened no line."
CARRIED_SUBSTANCES = (
    "Substances taken over from the line before, which go on in this one; joined by '+'."
)
IS_NOT_SHOWN = (
    "Partial dates leave it open whether something had stopped, or went on, so that another line "
    "may be meant."
)
IS_STALE_ONGOING = (
    "Something of the line before is registered as ongoing in an episode of which nothing starts "
    "here."
)
LOCAL_TREATMENTS = (
    "Days and kinds of local therapy from the line's start to before the next line's start."
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
    opens_line: Series[bool] = column("The line's first start.", nullable=False)
    days_from_line_start: Series[int] = column(
        "From the line's start.", nullable=False, unit="days", ge=0
    )
    pause_days: Series[int] = column(
        "Since the last day the line before it, or its own, may have been given; missing for the "
        "first start.",
        unit="days",
    )
    carried_substances: Series[str] = column(
        "Substances that the line takes over from the one before, joined by '+'."
    )
    drops_component: Series[bool] = column("The line goes on without a component.", nullable=False)
    gives_component_back: Series[bool] = column(
        "The line goes on with a component that had been dropped.", nullable=False
    )
    adds_substance: Series[bool] = column(
        "The line goes on with something added after the combination window.", nullable=False
    )
    goes_beyond_progression: Series[bool] = column(
        "The line goes on although the disease progressed.", nullable=False
    )
    ends_line_before: Series[bool] = column(
        "The line before ends on this day: something of it goes on in the line that opens.",
        nullable=False,
    )
    is_not_shown: Series[bool] = column(IS_NOT_SHOWN, nullable=False)
    is_stale_ongoing: Series[bool] = column(IS_STALE_ONGOING, nullable=False)


class LineRows(Contract):
    """What a line is made of."""

    layer = "derived"
    table = "line_rows"
    grain = "One row per line and span of a substance given in it, started or carried."
    primary_key = ("line_id", "treatment_id", "substance", "span")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    treatment_id: Series[str] = column("Treatment episode.", nullable=False)
    substance: Series[str] = column("Generic name.", nullable=False)
    span: Series[int] = column("Number of the run of rows.", nullable=False, ge=1)
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    step: Series[int] = column("Number of the patient's start.", nullable=False, ge=1)
    clause: Series[str] = column(
        "Why the start opens the line or continues it.",
        nullable=False,
        isin=OPENING_CLAUSES + CONTINUING_CLAUSES,
    )
    is_carried: Series[bool] = column("Taken over from the line before.", nullable=False)
    line_start_date: Series[date] = column("First day of the line.", nullable=False)
    start_date: Series[date] = column("First day in the line.", nullable=False)
    stop_date: Series[date] = column(
        "Last day; the next line's first where it is carried into it; missing when not known."
    )
    last_shown_date: Series[date] = column(
        "Last day it is known to have been given.", nullable=False
    )
    last_possible_date: Series[date] = column(
        "Last day it may have been given; missing when ongoing, or when nothing starts later."
    )
    is_ongoing: Series[bool] = column("Registered as ongoing.", nullable=False)
    stop_reason: Series[str] = column("Why the episode stopped.", codelist="stop_reason")
    source_file: Series[str] = column("File of its first source row.", nullable=False)
    source_line: Series[int] = column("Line of its first source row.", nullable=False, ge=1)


class LineSubstances(Contract):
    """Substances given in a line."""

    layer = "derived"
    table = "line_substances"
    grain = "One row per line and substance."
    primary_key = ("line_id", "substance")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    substance: Series[str] = column("Generic name.", nullable=False)
    label_name: Series[str] = column(
        "What the label calls it: names that cannot be read are one word.", nullable=False
    )
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    first_start_date: Series[date] = column("First start within the line.", nullable=False)
    last_shown_date: Series[date] = column(
        "Last day it is known to have been given.", nullable=False
    )
    last_possible_date: Series[date] = column(
        "Last day it may have been given, where there is one."
    )
    component_end_date: Series[date] = column(
        "Last day its component may have been given, by itself or a substitute; 9999-12-31 when "
        "it may go on.",
        nullable=False,
    )
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
    first_step: Series[int] = column(
        "Number of the episode's first start in the line.", nullable=False, ge=1
    )
    first_start_date: Series[date] = column("That day.", nullable=False)
    is_carried_only: Series[bool] = column(
        "Nothing of the episode starts in the line.", nullable=False
    )
    has_episode_start: Series[bool] = column(
        "The episode started in this line: what was entered for it belongs here.", nullable=False
    )


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
    lot_notation: Series[str] = column(LOT_NOTATION, nullable=False)
    regimen: Series[str] = column("Label: generic names joined by '+'.", nullable=False)
    regimen_class: Series[str] = column("Drug classes of the label joined by '+'.")
    start_date: Series[date] = column("First day.", nullable=False)
    end_date: Series[date] = column(
        "Last day of treatment, at the latest the next line's start or, where it was ongoing, "
        "the day of death; missing when ongoing or not registered."
    )
    end_reason: Series[str] = column(
        "Why treatment ended, of the episode that ended last; death where it was ongoing.",
        nullable=False,
        isin=END_REASONS,
    )
    opened_because: Series[str] = column(
        "Clause that opened the line.", nullable=False, isin=OPENING_CLAUSES
    )
    closed_because: Series[str] = column(
        "Clause that opened the next line; death, ongoing or no_later_line when there is none.",
        nullable=False,
        isin=CLOSING_CLAUSES,
    )
    next_line_start_date: Series[date] = column("First day of the next line of any setting.")
    treatment_ids: Series[str] = column("Episodes of the line, joined by ','.", nullable=False)
    entered_line_numbers: Series[str] = column("Line numbers as entered, joined by ','.")
    entered_line_agrees: Series[bool] = column(ENTERED_LINE_AGREES)
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
    has_dropped_component: Series[bool] = column(HAS_DROPPED_COMPONENT, nullable=False)
    has_component_given_back: Series[bool] = column(HAS_COMPONENT_GIVEN_BACK, nullable=False)
    has_added_substance: Series[bool] = column(HAS_ADDED_SUBSTANCE, nullable=False)
    carried_substances: Series[str] = column(CARRIED_SUBSTANCES)
    is_not_shown: Series[bool] = column(IS_NOT_SHOWN, nullable=False)
    is_stale_ongoing: Series[bool] = column(IS_STALE_ONGOING, nullable=False)
    local_treatments: Series[int] = column(LOCAL_TREATMENTS, nullable=False, ge=0)


class LineAdjuvant(Contract):
    """Advanced disease that came after adjuvant treatment."""

    layer = "derived"
    table = "line_adjuvant"
    grain = "One row per patient whose first advanced line follows an adjuvant one."
    primary_key = ("patient_id",)
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    line_id: Series[str] = column("The first advanced line.", nullable=False)
    relapse_date: Series[date] = column(
        "First progression after the start of the last adjuvant line, else the start of the "
        "advanced line.",
        nullable=False,
    )
    last_adjuvant_date: Series[date] = column(
        "Last day adjuvant treatment is known to have been given.", nullable=False
    )
    is_last_adjuvant_date_known: Series[bool] = column(
        "Its last day is registered, not only its start.", nullable=False
    )
    days_from_adjuvant: Series[int] = column(
        "From that day to the relapse; negative when it came during treatment.",
        nullable=False,
        unit="days",
    )
    is_adjuvant_refractory: Series[bool] = column(
        "It came back within the limit; missing where an unknown last dose leaves it open."
    )
