"""The headline figures of the studies beside those of the last published snapshot.

Belongs here: `quality.headline_figures` and the figures that the next night is compared with.
Does not belong here: estimating them (`etl/studies`).
"""

import duckdb

_KEY = ("study", "edition", "stratum", "subset", "endpoint", "statistic", '"at"')


def build_figures(con: duckdb.DuckDBPyConnection) -> int:
    """Fill `quality.headline_figures` from `marts.estimates`; returns its rows."""
    same = " and ".join(f"b.{name} is not distinct from e.{name}" for name in _KEY)
    key = ", ".join(f"e.{name}" for name in _KEY)
    con.execute("delete from quality.headline_figures")
    con.execute("delete from quality.next_released_figures")
    con.execute(f"""
        insert into quality.headline_figures
        select o.source, {key}, e.value, e.numerator, e.denominator, b.value, b.denominator
        from marts.estimates as e
        cross join (select max(source) as source from source.export) as o
        left join quality.released_figures as b on b.source = o.source and {same}
    """)
    con.execute("""
        insert into quality.next_released_figures
        from quality.released_figures
        where source not in (select source from source.export)
            or study not in (select study from marts.estimates)
        union all
        select * exclude (value_before, denominator_before) from quality.headline_figures
    """)
    row = con.execute("select count(*) from quality.headline_figures").fetchone()
    return int(row[0]) if row else 0
