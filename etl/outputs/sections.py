"""The sections of a study's report: which tables, figures and sentences stand where.

Belongs here: the order, and what stands in a section where a study has no patient. Does not belong
here: what a table holds or how a figure is drawn (the modules beside this one), HTML (`page`).
"""

from pathlib import Path

from etl.outputs import (
    attrition_figure,
    baseline_tables,
    changes_table,
    checklist,
    event_tables,
    exposure_table,
    impact_table,
    incidence_figure,
    method_tables,
    outcome_tables,
    prose,
    quality_statement,
    sankey_figures,
    sensitivity_figure,
    subgroup_figure,
    subgroup_tables,
    survival_figures,
    swimmer_figure,
    tables,
    toxicity_tables,
)
from etl.outputs.page import Caution, Item, Section, Subheading
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
        Section(
            "Table 1",
            _given(
                results,
                baseline_tables.baseline_table(results),
                *baseline_tables.line_baselines(results),
            ),
        ),
        Section("Exposure", _given(results, exposure_table.exposure_table(results))),
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
        Section(
            "Sankey",
            _given(
                results,
                sankey_figures.sankey(results, folder),
                sankey_figures.sankey(results, folder, sankey_figures.STATUS),
            ),
        ),
        Section("Swimmer plot", _given(results, swimmer_figure.swimmer_plot(results, folder))),
        Section(
            "Kaplan-Meier with number at risk",
            _given(results, *_survival(results, folder)),
        ),
        Section(
            "Toxicity",
            _given(
                results,
                toxicity_tables.toxicity_table(results),
                *_incidence(results, folder),
                toxicity_tables.recurrence_table(results),
                event_tables.worst_grade_table(results),
                event_tables.organ_class_table(results),
                event_tables.same_class_table(results),
            ),
        ),
        Section(
            "Subgroups",
            _given(
                results,
                subgroup_figure.subgroup_figure(results, folder),
                *subgroup_tables.subgroup_tables(results),
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
        Section("Changes since the last snapshot", changes_table.changes(results)),
        Section(
            "Methods",
            (
                Subheading("Derivation"),
                prose.DERIVATION,
                prose.EDITIONS,
                method_tables.evaluable_sets_table(results),
                Subheading("Statistics"),
                prose.STATISTICS,
                prose.PAIRED,
                prose.MISSING,
                prose.CAUTION,
                Subheading("Definition and parameters"),
                method_tables.definition_table(results),
                method_tables.parameters_table(results),
                Subheading("Versions"),
                method_tables.versions_table(results),
            ),
        ),
        Section("RECORD", (prose.CHECKLIST, checklist.record_table(results))),
    ]


def _survival(results: Results, folder: Path) -> list[Item | None]:
    """Curves and times; where patients could not have died at first, that is said at the curve."""
    responders = outcome_tables.RESPONDERS
    items: list[Item | None] = [
        Subheading("Progression-free survival"),
        survival_figures.kaplan_meier(results, folder, "pfs"),
        outcome_tables.times_table(results),
        Subheading("Responders, and duration of response"),
        Caution("Guarantee time", prose.GUARANTEE_TIME),
        survival_figures.kaplan_meier(results, folder, "pfs", responders),
        survival_figures.kaplan_meier(results, folder, "dor", responders),
        Subheading("Overall survival"),
        survival_figures.kaplan_meier(results, folder, "os"),
    ]
    late = [one.name for one in time_endpoints(results.study) if one.enters_late]
    if late:
        items += [Caution("Immortal time", prose.IMMORTAL_TIME), prose.DELAYED_ENTRY]
        items += [survival_figures.kaplan_meier(results, folder, name) for name in late]
    return items


def _incidence(results: Results, folder: Path) -> list[Item | None]:
    table = toxicity_tables.incidence_table(results)
    figure = incidence_figure.incidence_figure(results, folder)
    return [] if table is None and figure is None else [prose.INCIDENCE, table, figure]


def _given(results: Results, *items: Item | None) -> tuple[Item, ...]:
    """The items with content, or a sentence where the study has no patient."""
    if not results.pairs:
        return (prose.NO_PATIENT,)
    return tuple(_said(item) for item in items if item is not None)


def _said(item: Item) -> Item:
    if isinstance(item, Table) and not item.rows:
        return f"{item.caption} There is none."
    return item


def _doubts(results: Results) -> tuple[Item, ...]:
    """Who and why; nothing where no value is doubtful, which has been said."""
    if not any(map(quality_statement.is_doubtful, results.pairs)):
        return ()
    return (
        method_tables.doubtful_values_table(results),
        _said(method_tables.doubts_table(results)),
    )


def _quality(results: Results) -> tuple[Item, ...]:
    """The statement: judged, doubtful and why, both editions, what cannot be judged."""
    statement = quality_statement
    cohort: tuple[Item, ...] = (prose.NO_PATIENT,)
    unknown: tuple[Item, ...] = ()
    if results.pairs:
        cohort = (
            statement.doubt_in_words(results),
            *_doubts(results),
            Subheading("Both editions"),
            statement.editions_in_words(results),
            statement.editions_table(results),
            *([impact_table.impact_table(results)] if results.impact else []),
        )
        unknown = (statement.not_judged_table(results),)
    return (
        Subheading("What was judged"),
        statement.judged_in_words(results),
        Subheading("What is doubtful, and why"),
        *cohort,
        Subheading("What cannot be judged"),
        statement.rules_without_verdict(results),
        *unknown,
        Subheading("The whole registry"),
        _said(method_tables.registry_quality_table(results)),
    )
