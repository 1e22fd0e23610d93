"""The verb that says why an estimate moved between two published snapshots: compare.

Belongs here: its options and words. Does not belong here: the comparison (`etl.changes`), the
shelf of snapshots (`etl.publish`).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assets.cli_common import Home, Json, out, query_session, settings_for, show

if TYPE_CHECKING:
    from etl.publish.shelf import Published, Shelf

Rows = Sequence[Mapping[str, Any]]

Before = Annotated[
    str | None,
    typer.Argument(help="Snapshot id or frozen name; the one before current when left out."),
]
After = Annotated[
    str | None, typer.Argument(help="Snapshot id or frozen name; current when left out.")
]
Study = Annotated[
    list[str] | None,
    typer.Option(
        "--study", help="Every estimate of this study; may be repeated. Main ones of all."
    ),
]
Records = Annotated[
    bool,
    typer.Option("--records", help="List the source records, by key, file and line; no values."),
]

_ESTIMATES = """
    select * from quality.estimate_changes where len($studies) = 0
        or list_contains($studies, study)
    order by study, edition, endpoint, subset, stratum <> 'all', stratum, statistic,
        "at" nulls first
"""
_RECORDS = """
    select study, cause, rule_id, subject, record_key, file_before, line_before, file_after,
        line_after, record_columns, endpoints, in_study, remark
    from quality.estimate_change_records
    where len($studies) = 0 or list_contains($studies, study)
    order by study, cause, subject, record_key, ordinal, rule_id, endpoints
"""


def compare(
    before: Before = None,
    after: After = None,
    study: Study = None,
    records: Records = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Say which estimates differ between two published snapshots, and because of which records."""
    from etl.changes import compare_published
    from etl.errors import WrongUseError
    from etl.publish.shelf import CURRENT, Shelf

    settings = settings_for(home)
    shelf = Shelf(settings.published)
    second = shelf.get(after or CURRENT)
    first = shelf.get(before) if before is not None else _before(shelf, second)
    asked = study or []
    held = {*first.manifest["studies"], *second.manifest["studies"]}
    unknown = [name for name in asked if name not in held]
    if unknown:
        raise WrongUseError(
            f"Neither snapshot holds a study {', '.join(unknown)}. They hold "
            f"{', '.join(sorted(held))}."
        )
    with compare_published(settings, first, second) as con:
        compared = query_session(con, "from quality.compared_snapshots order by study")
        estimates = query_session(con, _ESTIMATES, {"studies": asked})
        causes = query_session(con, _RECORDS, {"studies": asked})
    compared = [row for row in compared if not asked or row["study"] in asked]
    if as_json:
        found: dict[str, Any] = {
            "before": first.snapshot_id,
            "after": second.snapshot_id,
            "studies": compared,
            "estimates": estimates,
        }
        show(found | ({"records": causes} if records else {}), as_json=True)
        return
    _print(first, second, compared, estimates, is_of_some=bool(asked))
    if records:
        show([_record(row) for row in causes], as_json=False)
    elif causes:
        out(f"{len(causes)} causes are known; --records lists the source records among them.")


def _before(shelf: "Shelf", after: "Published") -> "Published":
    from etl.errors import WrongUseError

    earlier = [one for one in shelf.all() if one.sequence < after.sequence]
    if not earlier:
        raise WrongUseError(
            f"{after.snapshot_id} is the oldest published snapshot; there is none before it to "
            "compare with."
        )
    return earlier[-1]


def _print(
    first: "Published", second: "Published", compared: Rows, estimates: Rows, *, is_of_some: bool
) -> None:
    from etl.outputs.changes_table import MAIN, inputs_in_words

    out(
        f"{first.snapshot_id} of {first.manifest['as_of']} (data cut-off "
        f"{first.manifest['export_date']}) and {second.snapshot_id} of "
        f"{second.manifest['as_of']} (data cut-off {second.manifest['export_date']})."
    )
    inputs = {name for row in compared for name in row["inputs_differing"].split(", ") if name}
    out(inputs_in_words(sorted(inputs)))
    for reason in dict.fromkeys(row["not_compared_because"] for row in compared):
        if reason is not None:
            named = [row["study"] for row in compared if row["not_compared_because"] == reason]
            out(f"{', '.join(named)}: {reason}")
    if any(row["not_compared_because"] is None and not row["source_rows_kept"] for row in compared):
        out("Source rows of both are not kept, so published tables are compared; no file or line.")
    numbers = [row for row in estimates if row["change"] != "patients_only"]
    shown = numbers
    if not is_of_some:
        shown = [
            row
            for row in numbers
            if (row["endpoint"], row["statistic"]) in MAIN
            and row["subset"] == row["stratum"] == "all"
        ]
    if not estimates:
        out("No estimate differs.")
        return
    if shown:
        show([_estimate(row) for row in shown], as_json=False)
    if len(numbers) > len(shown):
        out(f"{len(numbers) - len(shown)} more estimates differ; --study shows all of a study.")
    same = len(estimates) - len(numbers)
    if same:
        out(f"{same} estimates are the same number and rest on other patients or times.")


def _estimate(row: Mapping[str, Any]) -> dict[str, Any]:
    from etl.outputs.changes_table import estimate_cell

    at = "" if row["at"] is None else f" {row['at']} months"
    subset = "" if row["subset"] == "all" else f", {row['subset'].replace('_', ' ')}"
    return {
        "study": row["study"],
        "estimate": f"{row['endpoint']} {row['statistic']}{at}{subset}",
        "group": row["stratum"],
        "edition": row["edition"],
        "before": estimate_cell(row, "before"),
        "now": estimate_cell(row, "after"),
        "joined": row["patients_joined"],
        "left": row["patients_left"],
        "changed": row["patients_changed"],
        "because": row["because"] + ("" if row["adds_up"] else " (does not add up)"),
    }


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "study": row["study"],
        "cause": row["cause"],
        "of": row["rule_id"] or row["subject"],
        "record": row["record_key"],
        "before": _place(row["file_before"], row["line_before"]),
        "now": _place(row["file_after"], row["line_after"]),
        "columns": row["record_columns"],
        "endpoints": row["endpoints"],
    }


def _place(file: str | None, line: int | None) -> str | None:
    return None if file is None else f"{file}:{line}"


VERBS = (compare,)
