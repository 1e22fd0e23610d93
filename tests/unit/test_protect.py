"""Hiding cells of a block until no small count can be worked out.

Belongs here: one block of made-up counts. Does not belong here: the blocks of a study
(`test_disclosure`), the attack on written files (tests/disclosure).
"""

from collections.abc import Sequence

import numpy as np
import pytest

from etl.disclosure.audit import MORE, Attacker, AuditError
from etl.disclosure.counts import Block, Count, Item, Kinds
from etl.disclosure.policy import Policy
from etl.disclosure.protect import Protected, protect

POLICY = Policy(minimum_cell=5)


def one_way(counts: Sequence[int]) -> Block:
    """A row of cells whose total is known; the larger cell is worth more."""
    kinds = Kinds(range(len(counts)))
    cells = [kinds.count(f"cell {one}", lambda kind, one=one: kind == one) for one in kinds.kinds]  # type: ignore[misc]
    return Block(
        "one way",
        np.array(counts, dtype=np.int64),
        (kinds.count("total", lambda _: True),),
        tuple(Item((one,), (cell,), (cell,), counts[one]) for one, cell in enumerate(cells)),
        tuple(cells),
    )


def two_way(rows: Sequence[Sequence[int]], *, margins: bool) -> Block:
    """A table of cells whose total is known, with or without its margins."""
    kinds = Kinds((i, j) for i in range(len(rows)) for j in range(len(rows[0])))
    items, sensitive = [], []
    for i, j in kinds.kinds:
        cell = kinds.count(f"{i} {j}", lambda kind, at=(i, j): kind == at)  # type: ignore[misc]
        sensitive.append(cell)
        items.append(Item(("cell", i, j), (cell,), (cell,), rows[i][j]))
    for axis in (0, 1) if margins else ():
        for place in range((len(rows), len(rows[0]))[axis]):
            margin = kinds.count(
                f"margin {axis} {place}",
                lambda kind, axis=axis, place=place: kind[axis] == place,  # type: ignore[misc]
            )
            items.append(Item(("margin", axis, place), (margin,), (margin,), 1000))
    found = np.array([rows[i][j] for i, j in kinds.kinds], dtype=np.int64)
    total = kinds.count("total", lambda _: True)
    return Block("two way", found, (total,), tuple(items), tuple(sensitive))


def hidden(found: Protected) -> list[object]:
    return sorted((key if len(key) > 1 else key[0] for key in found.hidden), key=str)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5, 12, 30), []),
        ((0, 12, 30), []),
        ((4, 12, 30), [0, 1]),
        # Nobody and four would be known to be small together; nobody is shown again in the end.
        ((4, 0, 30), [0, 2]),
        # Four and three are seven: each may be 0 to 7.
        ((4, 3, 30), [0, 1]),
        # One and two are three, and would be known to be small.
        ((1, 2, 30), [0, 1, 2]),
        ((1, 2, 9, 30), [0, 1, 2]),
    ],
)
def test_a_small_cell_takes_others_until_it_has_a_range(
    counts: tuple[int, ...], expected: list[int]
) -> None:
    found = protect(one_way(counts), POLICY)
    assert hidden(found) == expected
    assert found.exposed == ()


def test_zero_is_small_where_a_study_says_so() -> None:
    assert hidden(protect(one_way((0, 7, 30)), Policy(zero_is_small=True))) == [0, 1]


def test_without_further_suppression_what_is_exposed_is_said() -> None:
    found = protect(one_way((4, 12, 30)), Policy(complementary=False))
    assert hidden(found) == [0]
    assert [(one.name, one.lowest, one.highest) for one in found.exposed] == [("cell 0", 4, 4)]


def test_a_hidden_cell_is_covered_in_its_row_and_its_column() -> None:
    rows = [[2, 9, 20], [10, 11, 30], [12, 40, 50]]
    block = two_way(rows, margins=True)
    found = protect(block, POLICY)
    cells = {key[1:] for key in found.hidden if key[0] == "cell"}
    assert not any(key[0] == "margin" for key in found.hidden)
    assert (0, 0) in cells
    for axis in (0, 1):
        lines = [one[axis] for one in cells]
        assert all(lines.count(line) > 1 for line in lines)
    shown = [count for item in block.items if item.key in found.shown for count in item.gives]
    lowest, highest = Attacker(block).interval(block.sensitive[0], shown)
    assert highest - lowest >= 5


def test_without_margins_one_more_cell_is_enough() -> None:
    found = protect(two_way([[2, 9], [10, 30]], margins=False), POLICY)
    assert hidden(found) == [("cell", 0, 0), ("cell", 0, 1)]


def test_nothing_is_hidden_that_is_not_needed() -> None:
    block = two_way([[2, 9, 20], [10, 11, 30], [12, 40, 50]], margins=True)
    found = protect(block, POLICY)
    small = block.sensitive[0]
    for item in block.items:
        if item.key in found.hidden and item.key != ("cell", 0, 0):
            with_it = [
                count
                for one in block.items
                if one.key in found.shown or one is item
                for count in one.gives
            ]
            lowest, highest = Attacker(block).interval(small, with_it)
            assert highest - lowest < 5, item.key


def test_what_else_is_known_narrows_a_range() -> None:
    plain = one_way((4, 12, 30))
    small = plain.sensitive[0]
    limited = Block(
        plain.name,
        plain.found,
        plain.known,
        plain.items,
        plain.sensitive,
        ((plain.sensitive[1], 13),),
    )
    assert hidden(protect(plain, POLICY)) == [0, 1]
    # The second cell is at most 13, so the first is at least 3 when only these two are hidden.
    shown: list[Count] = [plain.sensitive[2]]
    assert Attacker(limited).interval(small, shown) == (3, 16)
    tight = Block(
        plain.name,
        plain.found,
        plain.known,
        plain.items,
        plain.sensitive,
        ((plain.sensitive[1], 13), (small, 5)),
    )
    # With the second cell alone the first would be 3 to 5; the third leaves it 0 to 5.
    assert hidden(protect(tight, POLICY)) == [0, 2]


def test_the_same_block_hides_the_same_cells() -> None:
    block = two_way([[2, 9, 9], [9, 9, 9], [9, 9, 50]], margins=True)
    again = two_way([[2, 9, 9], [9, 9, 9], [9, 9, 50]], margins=True)
    assert protect(block, POLICY).hidden == protect(again, POLICY).hidden


def test_a_count_that_nothing_bounds_is_protected_without_hiding_more() -> None:
    """The steps of a selection: only those who stay are known by their number."""
    kinds = Kinds(range(3))
    left = [kinds.count(f"left {one}", lambda kind, one=one: kind >= one) for one in (0, 1)]  # type: ignore[misc]
    out = kinds.count("left out at once", lambda kind: kind == 0)
    block = Block(
        "selection",
        np.array([3, 40, 60], dtype=np.int64),
        (kinds.count("stay", lambda kind: kind == 2),),
        tuple(Item((place,), (one,), (one,), place) for place, one in enumerate(left)),
        (out,),
    )
    found = protect(block, POLICY)
    assert hidden(found) == [0]
    assert found.exposed == ()
    shown = [left[1]]
    assert Attacker(block).interval(out, shown) == (0, 103 + MORE)


def test_without_an_answer_of_the_solver_nothing_is_shown_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> None:
        raise AuditError("The audit of one way failed: time limit")

    monkeypatch.setattr(Attacker, "is_protected", fails)
    found = protect(one_way((4, 12, 30)), POLICY)
    assert hidden(found) == [0, 1, 2]
    assert [one.name for one in found.exposed] == ["The audit of one way failed: time limit"]
