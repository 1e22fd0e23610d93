"""How many persons the registry holds, and under how many ids.

Belongs here: counting and saying it. Does not belong here: who is one person (staging), and
counts by hospital or study.
"""

from dataclasses import dataclass

import duckdb

COUNTED = (
    "select count(*) as patients, "
    "cast(coalesce(sum(len(string_split(patient_ids, ', '))), 0) as bigint) as ids "
    "from marts.patients"
)


@dataclass(frozen=True)
class People:
    """The persons of the registry, and the ids they were delivered under."""

    patients: int
    ids: int

    @property
    def beside(self) -> str:
        """The number of ids, to stand behind that of the persons; nothing where they agree."""
        return "" if self.ids == self.patients else f" ({self.ids:,} ids)"

    @property
    def sentence(self) -> str:
        """Persons and ids, where they differ."""
        if not self.beside:
            return ""
        return (
            f"The registry holds {self.patients:,} patients{self.beside}: ids of one person are "
            "counted once."
        )


def count_people(con: duckdb.DuckDBPyConnection) -> People:
    """Count the persons of `marts.patients`."""
    (row,) = con.execute(COUNTED).fetchall()
    return People(*row)
