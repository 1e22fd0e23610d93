"""The counts behind a proportion: numerator, set, complement, and what an edition leaves out.

Belongs here: turning an endpoint into counts over kinds that can be read as a pair. Does not belong
here: which kinds there are (`release_response`, `release_toxicity`).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol, TypeVar

from etl.disclosure.counts import Count, Item, Kinds
from etl.studies.endpoints import ProportionEndpoint
from etl.studies.pairs import Pair
from etl.studies.release_groups import in_scope
from expectations.contracts.studies import EDITIONS

REGISTERED, FILTERED = EDITIONS
EDITION_WORTH = {REGISTERED: 1, FILTERED: 20}
"""The filtered edition goes first: its worth is a twentieth."""


class PairKind(Protocol):
    """A kind that the endpoints can be asked about."""

    @property
    def group(self) -> str:
        """The group as it can be told."""
        ...

    def as_pair(self) -> Pair:
        """What the endpoints ask of a patient of this kind."""
        ...

    def __hash__(self) -> int: ...


K = TypeVar("K", bound=PairKind)


def endpoint_items(
    kinds: Kinds[K], endpoint: ProportionEndpoint, edition: str, scope: str, worth: int
) -> Iterator[Item]:
    """The one item that n/N, its percentage and interval are."""
    having, members = (_counted(kinds, endpoint, edition, scope, has) for has in (True, None))
    guards = [having, members, _counted(kinds, endpoint, edition, scope, False)]
    guards.append(_outside(kinds, endpoint, scope))
    if edition == FILTERED:
        guards += _left_out(kinds, endpoint, scope)
    yield Item(
        ("proportion", edition, scope, endpoint.name),
        (having, members),
        tuple(guards),
        worth // EDITION_WORTH[edition],
    )


def endpoint_counts(kinds: Kinds[K], endpoint: ProportionEndpoint, scope: str) -> Iterator[Count]:
    """Everything about an endpoint that must not be worked out where it is small."""
    for edition in EDITIONS:
        for has in (True, False, None):
            yield _counted(kinds, endpoint, edition, scope, has)
    yield _outside(kinds, endpoint, scope)
    yield from _left_out(kinds, endpoint, scope)


def _counted(
    kinds: Kinds[K], endpoint: ProportionEndpoint, edition: str, scope: str, has: bool | None
) -> Count:
    within = in_scope(scope)
    everywhere = _wherever(kinds, endpoint, edition, has)
    here = kinds.count("", lambda kind: within(kind.group))
    part = {True: "with", False: "without", None: "of"}[has]
    return Count(f"{endpoint.name} {edition}, {part}: {scope}", everywhere.over * here.over)


@lru_cache(maxsize=256)
def _wherever(
    kinds: Kinds[K], endpoint: ProportionEndpoint, edition: str, has: bool | None
) -> Count:
    """The same over all groups, once for all scopes."""

    def holds(kind: K) -> bool:
        pair = kind.as_pair()
        return bool(endpoint.of.of([pair], edition)) and has in (None, endpoint.has(pair))

    return kinds.count("", holds)


def _outside(kinds: Kinds[K], endpoint: ProportionEndpoint, scope: str) -> Count:
    within = in_scope(scope)
    return kinds.count(
        f"{endpoint.name}, not evaluable: {scope}",
        lambda kind: within(kind.group) and not endpoint.of.of([kind.as_pair()], REGISTERED),
        is_missing=True,
    )


def _left_out(kinds: Kinds[K], endpoint: ProportionEndpoint, scope: str) -> Iterator[Count]:
    """Who stands in the registered edition only: doubtful values."""
    for has in (True, False, None):
        both = (_counted(kinds, endpoint, edition, scope, has) for edition in EDITIONS)
        registered, filtered = both
        yield Count(f"{registered.name}, doubtful", registered.over - filtered.over)
