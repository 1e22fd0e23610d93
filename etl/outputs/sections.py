"""The sections of a study's report: which tables, figures and sentences stand where.

Belongs here: the order, and what stands in a section where a study has no patient. Does not belong
here: what a table holds or how a figure is drawn (the modules beside this one), HTML (`page`).
"""

from pathlib import Path

from etl.outputs import (
    attrition_figure,
    flow_figures,
    impact_table,
    method_tables,
    outcome_tables,
    prose,
    sensitivity_figure,
    survival_figures,
    tables,
    toxicity_tables,
)
from etl.outputs.page import Item, Section
from etl.outputs.results import Results
from etl.outputs.tables import Table
from etl.studies.endpoints import time_endpoints


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
        survival_figures.kaplan_meier(results, folder, "pfs"),
        outcome_tables.times_table(results),
        prose.GUARANTEE_TIME,
        survival_figures.kaplan_meier(results, folder, "pfs", responders),
        survival_figures.kaplan_meier(results, folder, "dor", responders),
        survival_figures.kaplan_meier(results, folder, "os"),
    ]
    late = [one.name for one in time_endpoints(results.study) if one.enters_late]
    if late:
        items += [prose.IMMORTAL_TIME, prose.DELAYED_ENTRY]
        items += [survival_figures.kaplan_meier(results, folder, name) for name in late]
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
