"""Counts of patients by category: the blocks of Table 1, exposure and toxicity.

Belongs here: the categories, which are coarse and do not depend on the patients, and the block of
counts over them. Does not belong here: the tables (`describe`).

A category that nobody is in is shown as well, so that a row says nothing by standing there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from etl.disclosure.counts import Block, Count, Item, Key, Kinds
from etl.outputs.results import Record
from etl.studies.pairs import Pair
from etl.studies.release_groups import ALL, Groups, in_scope
from expectations.codelists import NOT_KNOWN

MISSING = "Missing"


@dataclass(frozen=True)
class Variable:
    """A characteristic in coarse categories.

    Attributes:
        label: as printed.
        levels: category by the codes that belong to it.
        other: category of codes that are in none; missing by default.
        missing: name of the category without a value.
    """

    label: str
    levels: tuple[tuple[str, tuple[str, ...]], ...]
    other: str | None = None
    missing: str = MISSING

    @property
    def names(self) -> tuple[str, ...]:
        """The categories in printing order."""
        named = tuple(name for name, _ in self.levels)
        return (*named, *([self.other] if self.other else []), self.missing)

    def of(self, code: object) -> str:
        """The category of a registered code."""
        for name, codes in self.levels:
            if code in codes:
                return name
        if code in (None, "", *NOT_KNOWN):
            return self.missing
        return self.other or self.missing


SEX = Variable("Sex", (("female", ("female",)), ("male", ("male",))), missing="Missing or other")
PRIMARY = Variable(
    "Primary",
    (
        ("cutaneous", ("cutaneous",)),
        ("acral, mucosal or uveal", ("acral", "mucosal", "uveal")),
        ("unknown primary", ("unknown_primary",)),
    ),
)
M_CATEGORY = Variable(
    "M category",
    (("M0 to M1b", ("M0", "M1a", "M1b")), ("M1c or M1d", ("M1c", "M1d"))),
)
ECOG = Variable(
    "ECOG performance status", (("0", ("0",)), ("1", ("1",)), ("2 to 4", ("2", "3", "4")))
)
LDH = Variable(
    "LDH", (("normal", ("normal",)), ("elevated", ("elevated", "over_2x_uln", "over_2x")))
)
BRAIN = Variable(
    "Brain metastases",
    (("absent", ("absent",)), ("present", ("asymptomatic", "symptomatic"))),
)
LIVER = Variable("Liver metastases", (("no", ("no",)), ("yes", ("yes",))))
BRAF = Variable(
    "BRAF",
    (
        ("V600 mutated", ("V600E", "V600K", "V600_other")),
        ("wild type or other mutation", ("wild_type", "other_mutation")),
    ),
)
STOP = (("progression", ("progression",)), ("toxicity", ("toxicity",)))
FIRST_STOP = Variable("Why the initial treatment stopped", STOP, other="another reason")
LAST_STOP = Variable("Why the rechallenge stopped", STOP, other="another reason")
LINES_BETWEEN = Variable("Lines between", (("none", ("0",)), ("1", ("1",))), other="2 or more")

ADVANCED = ("M0 to M1b", "present", "yes", "elevated")
"""Categories of M category, brain, liver and LDH that staging keeps apart: the first, and each of
the others."""


def block(
    name: str,
    variables: Sequence[Variable],
    patients: Iterable[tuple[Pair, Sequence[object]]],
    groups: Groups,
    is_ruled_out: Callable[[Sequence[str]], bool] | None = None,
) -> Block:
    """Counts over categories of one variable, or of several that constrain each other.

    Args:
        name: of the block.
        variables: the characteristics.
        patients: each pair with its codes, one a variable.
        groups: the groups that may be named.
        is_ruled_out: combinations of categories that nobody can be in; none by default.
    """
    found = [
        (groups.of(pair), *(one.of(code) for one, code in zip(variables, codes, strict=True)))
        for pair, codes in patients
    ]
    every = product(groups.told_apart, *(one.names for one in variables))
    kinds = Kinds(kind for kind in every if not (is_ruled_out and is_ruled_out(kind[1:])))
    places = list(enumerate(variables, start=1))
    return Block(
        name,
        kinds.tally(found),
        groups.sizes(kinds),
        tuple(item for scope in groups.columns for item in _items(kinds, places, scope)),
        tuple(
            count
            for scope in groups.scopes
            for place, variable in places
            for level in variable.names
            for count in _counts(kinds, place, variable, level, scope)
        ),
    )


def category_key(variable: Variable, level: str, scope: str) -> Key:
    """Key of a cell."""
    return ("category", variable.label, level, scope)


def _items(
    kinds: Kinds[tuple[str, ...]], places: Sequence[tuple[int, Variable]], scope: str
) -> Iterator[Item]:
    for place, variable in places:
        for position, level in enumerate(variable.names):
            counts = tuple(_counts(kinds, place, variable, level, scope))
            worth = (40 if scope == ALL else 20) - position
            yield Item(category_key(variable, level, scope), counts[:1], counts, worth)


def _counts(
    kinds: Kinds[tuple[str, ...]], place: int, variable: Variable, level: str, scope: str
) -> Iterator[Count]:
    """Patients in a category, and the others of the group."""
    within = in_scope(scope)
    is_missing = level == variable.missing
    name = f"{variable.label} {level}: {scope}"
    yield kinds.count(
        name, lambda kind: within(kind[0]) and kind[place] == level, is_missing=is_missing
    )
    yield kinds.count(f"not {name}", lambda kind: within(kind[0]) and kind[place] != level)


def staging_rules(found: Sequence[Sequence[str]]) -> Callable[[Sequence[str]], bool]:
    """Which combinations of M category, brain, liver and LDH an attacker may rule out.

    Brain and liver metastases are M1c or M1d, and in the seventh edition of AJCC so is an elevated
    LDH. Where a registry breaks such a rule, its table rules nothing out.
    """
    low = ADVANCED[0]
    strict = [
        place
        for place in range(1, len(ADVANCED))
        if not any(levels[0] == low and levels[place] == ADVANCED[place] for levels in found)
    ]
    return lambda levels: levels[0] == low and any(levels[one] == ADVANCED[one] for one in strict)


def columns_of(record: Record, names: Sequence[str]) -> tuple[object, ...]:
    """Registered codes of a record as text."""
    return tuple(None if record.get(name) is None else str(record[name]) for name in names)
