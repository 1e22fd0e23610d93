"""What an attacker would like to know: every small count behind a study's tables.

Belongs here: the small counts, from a version of the same tables in which nothing is hidden, and
their differences that no table prints. Does not belong here: working them out (`attacker`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.disclosure.attacker import Attacker, Fact, Sum, add
from tests.disclosure.reading import ALL, Reader


@dataclass(frozen=True)
class Target:
    """A count with what it really is."""

    name: str
    over: Sum
    value: int


@dataclass(frozen=True)
class WorkedOut:
    """A small count that the attacker knows to less than the minimum cell."""

    name: str
    value: int
    lowest: int
    highest: int


def worked_out(open_version: Reader, shared: Reader, least: int = 5) -> list[WorkedOut]:
    """Every small count that can be told from a version.

    Args:
        open_version: the same tables with nothing hidden, to know what is small.
        shared: the version that is attacked.
        least: the minimum cell.
    """
    attacker = Attacker(shared.knowledge)
    found = []
    for target in small_counts(open_version, shared, least):
        lowest, highest = attacker.bounds(target.over)
        assert lowest <= target.value <= highest, target.name
        if highest - lowest < least:
            found.append(WorkedOut(target.name, target.value, lowest, highest))
    return found


def small_counts(open_version: Reader, shared: Reader, least: int) -> Iterator[Target]:
    """Counts of 1 to the minimum cell, each sum once."""
    seen = set()
    for target in _every(open_version, shared):
        key = tuple(sorted(target.over.items()))
        if 0 < target.value < least and key not in seen:
            seen.add(key)
            yield target


def _every(version: Reader, shared: Reader) -> Iterator[Target]:
    facts = {name: fact for name, fact in version.knowledge.facts.items() if not fact.is_missing}
    for name, fact in facts.items():
        yield _target(name, fact)
        yield from _others(version, name, fact)
        yield from _of_editions(facts, name)
        yield from _of_times(facts, name)
    yield from _left_out_together(version, shared, facts)


def _target(name: tuple[str, ...], fact: Fact) -> Target:
    return Target(", ".join(name), fact.over, fact.value)


def _less(name: str, whole: Fact, part: Fact) -> Target:
    return Target(name, add(whole.over, part.over, times=-1), whole.value - part.value)


def _others(version: Reader, name: tuple[str, ...], fact: Fact) -> Iterator[Target]:
    """The rest of a fraction, or of a group."""
    if name[-1] == "n":
        whole = version.knowledge.facts[*name[:-1], "N"]
        yield _less(f"{', '.join(name)}: the others", whole, fact)
    if name[0] == "category":
        size = version.knowledge.facts["size", name[-1]]
        # Tables of categories and group sizes are about the same patients: count the other levels.
        over = dict.fromkeys(_levels(version, name), 1)
        yield Target(f"{', '.join(name)}: the others", over, size.value - fact.value)


def _levels(version: Reader, name: tuple[str, ...]) -> Iterator[str]:
    _, variable, level, scope = name
    for group in version.within(scope):
        wanted = {f"cat|{variable}|{level}|{group}"}
        for terms, _ in version.knowledge.equal:
            cells = {one for one in terms if one.startswith(f"cat|{variable}|")}
            if cells & wanted:
                yield from sorted(cells - wanted)


def _of_editions(facts: dict[tuple[str, ...], Fact], name: tuple[str, ...]) -> Iterator[Target]:
    """Patients that only the registered edition counts."""
    if len(name) == 4 and name[1] == "as_registered" and name[-1] in ("n", "N"):
        filtered = facts.get((name[0], "filtered", *name[2:]))
        if filtered is not None:
            yield _less(f"{', '.join(name)}: doubtful", facts[name], filtered)
            if name[-1] == "n":
                wholes = [
                    facts[name[0], one, name[2], "N"] for one in ("as_registered", "filtered")
                ]
                with_, without = facts[name], filtered
                over = add(
                    add(wholes[0].over, with_.over, times=-1),
                    add(wholes[1].over, without.over, times=-1),
                    times=-1,
                )
                value = wholes[0].value - with_.value - wholes[1].value + without.value
                yield Target(f"{', '.join(name)}: doubtful others", over, value)
    if name[0] == "set" and name[2] == "as_registered":
        filtered = facts.get(("set", name[1], "filtered", name[3]))
        if filtered is not None:
            yield _less(f"{', '.join(name)}: doubtful", facts[name], filtered)


def _of_times(facts: dict[tuple[str, ...], Fact], name: tuple[str, ...]) -> Iterator[Target]:
    """Patients between milestones, beyond them, and alive after progression."""
    if name[0] != "events":
        return
    _, time, k, scope = name
    yield _less(
        f"{', '.join(name)}: none yet", facts["set", time, "as_registered", scope], facts[name]
    )
    before = facts.get(("events", time, str(int(k) - 1), scope))
    if before is not None:
        yield _less(f"{', '.join(name)}: since the one before", facts[name], before)
    if time == "pfs" and ("events", "os", k, scope) in facts:
        yield _less(f"{', '.join(name)}: and alive", facts[name], facts["events", "os", k, scope])


def _left_out_together(
    version: Reader, shared: Reader, facts: dict[tuple[str, ...], Fact]
) -> Iterator[Target]:
    """Groups that are not named, as one."""
    hidden = [group for group in version.groups if group not in shared.sizes]
    if not hidden or len(hidden) == len(version.groups):
        return
    for name, fact in facts.items():
        if ALL not in name:
            continue
        shown = [
            facts.get(tuple(group if part == ALL else part for part in name))
            for group in version.groups
            if group not in hidden
        ]
        if all(shown):
            over, value = fact.over, fact.value
            for one in shown:
                assert one is not None
                over, value = add(over, one.over, times=-1), value - one.value
            yield Target(f"{', '.join(name)}: groups left out", over, value)
