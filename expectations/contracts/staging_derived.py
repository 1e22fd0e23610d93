"""Contracts of the staging tables that are made from several files.

Belongs here: substances after drug normalisation and the rows that could not be placed. Does not
belong here: the tables that mirror a file (`staging_records`).
"""

from datetime import date

from expectations.contracts.base import PLACE, Contract, Series, column

LINKINGS = ("alone", "linked", "not_linked", "linking_off")
READINGS = ("systemic", "not_systemic", "not_treatment", "unread")


class DrugReadings(Contract):
    """What a written text says, for drug rows and regimens alike."""

    layer = "staging"
    table = "drug_readings"
    grain = "One row per drug text as written and each thing that is read in it."
    primary_key = ("written", "ordinal")
    owner = "team:registry"

    written: Series[str] = column("The cell as written.", nullable=False)
    ordinal: Series[int] = column("Number of the thing within the text.", nullable=False, ge=1)
    part: Series[str] = column("The words of the text that were read.", nullable=False)
    reading: Series[str] = column(
        "What was read: a systemic substance, one that is not systemic, that no treatment was "
        "given, or nothing.",
        nullable=False,
        isin=READINGS,
    )
    substance: Series[str] = column("Generic name of the code list.")
    unread_key: Series[str] = column(
        "The part without case, accents, marks and schedule: equal for equal unread names."
    )
    is_after_arrow: Series[bool] = column(
        "Follows an arrow and did not stand before it.", nullable=False
    )
    is_before_arrow: Series[bool] = column(
        "A treatment that did not stand before follows it by an arrow.", nullable=False
    )


class DrugSubstances(Contract):
    """Substances given, after normalisation of what was written."""

    layer = "staging"
    table = "drug_substances"
    grain = (
        "One row per substance of a placed drug row, or of the regimen of a placed episode "
        "that has no drug rows."
    )
    primary_key = ("record_key", *PLACE, "substance_ordinal")
    owner = "team:registry"

    treatment_id: Series[str] = column("Key of the treatment episode.", nullable=False)
    patient_id: Series[str] = column("Patient of the treatment episode.", nullable=False)
    substance: Series[str] = column("Generic name; NULL when what was written is not recognised.")
    substance_ordinal: Series[int] = column(
        "Number of the substance within the cell, from 1.", nullable=False, ge=1
    )
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    route: Series[str] = column("Usual route of the substance.", codelist="route")
    is_systemic: Series[bool] = column(
        "Systemic antitumour therapy; NULL when the substance is not recognised."
    )
    reading: Series[str] = column(
        "What was read: a systemic substance, one that is not systemic, that no treatment was "
        "given, or nothing (nothing written included).",
        nullable=False,
        isin=READINGS,
    )
    unknown_drug: Series[str] = column(
        "Where nothing systemic is read that was given from the episode's start: what tells this "
        "unknown systemic drug from others, empty where nothing was written. Else NULL: an unread "
        "name beside a read one adds nothing."
    )
    is_after_arrow: Series[bool] = column(
        "Follows an arrow and did not stand before it: its start is not known.", nullable=False
    )
    is_before_arrow: Series[bool] = column(
        "Something new follows it by an arrow: its stop is not known, and it is not ongoing.",
        nullable=False,
    )
    origin: Series[str] = column(
        "Whether the substance was read from a drug row or from the regimen of the episode.",
        nullable=False,
        isin=("drugs", "regimen"),
    )
    written: Series[str] = column("The words of the cell that were read.")
    source_file: Series[str] = column("File the row was read from.", nullable=False)
    source_line: Series[int] = column("Line of the row in that file.", nullable=False, ge=1)
    source_part: Series[int] = column("Part of the mapping it was read by.", nullable=False, ge=1)
    source_number: Series[int] = column("Number within that part.", nullable=False, ge=1)
    record_key: Series[str] = column("Key of the drug row or of the episode.", nullable=False)
    start_date: Series[date] = column(
        "First day, of the drug row or else of the episode. Representative day where partial."
    )
    start_date_earliest: Series[date] = column("Earliest possible first day.")
    start_date_latest: Series[date] = column("Latest possible first day.")
    stop_date: Series[date] = column(
        "Last day, of the drug row or else of the episode. Representative day where partial."
    )
    stop_date_earliest: Series[date] = column("Earliest possible last day.")
    stop_date_latest: Series[date] = column("Latest possible last day.")
    doses: Series[int] = column("Number of doses given.")


class UnreadDrugNames(Contract):
    """Drug names that could not be read: what a steward corrects, or adds to the code list."""

    layer = "staging"
    table = "unread_drug_names"
    grain = "One row per drug name that could not be read, with the nearest known names."
    primary_key = ("name_key",)
    owner = "team:registry"

    name_key: Series[str] = column(
        "The name without case, accents and marks: equal for equal names.", nullable=False
    )
    name: Series[str] = column("The name, as one of its rows writes it.", nullable=False)
    times: Series[int] = column("Drug rows and regimens that hold it.", nullable=False, ge=1)
    episodes: Series[int] = column("Treatment episodes that hold it.", nullable=False, ge=1)
    unknown_drug_episodes: Series[int] = column(
        "Of those, episodes of which nothing else is read: they are of an unknown drug.",
        nullable=False,
        ge=0,
    )
    patients: Series[int] = column("Patients who have it.", nullable=False, ge=1)
    hospitals: Series[str] = column("Hospitals that wrote it.")
    nearest: Series[str] = column(
        "Up to three known names that are written alike, nearest first; proposed, never read. "
        "NULL when none is near, and for names beyond the thousand of most episodes."
    )


class UnplacedRows(Contract):
    """Source rows kept out of derivation."""

    layer = "staging"
    table = "unplaced_rows"
    grain = "One row per source row that cannot be attached."
    primary_key = PLACE
    owner = "team:registry"

    table_name: Series[str] = column("Table the row belongs to.", nullable=False)
    record_key: Series[str] = column("Key of the row.", nullable=False)
    patient_id: Series[str] = column("Patient as written in the row, resolved or not.")
    source_file: Series[str] = column("File the row was read from.", nullable=False)
    source_line: Series[int] = column("Line of the row in that file.", nullable=False, ge=1)
    source_part: Series[int] = column("Part of the mapping it was read by.", nullable=False, ge=1)
    source_number: Series[int] = column("Number within that part.", nullable=False, ge=1)
    reason: Series[str] = column(
        "Why it cannot be attached.", nullable=False, codelist="unplaced_reason"
    )


class Persons(Contract):
    """Who is derived as one person."""

    layer = "staging"
    table = "persons"
    grain = "One row per placed patient."
    primary_key = ("patient_id",)
    owner = "team:registry"

    patient_id: Series[str] = column("Pseudonym as delivered.", nullable=False)
    person_id: Series[str] = column(
        "The smallest pseudonym of the person, which derived tables and marts have as patient_id.",
        nullable=False,
    )
    linking: Series[str] = column(
        "Whether other pseudonyms share its person_key: alone; linked with them; not linked, "
        "because they cannot all be one person; or linking is off.",
        nullable=False,
        isin=LINKINGS,
    )
    patient_ids: Series[str] = column(
        "The pseudonyms that share its person_key, joined by ', '; of many the first ten.",
        nullable=False,
    )
    is_first_id: Series[bool] = column(
        "Whether it is the smallest of these pseudonyms.", nullable=False
    )
