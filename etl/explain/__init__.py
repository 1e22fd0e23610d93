"""Explaining one patient: every derived value, its source rows, the clause that decided it.

Belongs here: what is read of a patient, said of it in words, tried on it and drawn of it. Does not
belong here: the command that prints it (`assets/cli_explain.py`), the derivations (`etl/sql`).
"""

from etl.explain.document import Explanation
from etl.explain.explain import State, explain

__all__ = ["Explanation", "State", "explain"]
