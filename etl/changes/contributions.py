"""What each patient contributes to each estimate of a study, on either side.

Belongs here: membership of the evaluable sets, by the same definitions that make the estimates
(`etl/studies/endpoints`). Does not belong here: comparing the sides (`estimates`).
"""

from collections.abc import Iterable, Iterator

import duckdb
import pandas as pd

from etl.studies import Study
from etl.studies.endpoints import incidence_set, proportion_endpoints, time_endpoints
from etl.studies.estimates import members_of
from etl.studies.pairs import Pair
from expectations.contracts.studies import EDITIONS

Contribution = tuple[str, str, str, str, str, str, str, str, bool, int | None, int | None]
"""study, side, edition, subset, endpoint, kind, patient, stratum, counted, days, detail."""

_COLUMNS = (
    "study",
    "side",
    "edition",
    "subset",
    "endpoint",
    "kind",
    "patient_id",
    "stratum",
    "counted",
    "days",
    "detail",
)


def create_contributions(con: duckdb.DuckDBPyConnection) -> None:
    """Create `changes_contributions`, empty: one row per side, set and patient in it."""
    con.execute("""
        create or replace temp table changes_contributions (
            study varchar, side varchar, edition varchar, subset varchar, endpoint varchar,
            kind varchar, patient_id varchar, stratum varchar, counted boolean, days bigint,
            detail bigint
        )
    """)


def add_contributions(
    con: duckdb.DuckDBPyConnection, study: Study, side: str, pairs: Iterable[Pair]
) -> None:
    """Add what these pairs contribute under a definition.

    Args:
        con: session of the comparison.
        study: the definition of that side.
        side: before or after.
        pairs: pairs of that side.
    """
    rows = list(contributions(study, side, list(pairs)))
    if not rows:
        return
    con.register("contribution_rows", pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object))
    con.execute("insert into changes_contributions select * from contribution_rows")
    con.unregister("contribution_rows")


def contributions(study: Study, side: str, pairs: list[Pair]) -> Iterator[Contribution]:
    """Each evaluable set of a study with its patients and what is counted or timed of them."""
    times = time_endpoints(study)
    for edition in EDITIONS:
        for share in proportion_endpoints(study):
            for pair in share.of.of(pairs, edition):
                counted = bool(share.has(pair))
                yield _row(study, side, edition, "all", share.name, "proportion", pair, counted)
        for time in times:
            for subset in time.subsets:
                members, _ = members_of(time, pairs, edition, subset)
                for pair in members:
                    yield _row(
                        study,
                        side,
                        edition,
                        subset,
                        time.name,
                        "time",
                        pair,
                        bool(pair[time.event]) is not time.is_reverse,
                        pair[time.days],
                        pair["entry_days"] if time.enters_late else None,
                    )
        if study.endpoints.toxicity.cumulative_incidence_months:
            for pair in incidence_set().of(pairs, edition):
                cause = pair["irae_cause"]
                yield _row(
                    study,
                    side,
                    edition,
                    "all",
                    "irae_grade3plus",
                    "incidence",
                    pair,
                    cause == 1,
                    pair["irae_days"],
                    cause,
                )


def _row(
    study: Study,
    side: str,
    edition: str,
    subset: str,
    endpoint: str,
    kind: str,
    pair: Pair,
    counted: bool,
    days: int | None = None,
    detail: int | None = None,
) -> Contribution:
    return (
        study.id,
        side,
        edition,
        subset,
        endpoint,
        kind,
        pair["patient_id"],
        pair["stratum"],
        counted,
        days,
        detail,
    )
