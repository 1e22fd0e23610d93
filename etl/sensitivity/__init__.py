"""How far the conclusions of a study move when one definition is changed at a time.

Belongs here: the alternatives (`scenarios`), deriving the registry again under each of them in a
session of its own (`rederive`), and what is compared (`measures`). Does not belong here: the
definitions themselves (`etl/parameters`, `etl/studies`), drawing (`etl/outputs`).
"""

from etl.sensitivity.measures import build_sensitivity
from etl.sensitivity.scenarios import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Scenario", "build_sensitivity"]
