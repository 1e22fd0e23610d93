"""Writing a study's outputs: report.html, estimates.csv, summary.json, tables and figures.

Belongs here: the writing of the folder. Does not belong here: what stands in which section
(`sections`), HTML (`page`), what a table holds or how a figure is drawn (the modules beside these).
"""

import csv
from pathlib import Path

import duckdb

from etl.outputs import comparison, great, page, tables
from etl.outputs.figures import Figure
from etl.outputs.headline import headline_table
from etl.outputs.results import ReportContext, Results, read_results
from etl.outputs.sections import build_sections
from etl.outputs.shareable.write import write_shareable
from etl.outputs.summary import write_summary
from etl.outputs.tables import Table
from etl.studies import Study
from expectations.contracts import physical_columns
from expectations.contracts.studies import Estimates

__all__ = ["ReportContext", "write_outputs"]


def write_outputs(
    con: duckdb.DuckDBPyConnection, study: Study, out_dir: Path, context: ReportContext
) -> list[Path]:
    """Write the outputs of a study from its marts.

    Args:
        con: session that holds the marts of the study.
        study: the definition.
        out_dir: folder of the study's outputs, made when absent.
        context: what the numbers come from.

    Returns:
        The files written.
    """
    results = read_results(con, study, context)
    for name in ("tables", "figures"):
        (out_dir / name).mkdir(parents=True, exist_ok=True)
    sections = build_sections(results, out_dir / "figures")
    printed = comparison.comparison_table(results)
    written = [
        _write_page(page.render(results, sections, printed), out_dir / "report.html"),
        _write_estimates(results, out_dir / "estimates.csv"),
        write_summary(results, out_dir / "summary.json"),
    ]
    items = [item for section in sections for item in section.items]
    for item in [headline_table(results), printed, *items]:
        if isinstance(item, Table):
            written.append(tables.write_csv(item, out_dir / "tables"))
            written.append(great.write_html(item, out_dir / "tables"))
        elif isinstance(item, Figure):
            written += item.files
            written += [
                tables.write_csv(drawn, out_dir / "tables") for drawn in (item.data, *item.more)
            ]
    written += write_shareable(results, out_dir / "shareable")
    return list(dict.fromkeys(written))


def _write_page(text: str, path: Path) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _write_estimates(results: Results, path: Path) -> Path:
    names = [column.name for column in physical_columns(Estimates)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in results.estimates)
    return path


def _cell(value: object) -> object:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value
