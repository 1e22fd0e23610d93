"""A table of the report as a file of its own, by Great Tables: to be pasted into a manuscript.

Belongs here: turning a `Table` into Great Tables' HTML. Does not belong here: what a table holds,
the CSV (`tables`), the tables of the report page (`templates/table.html`), which share one style.

The page has a title, the note below the table, heads with a scope, and no script; it asks nothing
of the network, and the same table gives the same bytes.
"""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from etl.outputs.tables import Table

if TYPE_CHECKING:
    from great_tables import GT

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
</head>
<body>
<main>
{table}
</main>
</body>
</html>
"""
_FONTS = ("Arial", "Helvetica", "sans-serif")


def write_html(table: Table, folder: Path) -> Path:
    """Write a table as `<name>.html`; returns the path.

    Args:
        table: its cells, already written out.
        folder: an existing folder.
    """
    path = folder / f"{table.name}.html"
    body = _layout(table).as_raw_html()
    path.write_text(_PAGE.format(title=escape(table.caption), table=body), encoding="utf-8")
    return path


def _layout(table: Table) -> "GT":
    """The table as Great Tables holds it.

    Columns are named by position, so that two heads of the same words stay two columns.
    """
    import pandas as pd  # slow to import
    from great_tables import GT

    names = [f"column_{position}" for position in range(len(table.header))]
    rows = [(group, *row) for group, members in table.groups for row in members]
    frame = pd.DataFrame(rows, columns=["group", *names])
    has_groups = any(group for group, _ in table.groups)
    made = GT(
        frame if has_groups else frame.drop(columns="group"),
        rowname_col=names[0],
        groupname_col="group" if has_groups else None,
        auto_align=False,
        id=f"great-{table.name.replace('_', '-')}",
    )
    made = made.tab_header(title=table.caption).tab_stubhead(table.header[0])
    made = made.cols_label(dict(zip(names[1:], table.heads, strict=True)))
    for position, (spanner, columns) in enumerate(table.spanners):
        if spanner:
            made = made.tab_spanner(
                spanner, [names[1 + column] for column in columns], id=f"spanner-{position}"
            )
    numbers = [names[column] for column in table.number_columns]
    made = made.cols_align("left", [name for name in names[1:] if name not in numbers])
    if numbers:
        made = made.cols_align("right", numbers)
    if table.note:
        made = made.tab_source_note(table.note)
    made = made.opt_css("tr.gt_empty_group_heading { display: none; }")
    return made.tab_options(
        table_font_names=list(_FONTS),
        table_font_size="13px",
        heading_align="left",
        heading_title_font_size="14px",
        heading_title_font_weight="bold",
        row_group_font_weight="bold",
        stub_border_style="none",
        data_row_padding="4px",
        table_margin_left="0",
    )
