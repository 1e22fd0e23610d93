"""The pairs of a study as Python values, and the sets of them that an estimate may rest on.

Belongs here: reading `marts.rechallenges` through its contract, and who belongs to which named
evaluable set in which edition. Does not belong here: estimators, SQL of the selection.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from etl.studies.definition import Study
from etl.survival.proportions import PairedTable
from expectations.contracts import validate_frame
from expectations.contracts.studies import Rechallenges

Pair = dict[str, Any]
"""One row of `marts.rechallenges`; missing values are None."""

Test = Callable[[Pair], bool]

DISEASE_CONTROL = frozenset(
    {"CR", "PR", "SD", "NON-CR/NON-PD", "iCR", "iPR", "iSD", "NON-iCR/NON-iUPD"}
)


@dataclass(frozen=True)
class EvaluableSet:
    """A named set of pairs.

    Attributes:
        name: as printed beside each n/N.
        holds: whether a pair belongs to it as registered.
        doubts: columns whose rules take the pair out in the quality-filtered edition.
    """

    name: str
    holds: Test
    doubts: tuple[str, ...]

    def of(self, pairs: Iterable[Pair], edition: str) -> list[Pair]:
        """The pairs of the set in an edition."""
        found = [pair for pair in pairs if self.holds(pair)]
        if edition == "as_registered":
            return found
        return [pair for pair in found if all(pair[column] is None for column in self.doubts)]

    def name_in(self, edition: str) -> str:
        """The name with `_sound` where doubtful values have left."""
        return self.name if edition == "as_registered" else f"{self.name}_sound"


SELECTED = ("lines_doubtful_because", "selection_doubtful_because")
RESPONSE = "response_doubtful_because"
INITIAL_RESPONSE = "initial_response_doubtful_because"
PFS = "pfs_doubtful_because"
OS = "os_doubtful_because"
TOXICITY = "toxicity_doubtful_because"


def read_pairs(con: duckdb.DuckDBPyConnection, study: str) -> list[Pair]:
    """The pairs of a study, checked against their contract, ordered by patient.

    Raises:
        ContractBrokenError: the mart does not keep its promise.
    """
    return read_pairs_of(con, [study])[study]


def read_pairs_of(
    con: duckdb.DuckDBPyConnection, studies: Collection[str]
) -> dict[str, list[Pair]]:
    """The pairs of several studies, read and checked at once.

    Raises:
        ContractBrokenError: the mart does not keep its promise.
    """
    frame = con.execute(
        "select * from marts.rechallenges where list_contains($studies, study) order by patient_id",
        {"studies": list(studies)},
    ).df()
    found: dict[str, list[Pair]] = {study: [] for study in studies}
    for pair in records(validate_frame(Rechallenges, frame)):
        found[pair["study"]].append(pair)
    return found


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as dictionaries, with None for every missing value."""
    plain = frame.astype(object)
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in plain.to_dict(orient="records")
    ]


def is_gained(pair: Pair) -> bool:
    """Responded to the rechallenge and, known, not to the initial treatment."""
    return pair["rechallenge_responder"] is True and pair["initial_responder"] is False


def is_lost(pair: Pair) -> bool:
    """Responded to the initial treatment and, known, not to the rechallenge."""
    return pair["initial_responder"] is True and pair["rechallenge_responder"] is False


def paired_table(pairs: Iterable[Pair]) -> PairedTable:
    """Responder status at both exposures, over the evaluable pairs."""
    evaluable = [pair for pair in pairs if pair["pair_evaluable"]]

    def count(first: bool, second: bool) -> int:
        return sum(
            pair["initial_responder"] is first and pair["rechallenge_responder"] is second
            for pair in evaluable
        )

    return PairedTable(
        count(True, True), count(True, False), count(False, True), count(False, False)
    )


def in_stratum(pairs: Iterable[Pair], stratum: str) -> list[Pair]:
    """The pairs of a stratum; `all` is everybody."""
    return [pair for pair in pairs if stratum in ("all", pair["stratum"])]


def strata_of(study: Study, pairs: Iterable[Pair]) -> tuple[str, ...]:
    """The groups in reporting order, without `all`: those the study names, then those found."""
    if study.strata == "none":
        return ()
    found = {pair["stratum"] for pair in pairs}
    return (*study.stratum_names, *sorted(found - set(study.stratum_names)))
