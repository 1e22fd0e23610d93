"""What the working warehouse holds: which snapshot, derived how far, under which parameters.

Belongs here: reading the plan of the last night. Does not belong here: the explanation (`explain`).
"""

import duckdb

from etl.errors import WrongUseError
from etl.explain.explain import State
from etl.explain.reading import has_table
from etl.parameters import Parameters
from etl.publish import steps
from etl.publish.night import Night
from etl.settings import Settings
from etl.studies import load_studies

_NEEDED = ("marts.treatment_lines", "marts.responses", steps.SOURCE_VERDICTS)


def read_state(con: duckdb.DuckDBPyConnection, settings: Settings) -> State:
    """What the last night left in the warehouse.

    Args:
        con: session on the working warehouse; only read.
        settings: where snapshots are published.

    Raises:
        WrongUseError: the last night did not derive everything.
    """
    done: set[str] = set()
    if has_table(con, "raw", "night") and has_table(con, "raw", "steps"):
        done = {str(step) for (step,) in con.execute("select step from raw.steps").fetchall()}
    missing = [step for step in _NEEDED if step not in done]
    if missing:
        raise WrongUseError(
            f"The last refresh of {settings.home} did not come to {', '.join(missing)}. Run "
            "`rechallenge refresh` again."
        )
    night = Night.read(con)
    known = load_studies()
    fields = Parameters.model_fields
    return State(
        snapshot_id=night.snapshot_id,
        is_published=(settings.published / night.snapshot_id).is_dir(),
        as_of=night.as_of,
        parameters=Parameters(
            **{name: value for name, value in night.inputs.parameters.items() if name in fields}
        ),
        studies=tuple(known[name] for name in night.studies if name in known),
    )
