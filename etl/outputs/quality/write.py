"""Writing every page of the quality desk for a night.

Belongs here: the one function the refresh calls. Does not belong here: what a page says.
"""

from pathlib import Path

import duckdb

from etl.outputs.quality.desk import Context, Desk
from etl.outputs.quality.morning import write_morning_page
from etl.outputs.quality.rule_index import write_rule_index
from etl.outputs.quality.rule_pages import write_rule_pages
from expectations.catalogue import Catalogue

__all__ = ["Context", "write_quality_pages"]


def write_quality_pages(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, outputs: Path, context: Context
) -> list[Path]:
    """Write the morning page, the list of rules, and a page for every rule.

    Args:
        con: The working warehouse, after the ledger was planned.
        catalogue: All rules.
        outputs: The folder of the night's outputs; `quality/` is made in it.
        context: What night it is.

    Returns:
        The files written, the morning page first.
    """
    desk = Desk(con, catalogue, context)
    return [
        write_morning_page(desk, outputs),
        write_rule_index(desk, outputs),
        *write_rule_pages(desk, outputs),
    ]
