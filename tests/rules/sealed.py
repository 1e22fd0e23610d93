"""A sealed session with every table empty and every subject view standing, for tests of rules.

Belongs here: opening it. Does not belong here: expected values.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from etl.controls import furnish
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue


@contextmanager
def sealed_session(catalogue: Catalogue) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table there is, empty, with the views of the subjects on them."""
    with open_memory() as con:
        furnish(con, catalogue)
        yield con
