"""How many cells of a file were brought to their one form of Unicode (`etl.unicode`)."""

import duckdb

from etl.ingest.raw_tables import identifier, literal
from etl.ingest.values import is_stripped
from etl.sources import Mapping
from etl.unicode import normal
from expectations.export_format import TABLES


def count_normalised(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, files: dict[str, tuple[str, tuple[str, ...]]]
) -> None:
    """Fill `source.normalised_cells`: for each mapped column of a file the cells that changed.

    Args:
        con: the warehouse, the files in raw.
        mapping: the registry.
        files: name and columns of each file in raw, by key.
    """
    strips: dict[tuple[str, str], bool] = {}
    for _, table, part in mapping.numbered_parts():
        for name, mapped in part.columns_of(TABLES[table]).items():
            stripped = is_stripped(mapped, TABLES[table].column(name))
            for column in mapped.columns_read:
                place = part.file, column
                strips[place] = strips.get(place, False) or stripped
    for key, (file_name, columns) in files.items():
        counted = [
            f"struct_pack(name := {literal(column)}, cells := count(*) filter "
            f"({identifier(column)} <> {normal(identifier(column), strips=strips[key, column])}))"
            for column in columns
            if (key, column) in strips
        ]
        if counted:
            con.execute(
                "insert into source.normalised_cells "
                f"select {literal(file_name)}, c.name, c.cells from (select unnest("
                f"[{', '.join(counted)}]) as c from raw.{identifier(key)})"
            )
