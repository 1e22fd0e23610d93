"""Opt-outs and pseudonym merges: what a person or the registry decided about patients' data.

Belongs here: reading the two files in `HOME/governance` (`lists`), and which published snapshots
still hold somebody who opted out (`snapshots`). Does not belong here: taking rows away and giving
merged pseudonyms one name (`etl/ingest`), what the ledger forgets (`expectations/opted_out`).

No patient id leaves these modules in a sentence: a line of a file is named instead.
"""

from etl.governance.lists import NOBODY, Governance, read_governance

__all__ = ["NOBODY", "Governance", "read_governance"]
