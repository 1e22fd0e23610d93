"""The counts behind times to events that a release shows: sets, milestones, medians.

Belongs here: patients by group and by where their times lie between yearly milestones; when a
median may be printed. Does not belong here: hiding (`etl/disclosure`), the estimates themselves.

A survival printed at a milestone is taken to give back, exactly, the events before it and the
patients still at risk: with few censored it does. How many had an event in the end is never
released, because one time subtracts from another. A median is the time of one patient; it is
printed when at least the minimum cell had the event by then and as many were followed for longer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from etl.disclosure.counts import Block, Count, Item, Kinds
from etl.disclosure.policy import Policy
from etl.parameters import DAYS_PER_MONTH
from etl.studies.definition import Study
from etl.studies.endpoints import RESPONDERS, TimeEndpoint, time_endpoints
from etl.studies.estimates import fit_endpoint, members_of
from etl.studies.pairs import Pair
from etl.studies.release_groups import ALL, Groups, in_scope
from expectations.contracts.studies import EDITIONS

REGISTERED, FILTERED = EDITIONS
EVENT, CENSORED = "event", "censored"

Status = tuple[str, int] | None
"""Event or censored, and between which milestones; None where the time is not known."""

MedianKey = tuple[str, str, str, str]


@dataclass(frozen=True)
class Median:
    """What may be printed of a median.

    Attributes:
        tells_size: whether the size of its set may stand beside it.
        is_safe: whether the value may be printed.
        lower_is_safe: whether its lower limit may.
        upper_is_safe: whether its upper limit may.
        days: the value; None where it is not reached.
        members: size of its set.
    """

    tells_size: bool
    is_safe: bool
    lower_is_safe: bool
    upper_is_safe: bool
    days: float | None
    members: int


@dataclass(frozen=True)
class Medians:
    """The medians of a study by edition, stratum, subset and endpoint."""

    of: Mapping[MedianKey, Median]

    def is_safe(self, edition: str, stratum: str, subset: str, endpoint: str) -> bool:
        """Whether a median may be printed as far as its own patients go."""
        found = self.of.get((edition, stratum, subset, endpoint))
        return found is not None and found.is_safe and found.tells_size

    def without_the_smallest(self) -> "Medians | None":
        """The same with one median fewer of those that say something about a milestone."""
        telling = [
            (median.members, key)
            for key, median in self.of.items()
            if median.is_safe
            and key[0] == REGISTERED
            and key[2:] in (("all", "pfs"), ("all", "os"))
        ]
        if not telling:
            return None
        _, key = min(telling)
        return Medians({**self.of, key: replace(self.of[key], is_safe=False)})

    def tells_size(self, edition: str, stratum: str, subset: str, endpoint: str) -> bool:
        """Whether the size of the set may be told, as far as its own patients go."""
        found = self.of.get((edition, stratum, subset, endpoint))
        return found is not None and found.tells_size


def yearly(study: Study) -> tuple[int, ...]:
    """The milestones that a release shows, in months: those at whole years."""
    return tuple(sorted(at for at in study.endpoints.survival_at_months if at % 12 == 0))


def safe_medians(study: Study, pairs: Sequence[Pair], groups: Groups, policy: Policy) -> Medians:
    """Which medians have enough patients before and after them."""
    found: dict[MedianKey, Median] = {}
    for endpoint in time_endpoints(study):
        if endpoint.enters_late:
            continue
        for edition, scope, subset in product(EDITIONS, groups.columns, endpoint.subsets):
            if subset == RESPONDERS and edition == FILTERED:
                continue
            of, _ = members_of(endpoint, groups.members(pairs, scope), edition, subset)
            key = (edition, scope, subset, endpoint.name)
            tells_size = subset != RESPONDERS or _may_tell(endpoint, pairs, policy)
            level = study.endpoints.confidence
            found[key] = _median(endpoint, of, level, policy, tells_size=tells_size)
    return Medians(found)


def _may_tell(endpoint: TimeEndpoint, pairs: Sequence[Pair], policy: Policy) -> bool:
    """Whether the number of responders with a time may stand beside the number of responders.

    The difference is missing values, which a study may count as any other number.
    """
    responders = [pair for pair in pairs if pair["rechallenge_responder"]]
    return policy.missing_counts_exempt or all(map(endpoint.of.holds, responders))


def _median(
    endpoint: TimeEndpoint,
    members: list[Pair],
    level: float,
    policy: Policy,
    *,
    tells_size: bool,
) -> Median:
    least = policy.minimum_cell
    estimate = fit_endpoint(endpoint, members, level).median()
    days = [pair[endpoint.days] for pair in members]
    ended = [
        pair[endpoint.days] for pair in members if bool(pair[endpoint.event]) != endpoint.is_reverse
    ]

    def is_safe(time: float | None) -> bool:
        # Fewer than half had the event before the median: that must not be known to be few.
        if len(members) <= 2 * least:
            return False
        if time is None:
            return True
        before, after = (sum(day <= time for day in ended), sum(day > time for day in days))
        return bool(min(before, after) >= least)

    return Median(
        tells_size,
        is_safe(estimate.value),
        is_safe(estimate.lower),
        is_safe(estimate.upper),
        estimate.value,
        len(members),
    )


class SetKind(NamedTuple):
    """Patients by whether a time is known, and sound."""

    group: str
    is_known: bool
    is_sound: bool


def set_blocks(study: Study, pairs: Sequence[Pair], groups: Groups) -> Iterator[Block]:
    """How many have each time, as registered and where it is sound."""
    for endpoint in time_endpoints(study):
        if endpoint.name in ("pfs", "os", "ttnt"):
            yield _set_block(endpoint, pairs, groups)


def _set_block(endpoint: TimeEndpoint, pairs: Sequence[Pair], groups: Groups) -> Block:
    kinds = Kinds(
        SetKind(group, is_known, is_sound)
        for group, is_known, is_sound in product(groups.told_apart, (True, False), (True, False))
    )

    def kind_of(pair: Pair) -> SetKind:
        return SetKind(
            groups.of(pair),
            endpoint.of.holds(pair),
            all(pair[name] is None for name in endpoint.of.doubts),
        )

    def count(scope: str, name: str, of: tuple[tuple[bool, bool], ...]) -> Count:
        within = in_scope(scope)
        return kinds.count(
            f"{endpoint.name} {name}: {scope}",
            lambda kind: within(kind.group) and (kind.is_known, kind.is_sound) in of,
            is_missing=name == "not known",
        )

    def counts(scope: str) -> dict[str, Count]:
        return {
            "known": count(scope, "known", ((True, True), (True, False))),
            "not known": count(scope, "not known", ((False, True), (False, False))),
            "sound": count(scope, "sound", ((True, True),)),
            "doubtful": count(scope, "doubtful", ((True, False),)),
        }

    items = []
    for scope in groups.columns:
        of = counts(scope)
        known, unknown, sound, doubtful = of.values()
        worth = 90 if scope == ALL else 80
        items += [
            Item(("set", REGISTERED, scope, endpoint.name), (known,), (known, unknown), worth),
            Item(
                ("set", FILTERED, scope, endpoint.name),
                (sound,),
                (sound, doubtful, unknown),
                worth // 20,
            ),
        ]
    return Block(
        f"{endpoint.name} sets",
        kinds.tally(map(kind_of, pairs)),
        groups.sizes(kinds),
        tuple(items),
        tuple(one for scope in groups.scopes for one in counts(scope).values()),
    )


class TimeKind(NamedTuple):
    """Patients by where both their times lie."""

    group: str
    pfs: Status
    os: Status


def milestone_block(study: Study, pairs: Sequence[Pair], groups: Groups, medians: Medians) -> Block:
    """Events before and patients at risk at yearly milestones, of both times together."""
    months = yearly(study)
    endpoints = {one.name: one for one in time_endpoints(study) if one.name in ("pfs", "os")}
    found = [
        TimeKind(
            groups.of(pair),
            _status(endpoints["pfs"], pair, months),
            _status(endpoints["os"], pair, months),
        )
        for pair in pairs
    ]
    statuses = [None, *product((EVENT, CENSORED), range(len(months) + 1))]
    impossible = _never_seen(found)
    kinds = Kinds(
        TimeKind(*parts)
        for parts in product(groups.told_apart, statuses, statuses)
        if not impossible(TimeKind(*parts))
    )
    items, sensitive = [], []
    for name, (place, at) in product(endpoints, enumerate(months)):
        for scope in groups.columns:
            gives = _milestone(kinds, scope, name, place)
            worth = (75 if scope == ALL else 55) - 2 * place - (name == "os")
            guards = (*gives, _later(kinds, scope, name, place))
            items.append(Item(("survival", scope, name, at), gives, guards, worth))
        for scope in groups.scopes:
            sensitive += [*_milestone(kinds, scope, name, place)]
            sensitive += [_later(kinds, scope, name, place), _between(kinds, scope, name, place)]
    for place, scope in product(range(len(months)), groups.scopes):
        sensitive.append(_alive_after_event(kinds, scope, place))
    return Block(
        "milestones",
        kinds.tally(found),
        (*groups.sizes(kinds), *_known_sets(kinds, groups, endpoints)),
        tuple(items),
        tuple(sensitive),
        tuple(_told_by_medians(kinds, groups, medians, months)),
    )


def _status(endpoint: TimeEndpoint, pair: Pair, months: Sequence[int]) -> Status:
    if not endpoint.of.holds(pair):
        return None
    days = pair[endpoint.days]
    place = sum(days > at * DAYS_PER_MONTH for at in months)
    return (EVENT if pair[endpoint.event] else CENSORED, place)


class _never_seen:  # noqa: N801 - reads as a function
    """Kinds that an attacker may rule out: dead before the milestone, and free of progression.

    Death is an event of progression-free survival, unless a study's variant or index says
    otherwise; the patients show which it is.
    """

    def __init__(self, found: Sequence[TimeKind]) -> None:
        self._holds = not any(map(self._is_odd, found))

    def __call__(self, kind: TimeKind) -> bool:
        return self._holds and self._is_odd(kind)

    @staticmethod
    def _is_odd(kind: TimeKind) -> bool:
        if kind.pfs is None or kind.os is None or kind.os[0] != EVENT:
            return False
        return kind.pfs[0] != EVENT or kind.pfs[1] > kind.os[1]


def _milestone(kinds: Kinds[TimeKind], scope: str, name: str, place: int) -> tuple[Count, Count]:
    """Events by a milestone, and patients followed for longer."""
    within = in_scope(scope)

    def status(kind: TimeKind) -> Status:
        return getattr(kind, name)  # type: ignore[no-any-return]

    def had_event(kind: TimeKind) -> bool:
        found = status(kind)
        return within(kind.group) and found is not None and found[0] == EVENT and found[1] <= place

    def at_risk(kind: TimeKind) -> bool:
        found = status(kind)
        return within(kind.group) and found is not None and found[1] > place

    return (
        kinds.count(f"{name} events by milestone {place + 1}: {scope}", had_event),
        kinds.count(f"{name} at risk after milestone {place + 1}: {scope}", at_risk),
    )


def _between(kinds: Kinds[TimeKind], scope: str, name: str, place: int) -> Count:
    """Events between a milestone and the one before it."""
    by, _ = _milestone(kinds, scope, name, place)
    if place == 0:
        return by
    before, _ = _milestone(kinds, scope, name, place - 1)
    return Count(f"{by.name}, since the one before", by.over - before.over)


def _later(kinds: Kinds[TimeKind], scope: str, name: str, place: int) -> Count:
    """Patients of the set without the event by a milestone."""
    within = in_scope(scope)
    by, _ = _milestone(kinds, scope, name, place)
    known = kinds.count("", lambda kind: within(kind.group) and getattr(kind, name) is not None)
    return Count(f"{name} no event by milestone {place + 1}: {scope}", known.over - by.over)


def _alive_after_event(kinds: Kinds[TimeKind], scope: str, place: int) -> Count:
    """Patients with progression by a milestone who had not died by it."""
    within = in_scope(scope)

    def holds(kind: TimeKind) -> bool:
        if not within(kind.group) or kind.pfs is None:
            return False
        has_died = kind.os is not None and kind.os[0] == EVENT and kind.os[1] <= place
        return kind.pfs[0] == EVENT and kind.pfs[1] <= place and not has_died

    return kinds.count(f"alive after progression, milestone {place + 1}: {scope}", holds)


def _known_sets(
    kinds: Kinds[TimeKind], groups: Groups, endpoints: Mapping[str, TimeEndpoint]
) -> Iterator[Count]:
    """How many have each time is taken as known, whether or not it is shown."""
    for name, group in product(endpoints, groups.told_apart):
        yield kinds.count(
            f"{name} known: {group}",
            lambda kind, name=name, group=group: (  # type: ignore[misc]
                kind.group == group and getattr(kind, name) is not None
            ),
        )


def _told_by_medians(
    kinds: Kinds[TimeKind], groups: Groups, medians: Medians, months: Sequence[int]
) -> Iterator[tuple[Count, int]]:
    """What a printed median says about a milestone.

    Before the median survival is above one half, so fewer than half of the set had the event;
    from it on at most half of the set are still at risk.
    """
    for scope, name in product(groups.columns, ("pfs", "os")):
        median = medians.of[REGISTERED, scope, "all", name]
        if not median.is_safe:
            continue
        for place, at in enumerate(months):
            events, at_risk = _milestone(kinds, scope, name, place)
            if median.days is None or at * DAYS_PER_MONTH < median.days:
                yield events, (median.members - 1) // 2
            else:
                yield at_risk, median.members // 2
