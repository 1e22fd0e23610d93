"""The native export, format 1: its files, columns, kinds and code lists, declared once.

Belongs here: what a delivery looks like after its mapping (contracts, section 1). Sources map
onto these columns, staging types them, rules and the synthetic registry name them. Does not
belong here: how a column is parsed (staging SQL) or judged (rules).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "code", "date", "integer", "number"]


@dataclass(frozen=True)
class Column:
    """One column of a native file.

    `optional` columns may be absent: then they are *not collected*. `codelist` names a list in
    `expectations/codelists/codes.csv`, `item_codelist` that of each item of a semicolon list.
    `unit` is given for measured values.
    """

    name: str
    kind: Kind
    description: str
    codelist: str | None = None
    optional: bool = False
    unit: str | None = None
    item_codelist: str | None = None


@dataclass(frozen=True)
class Table:
    """One native file: its grain, its record key and its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False

    @property
    def file_name(self) -> str:
        """Name of the file in a native export."""
        return f"{self.name}.csv"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


def _id(name: str, text: str, *, optional: bool = False) -> Column:
    return Column(name, "id", text, optional=optional)


def _text(name: str, text: str, *, optional: bool = False) -> Column:
    return Column(name, "text", text, optional=optional)


def _code(name: str, codelist: str, text: str, *, optional: bool = False) -> Column:
    return Column(name, "code", text, codelist=codelist, optional=optional)


def _date(name: str, text: str, *, optional: bool = False) -> Column:
    return Column(name, "date", text, optional=optional)


def _integer(name: str, text: str, *, unit: str | None = None) -> Column:
    return Column(name, "integer", text, unit=unit)


def _number(name: str, text: str, *, unit: str | None = None) -> Column:
    return Column(name, "number", text, unit=unit)


_PATIENT = _id("patient_id", "Pseudonym of the patient, unique in the registry.")
_TREATMENT = _id("treatment_id", "Key of the treatment episode.")
_HOSPITAL = _id("hospital_id", "Code of the hospital.")
_RECORD = _text("source_record_ref", "The hospital's own reference of the record.", optional=True)

PATIENTS = Table(
    "patients",
    "One row per patient as registered.",
    ("patient_id",),
    (
        _PATIENT,
        _HOSPITAL,
        _code("sex", "sex", "Sex as registered."),
        _date("birth_date", "Date of birth; the year is enough."),
        _code("vital_status", "vital_status", "Whether the patient is known to be alive."),
        _date("death_date", "Date of death."),
        _code("death_cause", "death_cause", "Cause of death."),
        _date("last_contact_date", "Date of the last contact with the patient."),
        _date(
            "vital_status_date",
            "Date to which the living are known to be alive, by linkage or contact.",
            optional=True,
        ),
        _code(
            "vital_status_source",
            "vital_status_source",
            "Where the vital status comes from.",
            optional=True,
        ),
        _text("person_key", "The same person under several ids.", optional=True),
        _RECORD,
    ),
)

BASELINES = Table(
    "baselines",
    "One row per patient at diagnosis of advanced disease, or per episode start.",
    ("patient_id", "treatment_id"),
    (
        _PATIENT,
        _id("treatment_id", "Episode whose start this baseline describes.", optional=True),
        _date("measured_date", "Date of the measurements.", optional=True),
        _date("primary_diagnosis_date", "Date of diagnosis of the primary melanoma."),
        _date("advanced_diagnosis_date", "Date of diagnosis of advanced disease."),
        _code("primary_type", "primary_type", "Type of the primary melanoma."),
        _number("breslow_mm", "Breslow thickness.", unit="mm"),
        _text("t_category", "AJCC T category.", optional=True),
        _code("ulceration", "yes_no_unknown", "Ulceration of the primary.", optional=True),
        _code("ajcc_edition", "ajcc_edition", "AJCC edition the stage was coded in."),
        _code("stage", "stage", "AJCC stage."),
        _code("resectable", "yes_no_unknown", "Resectable disease.", optional=True),
        _code("m_category", "m_category", "AJCC M category."),
        _code("ecog", "ecog", "ECOG performance status."),
        _number("ldh_u_per_l", "Lactate dehydrogenase.", unit="U/l"),
        _number("ldh_uln_u_per_l", "Upper limit of normal of LDH.", unit="U/l"),
        _code("ldh_category", "ldh_category", "LDH class as entered."),
        _code("brain_metastases", "brain_metastases", "Brain metastases."),
        _code("liver_metastases", "yes_no_unknown", "Liver metastases."),
        _integer("organ_sites", "Number of organ sites with metastases."),
        _code("braf", "braf", "BRAF mutation status."),
        _code("nras", "nras", "NRAS mutation status."),
        _integer("comorbidities", "Number of comorbidities."),
    ),
)

TREATMENTS = Table(
    "treatments",
    "One row per treatment episode, as registered.",
    ("treatment_id",),
    (
        _TREATMENT,
        _PATIENT,
        _HOSPITAL,
        _text("regimen", "Regimen as written."),
        _code("setting", "setting", "Setting of the episode."),
        _date("start_date", "First day of treatment."),
        _date("stop_date", "Last day of treatment."),
        _code("ongoing", "yes_no_unknown", "Whether the treatment was ongoing at the export."),
        _code("stop_reason", "stop_reason", "Why the treatment stopped."),
        _integer("line_number", "Line number as entered."),
        _code("rechallenge", "yes_no", "Rechallenge as entered."),
        _code("best_response", "response", "Best response as entered."),
        _code("severe_toxicity", "yes_no_unknown", "Any grade 3+ event, as entered."),
        _RECORD,
    ),
)

DRUGS = Table(
    "drugs",
    "One row per substance within an episode.",
    ("treatment_id", "drug", "start_date"),
    (
        _TREATMENT,
        _text("drug", "Drug as written: name, brand or ATC code."),
        _date("start_date", "First day of the drug."),
        _date("stop_date", "Last day of the drug."),
        _integer("doses", "Number of doses given."),
        _number("dose", "Dose."),
        _text("dose_unit", "Unit of the dose."),
    ),
)

RESPONSES = Table(
    "responses",
    "One row per response assessment.",
    ("response_id",),
    (
        _id("response_id", "Key of the assessment."),
        _PATIENT,
        _TREATMENT,
        _date("assessment_date", "Date of the assessment."),
        _code("criteria", "criteria", "Response criteria used."),
        _code("response", "response", "Response at this time point."),
    ),
)

ADVERSE_EVENTS = Table(
    "adverse_events",
    "One row per adverse event, at its worst grade.",
    ("event_id",),
    (
        _id("event_id", "Key of the event."),
        _PATIENT,
        _TREATMENT,
        _text("term", "Adverse event term."),
        _text("category", "Organ class as entered: MedDRA's as CTCAE names it, or the project's."),
        _code("ctcae_version", "ctcae_version", "CTCAE version used."),
        _integer("grade", "Worst CTCAE grade."),
        _code("immune_related", "yes_no_unknown", "Immune related, as entered.", optional=True),
        _date("onset_date", "Date of onset."),
        _date("resolved_date", "Date of resolution."),
        _code("outcome", "ae_outcome", "Outcome of the event."),
        _code("led_to_stop", "yes_no_unknown", "Whether it led to stopping the treatment."),
        Column(
            "management",
            "text",
            "Management, a semicolon list of codes.",
            item_codelist="management",
        ),
        _date("management_start_date", "Start of the management."),
    ),
)

LOCAL_TREATMENTS = Table(
    "local_treatments",
    "One row per local procedure.",
    ("procedure_id",),
    (
        _id("procedure_id", "Key of the procedure."),
        _PATIENT,
        _code("kind", "local_kind", "Kind of procedure."),
        _text("site", "Site treated."),
        _date("start_date", "Date of the procedure."),
        _code("intent", "intent", "Intent of the procedure."),
    ),
)

HOSPITALS = Table(
    "hospitals",
    "One row per hospital that delivers to the registry.",
    ("hospital_id",),
    (
        _HOSPITAL,
        _text("name", "Name of the hospital."),
        _date("active_from", "First day of participation."),
        _date("active_to", "Last day of participation."),
    ),
    optional=True,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PATIENTS,
        BASELINES,
        TREATMENTS,
        DRUGS,
        RESPONSES,
        ADVERSE_EVENTS,
        LOCAL_TREATMENTS,
        HOSPITALS,
    )
}
