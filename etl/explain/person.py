"""What is said of the patient: who, where, and until when they are known to have lived.

Belongs here: the statements about the patient's own row. Does not belong here: baselines of the
disease, anything of a line.
"""

from collections.abc import Iterator

from etl.explain.document import Statement
from etl.explain.facts import Facts, Source
from etl.explain.words import capital, on

ALIVE = {
    "vital_status_date": "the vital status date",
    "last_contact": "last contact",
    "last_record": "a later record",
}
SAYS = {
    "vital_status_date": ("vital_status_date",),
    "last_contact": ("last_contact_date",),
}
"""The column that says until when the patient lived."""


def statements(facts: Facts) -> Iterator[Statement]:
    """Pseudonym, hospital, vital status."""
    person, follow_up = facts.person, facts.follow_up
    row: tuple[Source, ...] = (person.source,)
    hospital = person.hospital_id or "not registered"
    yield Statement("Patient", f"{person.patient_id}, hospital {hospital}.", row)
    if person.patient_ids:
        yield Statement(
            "Ids",
            f"{person.patient_ids} share a person_key and are derived as one person.",
        )
    born = person.birth_date_text or "not registered"
    yield Statement(
        "Sex and birth",
        f"{capital(person.sex or 'not registered')}, born {born} (as written).",
        row,
    )
    if follow_up.is_dead and follow_up.death_date:
        partial = person.death_date_earliest != person.death_date_latest
        moved = f" (registered as {person.death_date_text}, a part of a date)" if partial else ""
        cause = person.death_cause or "not registered"
        text = f"Dead, {on(follow_up.death_date, facts)}{moved}; cause {cause}."
        row = facts.person_rows("vital_status", "death_date")
    elif follow_up.is_dead:
        text = "Dead, on a day that is not registered."
    elif follow_up.last_alive_date:
        since = ALIVE[follow_up.last_alive_source or "last_record"]
        row = facts.person_rows("vital_status", *SAYS.get(follow_up.last_alive_source or "", ()))
        status = person.vital_status or "not registered"
        text = (
            f"Registered as {status}; known to be alive on {on(follow_up.last_alive_date, facts)}, "
            f"by {since}."
        )
    else:
        text = f"Registered as {person.vital_status or 'not registered'}; no contact is dated."
    yield Statement("Vital status", text, row)
