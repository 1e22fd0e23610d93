"""Writing a study's outputs: report.html, estimates.csv, summary.json, tables and figures.

Belongs here: which tables and figures stand in which section, and the writing of the folder.
Does not belong here: what a table holds or how a figure is drawn (the modules beside this one).
"""

import base64
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from etl.outputs import (
    attrition_figure,
    comparison,
    figures,
    flow_figures,
    impact_table,
    method_tables,
    outcome_tables,
    prose,
    sensitivity_figure,
    tables,
    toxicity_tables,
    wording,
)
from etl.outputs.figures import Figure
from etl.outputs.results import ReportContext, Results, read_results
from etl.outputs.summary import write_summary
from etl.outputs.tables import Table
from etl.studies import Study, words
from etl.studies.endpoints import time_endpoints
from expectations.contracts import physical_columns
from expectations.contracts.studies import Estimates

__all__ = ["ReportContext", "write_outputs"]

TEMPLATES = Path(__file__).parent / "templates"

Item = Table | Figure | str


@dataclass(frozen=True)
class Section:
    """A section of the report: heading and what stands below it, in order."""

    heading: str
    items: tuple[Item, ...]

    @property
    def anchor(self) -> str:
        """The heading as the target of a link."""
        return self.heading.lower().replace(" ", "-")


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
        _write_report(results, sections, printed, out_dir / "report.html"),
        _write_estimates(results, out_dir / "estimates.csv"),
        write_summary(results, out_dir / "summary.json"),
    ]
    for item in [*(item for section in sections for item in section.items), printed]:
        if isinstance(item, Table):
            written.append(tables.write_csv(item, out_dir / "tables"))
        elif isinstance(item, Figure):
            written += [item.path, tables.write_csv(item.data, out_dir / "tables")]
    return list(dict.fromkeys(written))


def build_sections(results: Results, folder: Path) -> list[Section]:
    """The sections of the report, in the order of the contract; draws the figures."""
    return [
        Section(
            "Attrition",
            (attrition_figure.attrition_figure(results, folder), tables.attrition_table(results)),
        ),
        Section("Table 1", _given(results, tables.baseline_table(results))),
        Section("Exposure", _given(results, tables.exposure_table(results))),
        Section(
            "Response",
            _given(
                results,
                outcome_tables.response_table(results),
                outcome_tables.best_response_table(results),
                outcome_tables.pairs_table(results),
                outcome_tables.agreement_table(results),
            ),
        ),
        Section("Sankey", _given(results, flow_figures.sankey(results, folder))),
        Section("Swimmer plot", _given(results, flow_figures.swimmer_plot(results, folder))),
        Section(
            "Kaplan-Meier with number at risk",
            _given(results, *_survival(results, folder)),
        ),
        Section(
            "Toxicity",
            _given(
                results,
                toxicity_tables.toxicity_table(results),
                *_incidence(results),
                toxicity_tables.recurrence_table(results),
                toxicity_tables.worst_grade_table(results),
                toxicity_tables.events_table(results),
            ),
        ),
        Section(
            "Sensitivity",
            _given(
                results,
                outcome_tables.sensitivity_table(results),
                sensitivity_figure.sensitivity_figure(results, folder),
                sensitivity_figure.alternatives_table(results),
            ),
        ),
        Section("Data quality", _quality(results)),
        Section(
            "Methods",
            (
                prose.DERIVATION,
                prose.STATISTICS,
                prose.CAUTION,
                method_tables.definition_table(results),
                method_tables.parameters_table(results),
                method_tables.versions_table(results),
            ),
        ),
        Section("RECORD", (method_tables.record_table(results),)),
    ]


def _survival(results: Results, folder: Path) -> list[Item | None]:
    """Curves and times; where patients could not have died at first, that is said at the curve."""
    responders = outcome_tables.RESPONDERS
    items: list[Item | None] = [
        figures.kaplan_meier(results, folder, "pfs"),
        outcome_tables.times_table(results),
        prose.GUARANTEE_TIME,
        figures.kaplan_meier(results, folder, "pfs", responders),
        figures.kaplan_meier(results, folder, "dor", responders),
        figures.kaplan_meier(results, folder, "os"),
    ]
    late = [one.name for one in time_endpoints(results.study) if one.enters_late]
    if late:
        items += [prose.IMMORTAL_TIME, prose.DELAYED_ENTRY]
        items += [figures.kaplan_meier(results, folder, name) for name in late]
    return items


def _incidence(results: Results) -> list[Item | None]:
    table = toxicity_tables.incidence_table(results)
    return [] if table is None else [prose.INCIDENCE, table]


def _given(results: Results, *items: Item | None) -> tuple[Item, ...]:
    """The items with content, or a sentence where the study has no patient."""
    if not results.pairs:
        return (prose.NO_PATIENT,)
    return tuple(_said(item) for item in items if item is not None)


def _said(item: Item) -> Item:
    if isinstance(item, Table) and not item.rows:
        return f"{item.caption} There is none."
    return item


def _quality(results: Results) -> tuple[Item, ...]:
    registry = method_tables.registry_quality_table(results)
    judged = (
        f"{len(results.judged)} rules were judged on this export."
        if results.judged
        else "The verdicts on this export are not part of the warehouse this report was made from."
    )
    found = (
        _said(method_tables.doubts_table(results)),
        method_tables.doubtful_values_table(results),
        _said(impact_table.impact_table(results)),
    )
    return (judged, *(found if results.pairs else (prose.NO_PATIENT,)), _said(registry))


def _write_report(
    results: Results, sections: Sequence[Section], printed: Table | None, path: Path
) -> Path:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        study=results.study,
        context=results.context,
        sections=sections,
        definition=words.definition(results.study),
        printed=printed,
        headline=_headline(results),
        patients=len(results.pairs),
        style=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        is_figure=lambda item: isinstance(item, Figure),
        is_table=lambda item: isinstance(item, Table),
        as_data=_as_data,
        no_patient=prose.NO_PATIENT,
    )
    path.write_text(page, encoding="utf-8")
    return path


def _headline(results: Results) -> Table | None:
    """The main estimates by group, at the head of the page."""
    if not results.pairs:
        return None
    rows = []
    reported = {one.name for one in time_endpoints(results.study)}
    recurrence = results.study.endpoints.recurrence is not None
    for endpoint, statistic, subset in (
        ("orr", "proportion", "all"),
        ("irae_grade3plus", "proportion", "all"),
        *([("irae_recurrence", "proportion", "all")] if recurrence else []),
        ("discordance", "proportion", "all"),
        ("rechallenge_only", "proportion", "all"),
        ("pfs", "median", "all"),
        ("pfs", "median", outcome_tables.RESPONDERS),
        ("os", "median", "all"),
        *([("os_delayed_entry", "median", "all")] if "os_delayed_entry" in reported else []),
    ):
        found = [
            results.estimate(endpoint, stratum, statistic=statistic, subset=subset)
            for stratum in results.strata
        ]
        unit = "Months, median" if statistic == "median" else "n/N = %"
        of = wording.evaluable_set(found[0]["evaluable_set"])
        rows.append(
            (
                f"{unit} (95% interval): {outcome_tables.time_name(endpoint, subset)} ({of})",
                *map(wording.estimate_cell, found),
            )
        )
    groups = (
        f"{wording.group_name(stratum)} (N = {len(results.members(stratum))})"
        for stratum in results.strata
    )
    return Table(
        "headline",
        f"Main estimates{wording.by_group(results.study.strata)}, as registered.",
        ("Endpoint (evaluable set)", *groups),
        tuple(rows),
    )


def _as_data(figure: Figure) -> str:
    """The figure as a data address, so that the page needs no other file."""
    encoded = base64.b64encode(figure.path.read_bytes()).decode("ascii")
    return f"data:image/svg+xml;base64,{encoded}"


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
