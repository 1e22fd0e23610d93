"""The shareable version as a whole: sections in order, comparison, and the page.

Belongs here: what stands on the page and in which order. Does not belong here: the tables
(`describe`, `outcomes`), writing the files (`write`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from etl.disclosure.protect import Exposed
from etl.outputs import prose, wording
from etl.outputs.comparison import found_value, is_same
from etl.outputs.method_tables import definition_table, parameters_table, versions_table
from etl.outputs.outcome_tables import time_name
from etl.outputs.page import Section, environment
from etl.outputs.shareable import describe, outcomes, toxicity
from etl.outputs.shareable.masked import HIDDEN, Cells, Shared
from etl.outputs.tables import Table
from etl.rounding import rounded
from etl.studies import words
from etl.studies.definition import PublishedFigure


@dataclass(frozen=True)
class Document:
    """What the shareable version holds.

    Attributes:
        sections: of the page, in order.
        headline: the main estimates; None where nothing may be shown.
        printed: what was found beside what the publication prints.
        cells: what was decided for the tables that are no estimates.
    """

    sections: tuple[Section, ...]
    headline: Table | None
    printed: Table | None
    cells: tuple[Cells, ...]

    @property
    def tables(self) -> Iterator[Table]:
        """Every table, in order."""
        for table in (self.headline, self.printed):
            if table is not None:
                yield table
        for section in self.sections:
            yield from (item for item in section.items if isinstance(item, Table))

    @property
    def exposed(self) -> tuple[Exposed, ...]:
        """Small counts of these tables that are not protected."""
        return tuple(one for cells in self.cells for one in cells.exposed)


def compose(shared: Shared) -> Document:
    """Everything that the shareable version says."""
    if shared.release.is_empty or shared.release.is_too_small:
        return Document(_without_patients(shared), None, None, ())
    attrition, of_attrition = describe.selection_table(shared)
    baseline, of_baseline = describe.baseline_table(shared)
    exposure, of_exposure = describe.exposure_table(shared)
    initial, of_initial = toxicity.initial_toxicity_table(shared)
    events = toxicity.events_table(shared)
    sections = (
        Section("Attrition", (attrition, SELECTION)),
        Section("Table 1", (baseline,)),
        Section("Exposure", (exposure,)),
        Section(
            "Response",
            (
                outcomes.response_table(shared),
                outcomes.best_response_table(shared),
                outcomes.pairs_table(shared),
                outcomes.agreement_table(shared),
                SANKEY,
            ),
        ),
        Section("Times to events", (prose.GUARANTEE_TIME, outcomes.times_table(shared), CURVES)),
        Section(
            "Toxicity",
            (
                toxicity.toxicity_table(shared),
                initial,
                *(() if events is None else (events if events.rows else FEW_EVENTS,)),
            ),
        ),
        Section("Sensitivity", (outcomes.sensitivity_table(shared), ALTERNATIVES)),
        *_methods(shared),
    )
    printed = comparison_table(shared, of_attrition)
    return Document(
        sections,
        outcomes.headline_table(shared),
        printed,
        (of_attrition, of_baseline, of_exposure, of_initial),
    )


def render(shared: Shared, document: Document, hidden: int, cells: int, is_safe: bool) -> str:
    """The page.

    Args:
        shared: the study with what may be shown.
        document: what the page holds.
        hidden: cells that are hidden.
        cells: cells of all tables with a number or a hidden one.
        is_safe: whether the audit found every small count protected.
    """
    results = shared.results
    return (
        environment()
        .get_template("shareable.html")
        .render(
            study=results.study,
            context=results.context,
            policy=shared.policy,
            definition=words.definition(results.study),
            document=document,
            left_out=bool(shared.release.groups.left_out),
            is_empty=shared.release.is_empty,
            is_too_small=shared.release.is_too_small,
            no_patient=prose.NO_PATIENT,
            mark=HIDDEN,
            hidden=hidden,
            cells=cells,
            is_safe=is_safe,
        )
    )


def comparison_table(shared: Shared, attrition: Cells) -> Table | None:
    """What was found beside what is printed, where the finding may be shown."""
    publication = shared.results.study.publication
    if publication is None or not publication.figures:
        return None
    return Table(
        "comparison",
        f"Found here, and printed by {publication.citation}.",
        ("Quantity", "Group", "Printed", "Found", "Same as printed"),
        tuple(_compared(shared, attrition, one) for one in publication.figures),
        "Whether a hidden finding is the printed one is hidden as well.",
    )


def _compared(shared: Shared, attrition: Cells, figure: PublishedFigure) -> tuple[str, ...]:
    names = {"screened": "Patients with an initial treatment", "patients": "Rechallenged patients"}
    name = names.get(figure.endpoint) or time_name(figure.endpoint, figure.subset)
    if figure.at is not None:
        name = f"{name}, at {figure.at} months"
    head = (name, wording.group_name(figure.stratum), figure.printed)
    if not _is_shown(shared, attrition, figure):
        return (*head, HIDDEN, HIDDEN)
    found = found_value(shared.results, figure)
    unit = {"median": " months", "count": ""}.get(figure.statistic, "%")
    value = wording.NONE if found is None else f"{rounded(found, figure.decimals):,}{unit}"
    return (*head, value, "yes" if is_same(shared.results, figure) else "no")


def _is_shown(shared: Shared, attrition: Cells, figure: PublishedFigure) -> bool:
    if figure.stratum not in shared.results.strata:
        # No patient here belongs to it, which the page says nothing about otherwise.
        return False
    if figure.endpoint == "patients":
        return shared.release.groups.names(figure.stratum)
    if figure.endpoint == "screened":
        step = next(one for one in shared.results.attrition if one["criterion"] == "initial_line")
        return attrition.given(("step", step["criterion"], step["step"])) is not None
    row = shared.row(
        figure.endpoint,
        figure.stratum,
        statistic=figure.statistic,
        subset=figure.subset,
        at=figure.at,
    )
    return row is not None


def _without_patients(shared: Shared) -> tuple[Section, ...]:
    return tuple(_methods(shared))


def _methods(shared: Shared) -> Iterator[Section]:
    results = shared.results
    judged = (
        f"{len(results.judged)} rules of the catalogue were judged on this export. What they found "
        "stands in the internal report only: counts of records with a fault are small."
        if results.judged
        else "The verdicts on this export are not part of the warehouse this page was made from."
    )
    yield Section("Data quality", (judged,))
    yield Section(
        "Methods",
        (
            prose.DERIVATION,
            prose.STATISTICS,
            prose.CAUTION,
            definition_table(results),
            parameters_table(results),
            versions_table(results),
        ),
    )


SELECTION = (
    "Steps of the quality-filtered edition are left out; how far it moves the estimates stands "
    "under Sensitivity."
)
SANKEY = (
    "A diagram of responses would draw each of these cells, and the finer ones; it stands in the "
    "internal report only."
)
CURVES = (
    "A Kaplan-Meier curve shows the day of every event, and a swimmer plot every patient: neither "
    "is part of this version."
)
FEW_EVENTS = "No category of severe immune-related events has enough patients to be named."
ALTERNATIVES = (
    "What the study finds under other definitions, what each rule moves, subgroups, delayed entry "
    "and cumulative incidence stand in the internal report only: estimates of nearly the same "
    "patients side by side would give the few in whom they differ away."
)
