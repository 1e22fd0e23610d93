"""Contracts of the tables in which toxicity and doubt are attributed to lines.

Belongs here: adverse events with their line, toxicity per line and per organ class, doubts per
line. Does not belong here: lines (`derived_lines`), responses and times (`derived_outcomes`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

EVENT_ASSIGNMENTS = ("treatment", "date", "unassigned")
IRAE_SOURCES = ("entered", "term_list")
REPORTED = ("yes", "no", "not_reported")
WINDOW_CLOSED_BY = (
    "next_line",
    "death",
    "window_end",
    "last_known_alive",
    "unknown_death_date",
    "death_before_start",
    "start_after_linkage",
)
SEVERE_IRAE_END_REASONS = ("severe_irae", "onset_not_in_line", *WINDOW_CLOSED_BY)
AFFECTS = ("lines", "response", "pfs", "os", "toxicity", "baseline")


class AdverseEventsAttributed(Contract):
    """Adverse events with the line they are attributed to."""

    layer = "derived"
    table = "adverse_events_attributed"
    grain = "One row per placed adverse event."
    primary_key = ("event_id",)
    owner = "team:derivations"

    event_id: Series[str] = column("Adverse event.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    line_id: Series[str] = column("Line; missing when none can be told.")
    line_assignment: Series[str] = column(
        "By the entered episode, by date, or not at all.", nullable=False, isin=EVENT_ASSIGNMENTS
    )
    term: Series[str] = column("Term as registered.")
    category: Series[str] = column("Organ class as entered.")
    organ_class: Series[str] = column(
        "Organ class by the term list, else by the entered category, else other.",
        nullable=False,
        codelist="organ_class",
    )
    grade: Series[int] = column(
        "Worst grade as registered; 5 where the outcome is fatal and no grade is."
    )
    is_irae: Series[bool] = column(
        "Immune related: as entered, else by the term list; missing when neither knows."
    )
    irae_source: Series[str] = column(
        "Whether the entry or the term list said so.", isin=IRAE_SOURCES
    )
    led_to_stop: Series[str] = column(
        "Whether it led to stopping, as entered.", codelist="yes_no_unknown"
    )
    onset_date: Series[date] = column(
        "Onset; a partial date is its representative day, not before the start of the entered "
        "episode where its interval allows."
    )
    resolved_date: Series[date] = column(
        "Resolution; a partial date is its representative day, not before onset where its interval "
        "allows."
    )
    days_from_line_start: Series[int] = column(
        "From the line's start to onset; missing when onset precedes it.", unit="days", ge=0
    )
    begins_episode: Series[bool] = column(
        "The first of its organ class in the line, or begun after every earlier one had resolved.",
        nullable=False,
    )


class LineToxicity(Contract):
    """Toxicity of a line."""

    layer = "derived"
    table = "line_toxicity"
    grain = "One row per line."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    severe_toxicity: Series[str] = column(
        "As entered: yes when yes for any episode, no when no for all.",
        nullable=False,
        codelist="yes_no_unknown",
    )
    events: Series[int] = column("Adverse events of the line.", nullable=False, ge=0)
    episodes: Series[int] = column(
        "Episodes of toxicity: in each organ class the first, and each that began after the "
        "earlier ones had resolved.",
        nullable=False,
        ge=0,
    )
    worst_grade: Series[int] = column("Worst grade of any event.", ge=1, le=5)
    worst_irae_grade: Series[int] = column("Worst grade of an immune-related event.", ge=1, le=5)
    toxicity_known: Series[bool] = column(
        "Whether it is known if the line was severely toxic: answered, or by a source that "
        "declares to capture it. An event alone does not tell, whatever its grade.",
        nullable=False,
    )
    toxicity_collected: Series[bool] = column(
        "The source asks for severe toxicity, or declares to capture it.", nullable=False
    )
    severe_toxicity_status: Series[str] = column(
        "Severe toxicity, as entered or by a grade 3+ event, which may be where toxicity is not "
        "known; no only where it is.",
        nullable=False,
        isin=REPORTED,
    )
    severe_irae_status: Series[str] = column(
        "A grade 3+ immune-related event, which may be where toxicity is not known; else not "
        "reported where that is so, or severe toxicity is known and what it was is not.",
        nullable=False,
        isin=REPORTED,
    )
    toxicity_led_to_stop: Series[str] = column(
        "Whether an event led to stopping: yes when any did, no when none; missing without events.",
        codelist="yes_no_unknown",
    )
    first_severe_irae_date: Series[date] = column(
        "Earliest known onset of a grade 3+ immune-related event."
    )
    days_to_severe_irae: Series[int] = column(
        "From the line's start to that onset; missing when onset precedes it.", unit="days", ge=0
    )
    toxicity_window_end_date: Series[date] = column(
        "Day on which the line's toxicity window closes, or on which it is last known to be open."
    )
    toxicity_window_closed_by: Series[str] = column(
        "What closes the window; last_known_alive where it was still open.",
        nullable=False,
        isin=WINDOW_CLOSED_BY,
    )
    severe_irae_days: Series[int] = column(
        "From the line's start to the first grade 3+ immune-related event in the window, else to "
        "the window's end; for cumulative incidence.",
        unit="days",
        ge=0,
    )
    severe_irae_cause: Series[int] = column(
        "How that time ends: 0 censored, 1 severe immune-related event, 2 next line, 3 death; "
        "missing where it cannot be told.",
        ge=0,
        le=3,
    )
    severe_irae_end_reason: Series[str] = column(
        "The same in words.", nullable=False, isin=SEVERE_IRAE_END_REASONS
    )


class LineOrganToxicity(Contract):
    """Toxicity of a line in one organ class."""

    layer = "derived"
    table = "line_organ_toxicity"
    grain = "One row per line and organ class with an adverse event."
    primary_key = ("line_id", "category")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    category: Series[str] = column("Organ class.", nullable=False, codelist="organ_class")
    events: Series[int] = column("Adverse events.", nullable=False, ge=1)
    episodes: Series[int] = column(
        "Episodes: the first event, and each that began after the earlier ones had resolved.",
        nullable=False,
        ge=1,
    )
    worst_grade: Series[int] = column("Worst grade of any event.", ge=1, le=5)
    worst_irae_grade: Series[int] = column("Worst grade of an immune-related event.", ge=1, le=5)
    first_onset_date: Series[date] = column("Earliest known onset.")
    days_to_onset: Series[int] = column(
        "From the line's start to that onset; missing when onset precedes it.", unit="days", ge=0
    )
    led_to_stop: Series[str] = column(
        "Whether an event led to stopping: yes when any did, no when none did.",
        nullable=False,
        codelist="yes_no_unknown",
    )


class LineDoubts(Contract):
    """Error findings on source records, by the line whose values they feed."""

    layer = "derived"
    table = "line_doubts"
    grain = "One row per line, affected value and rule."
    primary_key = ("line_id", "affects", "rule_id")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    affects: Series[str] = column("What is made doubtful.", nullable=False, isin=AFFECTS)
    rule_id: Series[str] = column("Rule that was violated.", nullable=False)
