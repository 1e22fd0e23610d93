"""The counts of severe toxicity and of its recurrence that a release shows.

Belongs here: patients by group, whether toxicity is known, severe, and came again, and whether
that is sound. Does not belong here: hiding (`etl/disclosure`), events by category (they are counted
over all patients only, in `etl/outputs/shareable`).
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from etl.disclosure.counts import Block, Item, Kinds
from etl.studies.definition import Study
from etl.studies.endpoints import ProportionEndpoint, proportion_endpoints
from etl.studies.pairs import Pair
from etl.studies.release_groups import ALL, Groups
from etl.studies.release_proportions import endpoint_counts, endpoint_items
from expectations.contracts.studies import EDITIONS

ENDPOINTS = ("irae_grade3plus", "irae_recurrence")
WORTH = {
    ("irae_grade3plus", ALL): 100,
    ("irae_grade3plus", ""): 90,
    ("irae_recurrence", ALL): 95,
    ("irae_recurrence", ""): 85,
}
TRUTH = (True, False, None)


class Kind(NamedTuple):
    """Patients who agree in all that the tables of toxicity tell apart."""

    group: str
    is_severe: bool | None
    came_again: bool | None
    is_sound: bool
    is_collected: bool

    def as_pair(self) -> Pair:
        """What the endpoints ask of a patient of this kind."""
        return {
            "toxicity_known": self.is_severe is not None,
            "toxicity_collected": self.is_collected,
            "irae_grade3plus": self.is_severe,
            "irae_recurrence": self.came_again,
            "lines_doubtful_because": None,
            "selection_doubtful_because": None,
            "toxicity_doubtful_because": None if self.is_sound else "doubt",
        }


def toxicity_block(study: Study, pairs: Sequence[Pair], groups: Groups) -> Block:
    """What the tables of severe toxicity show, over groups and editions."""
    collected = {pair["toxicity_collected"] for pair in pairs} or {True}
    kinds = Kinds(
        Kind(*parts)
        for parts in product(groups.told_apart, TRUTH, TRUTH, (True, False), collected)
        if parts[1] is not None or parts[2] is None
    )
    endpoints = [one for one in proportion_endpoints(study) if one.name in ENDPOINTS]
    return Block(
        "toxicity",
        kinds.tally(_kind_of(pair, groups) for pair in pairs),
        groups.sizes(kinds),
        tuple(_items(kinds, endpoints, groups)),
        tuple(
            count
            for scope in groups.scopes
            for endpoint in endpoints
            for count in endpoint_counts(kinds, endpoint, scope)
        ),
    )


def _items(
    kinds: Kinds[Kind], endpoints: Sequence[ProportionEndpoint], groups: Groups
) -> Iterator[Item]:
    for scope, edition, endpoint in product(groups.columns, EDITIONS, endpoints):
        worth = WORTH[endpoint.name, ALL if scope == ALL else ""]
        yield from endpoint_items(kinds, endpoint, edition, scope, worth)


def _kind_of(pair: Pair, groups: Groups) -> Kind:
    is_known = bool(pair["toxicity_known"])
    doubts = ("lines", "selection", "toxicity")
    return Kind(
        groups.of(pair),
        bool(pair["irae_grade3plus"]) if is_known else None,
        pair["irae_recurrence"] if is_known else None,
        all(pair[f"{name}_doubtful_because"] is None for name in doubts),
        pair["toxicity_collected"],
    )
