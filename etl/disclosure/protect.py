"""Hiding: which items of a block a release must leave out so that no small count is given away.

Belongs here: primary suppression, the choice of further items, and the last audit. Does not belong
here: what an attacker can work out (`audit`), how hidden items look (`etl/outputs/shareable`).

Primary: an item is hidden when a count that it gives away at once is small. Then the sensitive
counts are gone through in order. One that is small and can be worked out to less than `width`
takes with it the item, of those that hold it, which is worth least; and so on until it is
protected. In the end each item hidden for another one is tried again, the dearest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from etl.disclosure.audit import Attacker, AuditError
from etl.disclosure.counts import Block, Count, Item, Key
from etl.disclosure.policy import Policy


@dataclass(frozen=True)
class Exposed:
    """A small count that can be worked out too closely: its name and what remains possible."""

    name: str
    lowest: int
    highest: int


@dataclass(frozen=True)
class Protected:
    """What may be shown of a block.

    Attributes:
        block: its name.
        shown: the items that may be shown, by key, with the counts that they give.
        hidden: keys of those that must not.
        audited: how many small counts were audited.
        exposed: those that are not protected; empty unless complementary suppression is off.
    """

    block: str
    shown: Mapping[Key, tuple[int, ...]]
    hidden: frozenset[Key]
    audited: int
    exposed: tuple[Exposed, ...]


def protect(block: Block, policy: Policy) -> Protected:
    """Decide what of a block may be shown.

    Where the audit gives no answer nothing of the block is shown, and the release says that it is
    not proven safe; the night goes on.

    Args:
        block: its counts.
        policy: what is small, and whether further items may be hidden.
    """
    try:
        return _protect(block, policy)
    except AuditError as error:
        hidden = frozenset(item.key for item in block.items)
        return Protected(block.name, {}, hidden, 0, (Exposed(str(error), 0, 0),))


def _protect(block: Block, policy: Policy) -> Protected:
    primary = [item for item in block.items if _is_primary(block, item, policy)]
    shown = [item for item in block.items if item not in primary]
    sensitive = [one for one in block.sensitive if _is_sensitive(block, one, policy)]
    attacker = Attacker(block)
    if policy.complementary:
        for count in sensitive:
            shown = _hide_for(attacker, count, shown, policy.minimum_cell)
        shown = _show_again(attacker, block, primary, shown, sensitive, policy.minimum_cell)
    exposed = _exposed(attacker, sensitive, shown, policy.minimum_cell)
    kept = {item.key: tuple(map(block.value, item.gives)) for item in shown}
    hidden = frozenset(item.key for item in block.items if item.key not in kept)
    return Protected(block.name, kept, hidden, len(sensitive), exposed)


def _is_sensitive(block: Block, count: Count, policy: Policy) -> bool:
    if count.is_missing and policy.missing_counts_exempt:
        return False
    return bool(count.over.any()) and policy.is_small(block.value(count))


def _is_primary(block: Block, item: Item, policy: Policy) -> bool:
    return any(_is_sensitive(block, count, policy) for count in item.guards)


def _hide_for(attacker: Attacker, count: Count, shown: Sequence[Item], width: int) -> list[Item]:
    """Hide items until a count is protected, or nothing is left to hide."""
    left = list(shown)
    while left and not attacker.is_protected(count, counts := _given(left), width):
        held_by = {id(counts[place]) for place in attacker.binding(count, counts)}
        binding = [item for item in left if any(id(one) in held_by for one in item.gives)]
        left.remove(min(binding, key=_worth))
    return left


def _show_again(
    attacker: Attacker,
    block: Block,
    primary: Sequence[Item],
    shown: Sequence[Item],
    sensitive: Sequence[Count],
    width: int,
) -> list[Item]:
    """Show items again that turn out not to be needed, the dearest first."""
    left = list(shown)
    hidden = [item for item in block.items if item not in primary and item not in left]
    for item in sorted(hidden, key=_worth, reverse=True):
        trial = Attacker(block)
        trial.witnesses = list(attacker.witnesses)
        trial.forget(item.gives)
        with_it = [one for one in block.items if one in left or one is item]
        if not _exposed(trial, sensitive, with_it, width, first_only=True):
            left = with_it
            attacker.witnesses = trial.witnesses
    return left


def _exposed(
    attacker: Attacker,
    sensitive: Iterable[Count],
    shown: Sequence[Item],
    width: int,
    *,
    first_only: bool = False,
) -> tuple[Exposed, ...]:
    counts = _given(shown)
    attacker.forget(counts)
    found = []
    for count in sensitive:
        if attacker.is_protected(count, counts, width):
            continue
        found.append(Exposed(count.name, *attacker.interval(count, counts)))
        if first_only:
            break
    return tuple(found)


def _given(items: Iterable[Item]) -> list[Count]:
    return [count for item in items for count in item.gives]


def _worth(item: Item) -> tuple[int, str]:
    return (item.worth, str(item.key))
