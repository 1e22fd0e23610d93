"""How far a curve is drawn: while enough patients are at risk; its table holds every step."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class AtRisk(Protocol):
    """A step of a curve."""

    @property
    def at_risk(self) -> int:
        """Subjects at risk just before the step."""


S = TypeVar("S", bound=AtRisk)


def while_at_risk(steps: Sequence[S], subjects: int, least: int, share: float) -> tuple[S, ...]:
    """The steps up to the last one at which enough are at risk.

    Args:
        steps: of one curve, ascending. With delayed entry few are at risk at first, too; only the
            end of a curve is cut.
        subjects: patients of the group.
        least: fewest patients at risk.
        share: smallest share of the group at risk, 0 to 1.
    """
    enough = max(least, share * subjects)
    kept = [place for place, step in enumerate(steps, 1) if step.at_risk >= enough]
    return tuple(steps[: kept[-1]]) if kept else ()
