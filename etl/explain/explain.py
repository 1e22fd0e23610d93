"""The whole explanation of a patient, put together from a warehouse.

Belongs here: the order of the sections, and what the explanation says about itself. Does not
belong here: the sentences (the modules beside this one), printing (`assets/cli_explain.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from etl.errors import WrongUseError
from etl.explain import doubt, lines, person, rechallenge, responses, times, toxicity
from etl.explain.alone import Alone, patient_alone
from etl.explain.document import Explanation, Section, Statement
from etl.explain.facts import Facts, Line
from etl.explain.reading import has_table, read_facts
from etl.explain.selection import Selection, select
from etl.explain.timeline import spans, timeline, undated
from etl.explain.what_if import what_would_change
from etl.explain.words import capital, regimen
from etl.parameters import Parameters
from etl.studies.definition import Study

_NEEDED = ("treatment_lines", "patients")


@dataclass(frozen=True)
class State:
    """What a warehouse holds.

    Attributes:
        snapshot_id: the snapshot the night worked towards.
        is_published: whether it stands on the shelf.
        as_of: the ledger's day.
        parameters: what was derived under.
        studies: those the night built.
    """

    snapshot_id: str
    is_published: bool
    as_of: date | None
    parameters: Parameters
    studies: tuple[Study, ...] = ()


def explain(con: duckdb.DuckDBPyConnection, patient_id: str, state: State) -> Explanation:
    """Everything that is derived of a patient, with its source rows and clauses.

    Args:
        con: session on the warehouse; only read.
        patient_id: the pseudonym as registered.
        state: what the warehouse holds.

    Raises:
        WrongUseError: the warehouse was not derived to its end, or there is no such patient.
    """
    if not all(has_table(con, "marts", table) for table in _NEEDED):
        raise WrongUseError(
            "The last refresh did not come to the derived tables. Run `rechallenge refresh` again."
        )
    facts = read_facts(con, patient_id, state.parameters)
    with patient_alone(con, facts.person.patient_id, state.parameters) as alone:
        return _explain(con, facts, alone, state)


def _explain(
    con: duckdb.DuckDBPyConnection, facts: Facts, alone: Alone, state: State
) -> Explanation:
    agrees = _agrees(alone, facts)
    patient = [facts.person.patient_id]
    selections = tuple(
        one for study in state.studies if agrees for one in select(alone.con, study, patient)
    )
    sections = [
        Section("Who", "who", tuple(person.statements(facts))),
        *(_of_line(facts, line) for line in facts.lines),
        Section("Events of no line", "no-line", tuple(toxicity.unassigned(facts))),
        Section("Given again", "again", tuple(rechallenge.pairs(facts))),
        Section("Studies", "studies", tuple(rechallenge.studies(facts, selections))),
        Section("Doubt", "doubt", _doubt(facts)),
    ]
    if agrees:
        sections.append(_what_if(alone, facts, selections))
    return Explanation(
        facts.person.patient_id,
        state.snapshot_id,
        _about(con, facts, state, agrees=agrees),
        timeline(facts),
        undated(facts),
        spans(facts),
        tuple(one for one in sections if one.statements),
    )


def _agrees(alone: Alone, facts: Facts) -> bool:
    try:
        return alone.derive() == facts
    except (duckdb.BinderException, duckdb.CatalogException):
        return False  # the models of this program read what that warehouse does not have


def _of_line(facts: Facts, line: Line) -> Section:
    said = [
        *lines.statements(facts, line),
        *responses.statements(facts, line),
        *times.statements(facts, line),
        *toxicity.statements(facts, line),
    ]
    title = f"{capital(line.name)}: {regimen(line.regimen)}"
    return Section(title, f"line-{line.line_sequence}", tuple(said))


def _doubt(facts: Facts) -> tuple[Statement, ...]:
    found = tuple(doubt.statements(facts))
    return found or (Statement("Findings", "No rule found anything wrong with these records."),)


def _what_if(alone: Alone, facts: Facts, selections: Sequence[Selection]) -> Section:
    found = what_would_change(alone, facts, selections)
    nothing = Statement("Nothing", "No limit at its nearest boundary changes a derived value.")
    return Section("What would change it", "what-if", found or (nothing,))


def _about(
    con: duckdb.DuckDBPyConnection, facts: Facts, state: State, *, agrees: bool
) -> tuple[Statement, ...]:
    row = con.execute("select source, registry, export_date from source.export").fetchone()
    source, registry, cut_off = row or ("", "", None)
    shelf = "published" if state.is_published else "not published"
    return (
        Statement("Snapshot", f"{state.snapshot_id}, {shelf}, as of {state.as_of}."),
        Statement("Export", f"{registry} ({source}), data up to {cut_off}."),
        *_dates(facts),
        Statement("Parameters", _parameters(state.parameters)),
        Statement("Checked", _CHECKED if agrees else _DISAGREES),
    )


def _dates(facts: Facts) -> Iterator[Statement]:
    if facts.declares.get("calendar_dates") == "no":
        yield Statement(
            "Dates",
            "No calendar dates: this source gives days from an anchor, which are shown as though "
            "the anchor were a date. Differences are right, dates are not.",
        )


def _parameters(given: Parameters) -> str:
    usual: Mapping[str, object] = Parameters().model_dump()
    other = {name: value for name, value in given.model_dump().items() if value != usual[name]}
    if not other:
        return "The defaults."
    return "; ".join(f"{name} = {value}" for name, value in other.items()) + "; else the defaults."


_CHECKED = "Deriving this patient alone, anew, gives the values shown."
_DISAGREES = (
    "Deriving this patient alone, anew, gives other values than the warehouse holds: the program "
    "or its parameters changed since. Refresh, and explain again; studies and what would change "
    "are left out until then."
)
