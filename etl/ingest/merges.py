"""Giving merged pseudonyms one name, everywhere, before staging.

Belongs here: rewriting `source`. Does not belong here: the list of merges (`etl/governance`), what
becomes of two rows under one key (placement, `etl/sql/staging`).

`raw`, and the `__raw` column beside each value, keep the id as delivered. The row of the id that
stays comes before the rows merged into it, so that it is the one that takes the key.
The list stays in `source.merged_patients` for the night, so that nobody asks where such a patient
is.
"""

import duckdb

from etl.governance import Governance
from etl.unicode import normal_id
from expectations.export_format import TABLES


def apply_merges(con: duckdb.DuckDBPyConnection, governance: Governance) -> int:
    """Rewrite the patient ids in `source`; returns the rows that got another id.

    Args:
        con: The warehouse, the registry's state composed in `source`.
        governance: What is in force.
    """
    if not governance.merged:
        return 0
    con.executemany(
        "insert into source.merged_patients values (?, ?)",
        [[normal_id(one) for one in pair] for pair in governance.merged.items()],
    )
    rewritten = 0
    for table in TABLES.values():
        if "patient_id" not in table.column_names:
            continue
        last = ""
        if table.key[0] == "patient_id":
            last = f", _ordinal = _ordinal + (select max(_ordinal) from source.{table.name})"
        row = con.execute(
            f"update source.{table.name} as t set patient_id = m.becomes{last} "
            "from source.merged_patients as m where trim(t.patient_id) = m.patient_id"
        ).fetchone()
        rewritten += int(row[0]) if row else 0
    con.execute(
        "update source.repeated_values as t set patient_id = m.becomes "
        "from source.merged_patients as m "
        "where trim(t.patient_id) = m.patient_id"
    )
    return rewritten
