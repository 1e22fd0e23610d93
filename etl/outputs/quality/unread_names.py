"""Drug names that could not be read: how many, and what they are near to.

Belongs here: the counts and the nearest known names. Does not belong here: the names as written,
which may hold anything (`rechallenge unread-names` lists them).
"""

from etl.outputs.quality import wording
from etl.outputs.quality.desk import NOT_MADE, Desk
from etl.outputs.quality.page import Section, table

_MOST = 25


def unread(desk: Desk) -> Section:
    """The unread drug names by the known name they are nearest to."""
    heading = "Drug names that could not be read"
    if "staging.unread_drug_names" not in desk.tables:
        return Section("unread-names", heading, (NOT_MADE,))
    rows = desk.rows(
        """
        select nearest, count(*) as names, sum(times) as times,
            array_to_string(
                list_sort(list_distinct(flatten(list(string_split(hospitals, '; '))))), ', '
            ) as hospitals
        from staging.unread_drug_names
        group by nearest order by times desc, nearest nulls last
        """
    )
    if not rows:
        return Section("unread-names", heading, ("Every drug name was read.",))
    names, times = (sum(int(one[column]) for one in rows) for column in ("names", "times"))
    made = table(
        "unread-names",
        f"{wording.counted(names, 'drug name')} could not be read, in "
        f"{wording.counted(times, 'row')}.",
        ("Nearest known names", "Names not read", "Rows", "Hospitals"),
        (
            (
                (one["nearest"] or "none is near").replace("; ", ", "),
                int(one["names"]),
                int(one["times"]),
                one["hospitals"],
            )
            for one in rows[:_MOST]
        ),
        note=(
            f"{_left_out(len(rows))}The nearest names are proposed, never read. The names as "
            "written stand in quality.unread_drug_names; rechallenge unread-names lists them."
        ),
    )
    return Section("unread-names", heading, (made,))


def _left_out(count: int) -> str:
    more = count - _MOST
    return f"{wording.counted(more, 'row')} more of fewer. " if more > 0 else ""
