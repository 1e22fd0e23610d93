"""What would change it: the patient derived again under each alternative, and what differs said.

Belongs here: trying the alternatives and putting what comes of them into sentences. Does not
belong here: the alternatives themselves, comparing, deriving. Nothing is said that was not derived.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from etl.explain.alone import Alone
from etl.explain.alternatives import CONVENTIONS, Alternative, limits, records, switches
from etl.explain.changes import changes, selection_changes
from etl.explain.document import Statement
from etl.explain.facts import Facts
from etl.explain.phrases import lead
from etl.explain.selection import Selection, select

Effect = tuple[str, ...]
_LOOKED_AT = 6
"""Boundaries tried on either side of a limit until one changes something."""


class WhatIf:
    """Tries alternatives on one patient, each once."""

    def __init__(self, alone: Alone, usual: Facts, selections: Sequence[Selection]) -> None:
        self.alone = alone
        self.usual = usual
        # A study whose first exposure the patient never had is not asked again.
        self.known = [one for one in selections if one.candidate.get("initial_line_id")]
        self._tried: dict[Alternative, Effect] = {}

    def statements(self) -> tuple[Statement, ...]:
        """One statement for each thing that would change something."""
        found: list[Statement] = []
        for name, values in limits(self.usual).items():
            found += self._limit(name, values)
        for one in switches(self.usual):
            found += self._said("Definition", [one])
        tried = records(self.usual)
        for one, effect in zip(tried, self._copies(tried), strict=True):
            self._tried[one] = effect
            found += self._said("Record", [one])
        return tuple(found)

    def _limit(self, name: str, values: Iterable[int]) -> Iterator[Statement]:
        usual = getattr(self.usual.parameters, name)
        below = sorted((one for one in values if one < usual), reverse=True)
        above = sorted(one for one in values if one > usual)
        tried = {*self._nearest(name, below), *self._nearest(name, above)}
        tried |= {one for one in CONVENTIONS.get(name, ()) if one != usual}
        effects: dict[Effect, list[Alternative]] = {}
        for value in sorted(tried):
            one = Alternative(name, ((name, value),))
            effects.setdefault(self.effect(one), []).append(one)
        for ones in effects.values():
            yield from self._said("Limit", ones)

    def _nearest(self, name: str, values: Sequence[int]) -> list[int]:
        """The first value that changes something, the nearest being first."""
        near = islice(values, _LOOKED_AT)
        return [*islice((one for one in near if self.effect(Alternative(name, ((name, one),)))), 1)]

    def _said(self, label: str, ones: Sequence[Alternative]) -> Iterator[Statement]:
        effect = self.effect(ones[0])
        if effect:
            name = ones[0].parameters[0][0] if ones[0].parameters else None
            said = f"{lead(ones, self.usual.parameters)}: {'; '.join(effect)}."
            yield Statement(label, said, ones[0].sources, name)

    def effect(self, one: Alternative) -> Effect:
        """What an alternative changes; nothing where it cannot be tried."""
        if one not in self._tried:
            self._tried[one] = self._try(one)
        return self._tried[one]

    def _try(self, one: Alternative) -> Effect:
        said = changes(self.usual, self.alone.derive(dict(one.parameters)))
        if not said:
            return ()
        patient = [self.usual.person.patient_id]
        again = [select(self.alone.con, known.study, patient)[0] for known in self.known]
        return (*said, *selection_changes(self.known, again))

    def _copies(self, tried: Sequence[Alternative]) -> list[Effect]:
        """What each edited record changes, all derived at once."""
        edits = [one.edit for one in tried if one.edit is not None]
        if not edits:
            return []
        others = self.alone.derive_edited(edits)
        again = [select(self.alone.con, one.study, self.alone.copies) for one in self.known]
        self.alone.forget_copies()
        effects: list[Effect] = []
        for place, (one, other) in enumerate(zip(tried, others, strict=True)):
            said = changes(self.usual, other, only_lines=one.only_lines)
            studies = selection_changes(self.known, [of_study[place] for of_study in again])
            effects.append((*said, *studies) if said else ())
        return effects


def what_would_change(
    alone: Alone, usual: Facts, selections: Sequence[Selection]
) -> tuple[Statement, ...]:
    """One statement for each thing that would change something.

    Args:
        alone: the patient alone.
        usual: the facts as they are.
        selections: what the studies make of them.
    """
    return WhatIf(alone, usual, selections).statements()
