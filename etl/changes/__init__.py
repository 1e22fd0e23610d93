"""Two snapshots compared: which estimates moved, which patients moved them, and because of what.

Belongs here: the comparison of tonight's marts with the snapshot that is current, and of any two
published snapshots. Does not belong here: findings over time (the ledger), what is gone from the
deliveries (`etl/deliveries`), how a report shows it (`etl/outputs/changes_table`).
"""

from etl.changes.build import build_changes, compare_published
from etl.changes.reading import StudyChanges, read_changes

__all__ = ["StudyChanges", "build_changes", "compare_published", "read_changes"]
