"""The counts of response that a release shows, and those it must not give away.

Belongs here: patients by group, response to both exposures, and whether those values are sound.
Does not belong here: hiding (`etl/disclosure`).
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from etl.disclosure.counts import Block, Count, Item, Kinds
from etl.studies.definition import Study
from etl.studies.endpoints import ProportionEndpoint, proportion_endpoints
from etl.studies.pairs import DISEASE_CONTROL, Pair
from etl.studies.release_groups import ALL, Groups, in_scope
from etl.studies.release_proportions import endpoint_counts, endpoint_items
from expectations.contracts.studies import EDITIONS

RESPONDED, CONTROLLED, NEITHER, UNKNOWN = "responded", "controlled", "neither", "not evaluable"
INITIAL = (RESPONDED, NEITHER, UNKNOWN)
AGAIN = (RESPONDED, CONTROLLED, NEITHER, UNKNOWN)
SOUND, INITIAL_DOUBTFUL, DOUBTFUL = "sound", "initial doubtful", "doubtful"

ENDPOINTS = ("orr", "dcr", "discordance", "rechallenge_only", "initial_only")

WORTH = {
    ("orr", ALL): 100,
    ("orr", ""): 90,
    ("discordance", ALL): 80,
    ("discordance", ""): 60,
    ("rechallenge_only", ALL): 70,
    ("rechallenge_only", ""): 30,
    ("initial_only", ALL): 69,
    ("initial_only", ""): 29,
    ("dcr", ALL): 50,
    ("dcr", ""): 40,
}


class Kind(NamedTuple):
    """Patients who agree in all that the tables of response tell apart."""

    group: str
    initial: str
    again: str
    soundness: str

    def as_pair(self) -> Pair:
        """What the endpoints ask of a patient of this kind."""
        responder = None if self.again == UNKNOWN else self.again == RESPONDED
        initial = None if self.initial == UNKNOWN else self.initial == RESPONDED
        is_pair = responder is not None and initial is not None
        doubt = "doubt"
        return {
            "response_evaluable": self.again != UNKNOWN,
            "rechallenge_responder": responder,
            "rechallenge_response": {RESPONDED: "PR", CONTROLLED: "SD", NEITHER: "PD"}.get(
                self.again
            ),
            "initial_responder": initial,
            "pair_evaluable": is_pair,
            "discordant": responder != initial if is_pair else None,
            "lines_doubtful_because": None,
            "selection_doubtful_because": None,
            "response_doubtful_because": doubt if self.soundness == DOUBTFUL else None,
            "initial_response_doubtful_because": None if self.soundness == SOUND else doubt,
        }


def kind_of(pair: Pair, groups: Groups) -> Kind:
    """The kind of a patient."""
    return Kind(groups.of(pair), initial_of(pair), again_of(pair), _soundness(pair))


def initial_of(pair: Pair) -> str:
    """Response to the initial treatment as a release tells it."""
    if pair["initial_responder"] is None:
        return UNKNOWN
    return RESPONDED if pair["initial_responder"] else NEITHER


def again_of(pair: Pair) -> str:
    """Response to the rechallenge as a release tells it."""
    if not pair["response_evaluable"]:
        return UNKNOWN
    if pair["rechallenge_responder"]:
        return RESPONDED
    return CONTROLLED if pair["rechallenge_response"] in DISEASE_CONTROL else NEITHER


def response_block(study: Study, pairs: Sequence[Pair], groups: Groups) -> Block:
    """Everything that the tables of response show, over groups and editions."""
    kinds = Kinds(
        Kind(*parts)
        for parts in product(groups.told_apart, INITIAL, AGAIN, (SOUND, INITIAL_DOUBTFUL, DOUBTFUL))
    )
    endpoints = [one for one in proportion_endpoints(study) if one.name in ENDPOINTS]
    return Block(
        "response",
        kinds.tally(kind_of(pair, groups) for pair in pairs),
        groups.sizes(kinds),
        tuple(_items(kinds, endpoints, groups)),
        tuple(_sensitive(kinds, endpoints, groups)),
    )


def _items(
    kinds: Kinds[Kind], endpoints: Sequence[ProportionEndpoint], groups: Groups
) -> Iterator[Item]:
    for scope in groups.columns:
        place = ALL if scope == ALL else ""
        for edition, endpoint in product(EDITIONS, endpoints):
            worth = WORTH[endpoint.name, place]
            yield from endpoint_items(kinds, endpoint, edition, scope, worth)
        for which, level in (
            *(("initial", level) for level in INITIAL),
            *(("again", level) for level in (CONTROLLED, NEITHER, UNKNOWN)),
        ):
            count = _margin(kinds, scope, which, level)
            worth = (45 if which == "initial" else 42) if place else 10
            yield Item(("best", scope, which, level), (count,), (count,), worth)
        cells = tuple(
            _cell(kinds, scope, initial, again)
            for initial in (RESPONDED, NEITHER)
            for again in (RESPONDED, None)
        )
        yield Item(("pairs", scope), cells, cells, 65 if place else 20)


def _sensitive(
    kinds: Kinds[Kind], endpoints: Sequence[ProportionEndpoint], groups: Groups
) -> Iterator[Count]:
    for scope in groups.scopes:
        for endpoint in endpoints:
            yield from endpoint_counts(kinds, endpoint, scope)
        for initial, again in product(INITIAL, AGAIN):
            yield _cell(kinds, scope, initial, again)
        for initial in (RESPONDED, NEITHER):
            yield _cell(kinds, scope, initial, None)
            yield _of_pairs(kinds, scope, "initial", initial)
        for again in AGAIN[:-1]:
            yield _of_pairs(kinds, scope, "again", again)
        for level in INITIAL:
            yield _margin(kinds, scope, "initial", level)
        for level in AGAIN:
            yield _margin(kinds, scope, "again", level)


def _cell(kinds: Kinds[Kind], scope: str, initial: str, again: str | None) -> Count:
    """Patients by both responses; without the second, those evaluable who did not respond."""
    within = in_scope(scope)
    wanted = (CONTROLLED, NEITHER) if again is None else (again,)
    return kinds.count(
        f"{initial} initially, {again or 'no response'} again: {scope}",
        lambda kind: within(kind.group) and kind.initial == initial and kind.again in wanted,
        is_missing=UNKNOWN in (initial, again),
    )


def _of_pairs(kinds: Kinds[Kind], scope: str, which: str, level: str) -> Count:
    """A margin of the table of pairs: patients evaluable for both."""
    within = in_scope(scope)
    return kinds.count(
        f"{which} {level}, of pairs: {scope}",
        lambda kind: (
            within(kind.group)
            and UNKNOWN not in (kind.initial, kind.again)
            and getattr(kind, which) == level
        ),
    )


def _margin(kinds: Kinds[Kind], scope: str, which: str, level: str) -> Count:
    within = in_scope(scope)
    return kinds.count(
        f"{which} {level}: {scope}",
        lambda kind: within(kind.group) and getattr(kind, which) == level,
        is_missing=level == UNKNOWN,
    )


def _soundness(pair: Pair) -> str:
    if (
        pair["lines_doubtful_because"] is not None
        or pair["selection_doubtful_because"] is not None
        or pair["response_doubtful_because"] is not None
    ):
        return DOUBTFUL
    return SOUND if pair["initial_response_doubtful_because"] is None else INITIAL_DOUBTFUL
