"""Which steps of the refresh the warehouse has been through since the last export came in.

Belongs here: a small log table that lets the publish step see that every part was built, and
every judgement made, after what it rests on. Does not belong here: what the steps do.

A person may build one table alone from the UI. What was judged before it is then older than
the table, and publishing it would publish unjudged values; the gate asks here and says so.
"""

from collections.abc import Iterable, Mapping

import duckdb

EXPORT = "export"
DELIVERIES = "deliveries"
CONTROLS = "controls"
SOURCE_VERDICTS = "source verdicts"
DERIVED_VERDICTS = "derived verdicts"
STUDIES = "studies"
SENSITIVITY = "sensitivity"
IMPACT = "impact"
CHANGES = "changes"
MART_VERDICTS = "mart verdicts"
LEDGER = "ledger"
WORKLISTS = "worklists"
OUTPUTS = "outputs"
QUALITY_PAGES = "quality pages"
HOSPITAL_INDICATORS = "hospital indicators"
HOSPITAL_PAGES = "hospital pages"

_CREATE = "create table if not exists raw.steps (step varchar not null, ordinal bigint not null)"


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """Forget the steps of the night before: a new export is coming in."""
    con.execute(_CREATE)
    con.execute("delete from raw.steps")


def record(con: duckdb.DuckDBPyConnection, step: str) -> None:
    """Note that a step has just been done; a table's step is its `layer.table`."""
    con.execute(_CREATE)
    con.execute(
        "insert into raw.steps select $step, coalesce(max(ordinal), 0) + 1 from raw.steps",
        {"step": step},
    )


def outputs_of(study: str) -> str:
    """The step that writes the outputs of one study."""
    return f"{OUTPUTS} of {study}"


def required(
    depends_on: Mapping[str, Iterable[str]], studies: Iterable[str], *, readers: bool = True
) -> dict[str, tuple[str, ...]]:
    """Every step of a whole refresh, with the steps that must have ended before it.

    Args:
        depends_on: Every modelled table, by `layer.table`, with the tables it reads.
        studies: The studies that the night asks for.
        readers: Whether the night also writes what people look at.
    """
    of_layer = {
        layer: tuple(table for table in depends_on if table.startswith(f"{layer}."))
        for layer in ("staging", "derived", "marts")
    }
    bases: dict[str, tuple[str, ...]] = {EXPORT: ()}
    for table, reads in depends_on.items():
        first = EXPORT if table in of_layer["staging"] else SOURCE_VERDICTS
        bases[table] = (first, *reads)
    bases[DELIVERIES] = of_layer["staging"]
    bases[SOURCE_VERDICTS] = (*of_layer["staging"], DELIVERIES)
    bases[CONTROLS] = (EXPORT,)
    bases[DERIVED_VERDICTS] = (*of_layer["derived"], *of_layer["marts"])
    bases[STUDIES] = of_layer["marts"]
    bases[SENSITIVITY] = (STUDIES,)
    bases[MART_VERDICTS] = (DERIVED_VERDICTS, STUDIES, SENSITIVITY)
    bases[LEDGER] = (MART_VERDICTS,)
    bases[IMPACT] = (STUDIES, MART_VERDICTS)
    bases[CHANGES] = (STUDIES, MART_VERDICTS)
    bases[HOSPITAL_INDICATORS] = (DELIVERIES, *of_layer["marts"])
    if readers:
        bases[WORKLISTS] = (LEDGER,)
        for study in studies:
            bases[outputs_of(study)] = (STUDIES, SENSITIVITY, IMPACT, CHANGES, MART_VERDICTS)
        bases[QUALITY_PAGES] = (LEDGER, IMPACT, CONTROLS)
        bases[HOSPITAL_PAGES] = (HOSPITAL_INDICATORS, LEDGER)
    return bases


def problems(con: duckdb.DuckDBPyConnection, bases: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Steps that were not done, or done before what they rest on was done again."""
    con.execute(_CREATE)
    last: dict[str, int] = dict(
        con.execute("select step, max(ordinal) from raw.steps group by step").fetchall()
    )
    missing = [step for step in bases if step not in last]
    said = []
    if missing:
        said.append(f"not done since the export was loaded: {', '.join(missing)}")
    said += [
        f"{base} was built again after {step}, which rests on it"
        for step, of_step in bases.items()
        for base in of_step
        if step in last and last.get(base, 0) > last[step]
    ]
    return said
