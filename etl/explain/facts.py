"""Everything that is registered about one patient and derived from it, as typed records.

Belongs here: what is read, by patient. Does not belong here: the SQL that reads it (`reading`),
any sentence (`clauses`, `lines`, `responses`, `times`, `toxicity`), deriving anew (`alone`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from etl.explain.rows import Exposure as Exposure
from etl.explain.rows import Given as Given
from etl.explain.rows import Place as Place
from etl.explain.rows import Row as Row
from etl.explain.rows import Source as Source
from etl.parameters import Parameters


@dataclass(frozen=True)
class Person(Row):
    """The patient's own row."""

    patient_id: str
    is_placed: bool
    unplaced_because: str | None = None
    hospital_id: str | None = None
    sex: str | None = None
    birth_date_text: str | None = None
    vital_status: str | None = None
    death_date_text: str | None = None
    death_date_earliest: date | None = None
    death_date_latest: date | None = None
    death_cause: str | None = None
    last_contact_date: date | None = None
    vital_status_date: date | None = None
    patient_ids: str | None = None


@dataclass(frozen=True)
class Kept:
    """A value of the patient's own row that a repeated form gave, and the form it came from."""

    column_name: str
    kept_file: str
    kept_line: int
    record_key: str = ""


@dataclass(frozen=True)
class FollowUp:
    """How long the patient is known to have lived."""

    is_dead: bool
    death_date: date | None = None
    last_alive_date: date | None = None
    last_alive_source: str | None = None
    last_alive_record_key: str | None = None
    linked_until_date: date | None = None


@dataclass(frozen=True)
class Treatment(Row):
    """An episode as registered."""

    treatment_id: str
    is_placed: bool
    unplaced_because: str | None = None
    regimen: str | None = None
    setting: str | None = None
    start_date: date | None = None
    start_date_text: str | None = None
    stop_date: date | None = None
    stop_date_text: str | None = None
    ongoing: str | None = None
    stop_reason: str | None = None
    line_number: int | None = None
    best_response: str | None = None
    severe_toxicity: str | None = None


@dataclass(frozen=True)
class Start:
    """A day on which treatment starts, with its line and the clause that decided it."""

    step: int
    start_date: date
    clause: str
    line_id: str
    line_start_date: date
    setting: str
    line_setting: str
    is_oral: bool
    last_shown_date: date
    last_possible_date: date
    is_after_progression: bool
    is_after_toxicity: bool
    unspent_progression_date: date | None = None
    given_since_step: int = 0
    replaceable_since_step: int = 0
    own_pause_days: int | None = None
    gap_limit_days: int | None = None
    pause_days: int | None = None
    carried_substances: str | None = None
    ends_line_before: bool = False


@dataclass(frozen=True)
class Substance:
    """A substance of a line."""

    line_id: str
    substance: str
    first_start_date: date
    is_label: bool


@dataclass(frozen=True)
class Line:
    """A line of therapy with its outcomes, and the record that decided each."""

    line_id: str
    setting: str
    line_number: int
    line_sequence: int
    regimen: str
    start_date: date
    end_reason: str
    opened_because: str
    closed_because: str
    treatment_ids: str
    response_source: str
    response_evaluable: bool
    toxicity_known: bool
    regimen_class: str | None = None
    end_date: date | None = None
    next_line_start_date: date | None = None
    entered_line_numbers: str | None = None
    has_unknown_stop: bool = False
    lot_notation: str | None = None
    carried_substances: str | None = None
    best_overall_response: str | None = None
    best_overall_response_date: date | None = None
    best_overall_response_confirmed: str | None = None
    criteria: str | None = None
    entered_best_response: str | None = None
    entered_response_agreement: str | None = None
    first_response_date: date | None = None
    progression_date: date | None = None
    progression_source: str | None = None
    progression_record_key: str | None = None
    is_immune_confirmed: bool | None = None
    first_pd_date: date | None = None
    progression_stop_date: date | None = None
    pfs_end_date: date | None = None
    pfs_days: int | None = None
    pfs_event: bool | None = None
    pfs_end_reason: str | None = None
    pfs_record_key: str | None = None
    os_end_date: date | None = None
    os_days: int | None = None
    os_event: bool | None = None
    os_end_reason: str | None = None
    ttnt_days: int | None = None
    ttnt_event: bool | None = None
    ttnt_end_reason: str | None = None
    dor_days: int | None = None
    dor_event: bool | None = None
    dor_end_reason: str | None = None
    severe_toxicity: str | None = None
    severe_irae_status: str | None = None
    worst_grade: int | None = None
    worst_irae_grade: int | None = None
    lines_doubtful_because: str | None = None
    response_doubtful_because: str | None = None
    pfs_doubtful_because: str | None = None
    os_doubtful_because: str | None = None
    toxicity_doubtful_because: str | None = None

    @property
    def name(self) -> str:
        """'advanced line 2'."""
        if self.setting == "unknown":
            return f"line {self.line_number} of unknown setting"
        return f"{self.setting} line {self.line_number}"


@dataclass(frozen=True)
class Assessment(Row):
    """A response assessment as registered and as read."""

    response_id: str
    is_placed: bool
    treatment_id: str | None = None
    assessment_date: date | None = None
    assessment_date_text: str | None = None
    criteria: str | None = None
    response: str | None = None
    category: str | None = None
    is_worst_of_day: bool | None = None
    line_id: str | None = None
    line_assignment: str | None = None
    unplaced_because: str | None = None


@dataclass(frozen=True)
class Evidence:
    """A record that shows progression."""

    evidence_date: date
    evidence: str
    record_key: str
    episode_last_start_date: date | None = None


@dataclass(frozen=True)
class Event(Row):
    """An adverse event as registered and as attributed."""

    event_id: str
    is_placed: bool
    treatment_id: str | None = None
    term: str | None = None
    category: str | None = None
    grade: int | None = None
    immune_related: str | None = None
    is_irae: bool | None = None
    onset_date: date | None = None
    resolved_date: date | None = None
    line_id: str | None = None
    line_assignment: str | None = None
    led_to_stop: str | None = None
    unplaced_because: str | None = None


@dataclass(frozen=True)
class Local(Row):
    """A local procedure."""

    is_placed: bool
    kind: str | None = None
    site: str | None = None
    start_date: date | None = None
    intent: str | None = None


@dataclass(frozen=True)
class Finding:
    """What a rule found wrong with a record of the patient."""

    rule_id: str
    title: str
    severity: str
    stage: str
    subject: str
    record_key: str
    is_accepted: bool
    raw_values: str
    compared_with: str
    fix: str
    affects: str
    source_file: str | None = None
    source_line: int | None = None
    source_part: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Doubt:
    """A value of a line that a finding makes doubtful."""

    line_id: str
    affects: str
    rule_id: str


@dataclass(frozen=True)
class Reexposure:
    """A later line that gives again what an earlier one gave."""

    initial_line_id: str
    reexposure_line_id: str
    kind: str
    reason: str
    shared_substances: str | None = None
    shared_classes: str | None = None
    reason_grade: int | None = None
    reason_category: str | None = None
    time_off_days: int | None = None
    interval_days: int | None = None
    intervening_lines: int | None = None
    progression_between: bool | None = None
    initial_response: str | None = None


@dataclass(frozen=True)
class Facts:
    """One patient. Two are equal when every registered and derived record is."""

    person: Person
    follow_up: FollowUp
    treatments: tuple[Treatment, ...]
    exposures: tuple[Exposure, ...]
    given: tuple[Given, ...]
    starts: tuple[Start, ...]
    substances: tuple[Substance, ...]
    lines: tuple[Line, ...]
    assessments: tuple[Assessment, ...]
    evidence: tuple[Evidence, ...]
    events: tuple[Event, ...]
    local: tuple[Local, ...]
    doubts: tuple[Doubt, ...]
    reexposures: tuple[Reexposure, ...]
    findings: tuple[Finding, ...]
    kept: tuple[Kept, ...] = ()
    declares: Mapping[str, str] = field(compare=False, default_factory=dict)
    parameters: Parameters = field(compare=False, default_factory=Parameters)

    @property
    def day_zero(self) -> date | None:
        """First day of the first line, from which the timeline counts."""
        return self.lines[0].start_date if self.lines else None

    def line(self, line_id: str) -> Line:
        """A line by its key."""
        return next(line for line in self.lines if line.line_id == line_id)

    def starts_of(self, line: Line) -> tuple[Start, ...]:
        """The starts that make up a line, in order."""
        return tuple(start for start in self.starts if start.line_id == line.line_id)

    def given_in(self, line_id: str) -> tuple[Given, ...]:
        """What a line is made of, carried or started, in order."""
        return tuple(given for given in self.given if given.line_id == line_id)

    def started_in(self, line: Line) -> tuple[Treatment, ...]:
        """The episodes that started in a line: what is entered for one belongs to it."""
        earlier = {
            treatment_id
            for one in self.lines
            if one.line_sequence < line.line_sequence
            for treatment_id in one.treatment_ids.split(",")
        }
        own = set(line.treatment_ids.split(",")) - earlier
        return tuple(one for one in self.treatments if one.treatment_id in own)

    def given_at(self, start: Start) -> tuple[Given, ...]:
        """What starts on a day."""
        return tuple(
            given for given in self.given if given.step == start.step and not given.is_carried
        )

    def rows_of(self, given: Given) -> tuple[Exposure, ...]:
        """The source rows of what a line is made of."""
        course = (given.treatment_id, given.substance, given.span)
        return tuple(
            one for one in self.exposures if (one.treatment_id, one.substance, one.span) == course
        )

    def before(self, start: Start) -> Start | None:
        """The start before."""
        return next((one for one in self.starts if one.step == start.step - 1), None)

    def line_so_far(self, start: Start) -> tuple[Start, ...]:
        """The starts of the line that stood when this start was judged."""
        before = self.before(start)
        if before is None:
            return ()
        return tuple(
            one for one in self.starts if one.line_id == before.line_id and one.step < start.step
        )

    def person_rows(self, *columns: str) -> tuple[Source, ...]:
        """The rows that say these columns of the patient: a repeated form, else the own row."""
        kept = {one.column_name: one for one in self.kept}
        found = [
            Source(kept[name].kept_file, kept[name].kept_line, self.person.record_key)
            if name in kept
            else self.person.source
            for name in columns
        ]
        return tuple(dict.fromkeys(found))

    def record(self, key: str | None) -> Source | None:
        """The source row of a record of the patient, by its key."""
        rows: tuple[Row, ...] = (
            *self.assessments,
            *self.treatments,
            *self.exposures,
            *self.events,
            *self.local,
            self.person,
        )
        return next((row.source for row in rows if row.record_key == key), None)
