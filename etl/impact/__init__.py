"""How far each rule moves what a study reports.

Belongs here: a study's response rate and median with and without the patients that one rule makes
doubtful (`measures`), and the table they are published in (`table`). Does not belong here: what is
doubtful (`etl/sql/derived/line_doubts.sql`), the two editions themselves (`etl/studies`).
"""

from etl.impact.measures import ALL_RULES, build_impact
from etl.impact.table import IMPACT, create_impact

__all__ = ["ALL_RULES", "IMPACT", "build_impact", "create_impact"]
