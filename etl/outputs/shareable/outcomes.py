"""The shareable tables of outcomes: main estimates, response, times, both editions.

Belongs here: their layout. Does not belong here: what may be shown (`etl/studies/release`), who was
studied (`describe`), toxicity (`toxicity`).
"""

from collections.abc import Sequence

from etl.outputs import wording
from etl.outputs.outcome_tables import RESPONDERS, time_name
from etl.outputs.results import Record
from etl.outputs.shareable.masked import HIDDEN, Shared
from etl.outputs.tables import Row, Table
from etl.studies.endpoints import proportion_endpoints, time_endpoints
from etl.studies.release_response import (
    CONTROLLED,
    NEITHER,
    RESPONDED,
    UNKNOWN,
)
from etl.studies.release_times import yearly
from etl.survival.proportions import PairedTable, chance_discordance, exact_mcnemar

RESPONSE = ("orr", "dcr", "discordance", "rechallenge_only", "initial_only")
TIMES = (
    ("pfs", "all"),
    ("pfs", RESPONDERS),
    ("dor", RESPONDERS),
    ("os", "all"),
    ("os", RESPONDERS),
    ("ttnt", "all"),
    ("follow_up", "all"),
)
INITIAL = {
    RESPONDED: "response",
    NEITHER: "no response",
    UNKNOWN: "not evaluable",
}
AGAIN = {
    RESPONDED: "response",
    CONTROLLED: "stable disease",
    NEITHER: "progression, or stable too early to count",
    UNKNOWN: "not evaluable",
}
NO_EVENTS = (
    "How many had an event in all is left out: two times subtracted from each other would give "
    "small groups away."
)


def headline_table(shared: Shared) -> Table:
    """The main estimates that may be shown, at the head of the page."""
    rows = []
    asked = {one.name for one in proportion_endpoints(shared.results.study)}
    for endpoint, statistic, subset in (
        ("orr", "proportion", "all"),
        ("irae_grade3plus", "proportion", "all"),
        ("irae_recurrence", "proportion", "all"),
        ("discordance", "proportion", "all"),
        ("rechallenge_only", "proportion", "all"),
        ("pfs", "median", "all"),
        ("pfs", "median", RESPONDERS),
        ("os", "median", "all"),
    ):
        if statistic == "proportion" and endpoint not in asked:
            continue
        unit = "Months, median" if statistic == "median" else "n/N = %"
        of = shared.results.estimate(endpoint, statistic=statistic, subset=subset)
        of_whom = wording.evaluable_set(of["evaluable_set"])
        rows.append(
            (
                f"{unit} (95% interval): {time_name(endpoint, subset)} ({of_whom})",
                *(
                    estimate_cell(shared, endpoint, scope, statistic=statistic, subset=subset)
                    for scope in shared.columns
                ),
            )
        )
    return Table(
        "headline",
        f"Main estimates{wording.by_group(shared.results.study.strata)}, as registered.",
        ("Endpoint (evaluable set)", *shared.heads),
        tuple(rows),
    )


def response_table(shared: Shared) -> Table:
    """The response endpoints with n/N, interval and evaluable set."""
    rows: list[Row] = []
    for endpoint in RESPONSE:
        rows += proportion_rows(shared, endpoint)
    return Table(
        "response",
        "Response to rechallenge and agreement with the initial response.",
        ("Endpoint", "n/N = % (95% interval)", "Evaluable set"),
        tuple(rows),
        "Intervals: Clopper-Pearson. A responder had a complete or partial response.",
    )


def best_response_table(shared: Shared) -> Table:
    """Best responses to both exposures in coarse categories."""
    rows = []
    for exposure, which, levels in (
        ("Initial treatment", "initial", INITIAL),
        ("Rechallenge", "again", AGAIN),
    ):
        for level, name in levels.items():
            cells = []
            for scope in shared.columns:
                if which == "again" and level == RESPONDED:
                    given = shared.release.given(("proportion", "as_registered", scope, "orr"))
                else:
                    given = shared.release.given(("best", scope, which, level))
                cells.append(
                    HIDDEN if given is None else wording.part_of(given[0], shared.size(scope))
                )
            rows.append((f"{exposure}: {name}", *cells))
    return Table(
        "best_response",
        f"Best overall response to each exposure{wording.by_group(shared.results.study.strata)}.",
        ("Best response", *shared.heads),
        tuple(rows),
        "Complete and partial responses together. Stable disease includes non-complete "
        "response/non-progression.",
    )


def pairs_table(shared: Shared) -> Table:
    """Response to the first by response to the second; a group's four cells stand or fall."""
    rows: list[Row] = []
    for scope in shared.columns:
        found = _paired(shared, scope)
        cells: Sequence[Sequence[str]] = [[HIDDEN] * 3] * 2
        if found is not None:
            cells = [
                [str(found.both), str(found.initial_only), str(found.initial_responders)],
                [
                    str(found.rechallenge_only),
                    str(found.neither),
                    str(found.pairs - found.initial_responders),
                ],
            ]
        group = wording.group_name(scope)
        rows += [
            (f"{group}: Responded to the initial treatment", *cells[0]),
            (f"{group}: Did not", *cells[1]),
        ]
    return Table(
        "pairs",
        "Responder status at both exposures, over patients evaluable for both.",
        ("Initial response", "Responded to rechallenge", "Did not", "Total"),
        tuple(rows),
    )


def agreement_table(shared: Shared) -> Table:
    """Discordance beside its chance level and McNemar's test, where the four cells are shown."""
    rows: list[Row] = []
    for scope in shared.columns:
        found = _paired(shared, scope)
        group = wording.group_name(scope)
        if found is None:
            rows.append((group, *[HIDDEN] * 5))
            continue
        p_value = exact_mcnemar(found)
        rows.append(
            (
                group,
                wording.share(found.discordant, found.pairs),
                wording.percent(chance_discordance(found)),
                wording.share(found.both, found.initial_responders),
                wording.share(found.rechallenge_only, found.pairs - found.initial_responders),
                wording.number(p_value, 3),
            )
        )
    return Table(
        "agreement",
        "How far the two responses disagree, and how far they would by chance.",
        (
            wording.STRATA_HEADS[shared.results.study.strata],
            "Discordant pairs",
            "Expected by chance",
            "Response in initial responders",
            "Response in initial non-responders",
            "Exact McNemar p",
        ),
        tuple(rows),
        "Expected by chance: discordance if the two responses were independent. McNemar's test "
        "asks whether gains and losses differ in number, not whether the responses are related.",
    )


def times_table(shared: Shared) -> Table:
    """Medians, and survival at yearly milestones with patients still at risk."""
    months = yearly(shared.results.study)
    reported = {one.name for one in time_endpoints(shared.results.study)}
    rows: list[Row] = []
    for endpoint, subset in TIMES:
        if endpoint not in reported:
            continue
        for scope in shared.columns:
            median = shared.row(endpoint, scope, statistic="median", subset=subset)
            of = shared.results.estimate(endpoint, scope, statistic="median", subset=subset)
            name = f"{time_name(endpoint, subset)} ({wording.evaluable_set(of['evaluable_set'])})"
            rows.append(
                (
                    f"{name}: {wording.group_name(scope)}",
                    str(of["denominator"]) if _tells_size(shared, of) else HIDDEN,
                    HIDDEN if median is None else _median_cell(shared, median),
                    *(_milestone(shared, endpoint, subset, scope, at) for at in months),
                )
            )
    return Table(
        "times",
        "Times to events, in months; survival at yearly milestones with patients still at risk.",
        (
            "Time (evaluable set)",
            "N",
            "Median (95% interval)",
            *(f"At {at} months" for at in months),
        ),
        tuple(rows),
        f"Kaplan-Meier; follow-up by reverse Kaplan-Meier. {NO_EVENTS} Curves and other "
        "milestones stand in the internal report only.",
    )


def sensitivity_table(shared: Shared) -> Table:
    """Both editions side by side, where both may be shown."""
    rows: list[Row] = []
    for endpoint, statistic in (
        *((one.name, "proportion") for one in proportion_endpoints(shared.results.study)),
        ("pfs", "median"),
        ("os", "median"),
    ):
        for scope in shared.columns:
            both = [
                estimate_cell(shared, endpoint, scope, statistic=statistic, edition=edition)
                for edition in wording.EDITION_NAMES
            ]
            rows.append((f"{time_name(endpoint, 'all')}: {wording.group_name(scope)}", *both))
    return Table(
        "sensitivity",
        "Every value as registered, and without the values that rest on records with an error.",
        ("Endpoint", *wording.EDITION_NAMES.values()),
        tuple(rows),
        "The quality-filtered estimate is hidden where so few values were left out that the two "
        "would give them away.",
    )


def proportion_rows(shared: Shared, endpoint: str) -> list[Row]:
    """An endpoint over each group: estimate or mark, and the set it is of."""
    of = shared.results.estimate(endpoint, statistic="proportion")
    return [
        (
            f"{wording.ENDPOINT_NAMES[endpoint]}: {wording.group_name(scope)}",
            estimate_cell(shared, endpoint, scope),
            wording.evaluable_set(of["evaluable_set"]),
        )
        for scope in shared.columns
    ]


def estimate_cell(
    shared: Shared,
    endpoint: str,
    scope: str,
    *,
    statistic: str = "proportion",
    subset: str = "all",
    edition: str = "as_registered",
) -> str:
    """An estimate, or the mark."""
    row = shared.row(endpoint, scope, statistic=statistic, subset=subset, edition=edition)
    if row is None:
        return HIDDEN
    return _median_cell(shared, row) if statistic == "median" else wording.proportion_cell(row)


def _median_cell(shared: Shared, row: Record) -> str:
    """A median, with a limit hidden where few stand on a side of it."""
    if row["denominator"] == 0:
        return wording.NONE
    lower, upper = limits(shared, row)
    interval = HIDDEN if lower == upper == HIDDEN else f"{lower} to {upper}"
    value = "not reached" if row["value"] is None else wording.number(row["value"])
    return f"{value} ({interval})"


def limits(shared: Shared, row: Record) -> tuple[str, str]:
    """The limits of a median as printed."""
    median = shared.release.times.of[row["edition"], row["stratum"], row["subset"], row["endpoint"]]
    found = []
    for limit, is_safe in (
        (row["lower"], median.lower_is_safe),
        (row["upper"], median.upper_is_safe),
    ):
        if limit is None:
            found.append("not reached")
        else:
            found.append(wording.number(limit) if is_safe else HIDDEN)
    return found[0], found[1]


def _tells_size(shared: Shared, row: Record) -> bool:
    keys = (row["edition"], row["stratum"], row["subset"], row["endpoint"])
    return shared.release.shows_size(*keys)


def _milestone(shared: Shared, endpoint: str, subset: str, scope: str, at: int) -> str:
    if endpoint not in ("pfs", "os") or subset != "all":
        return wording.NONE
    row = shared.row(endpoint, scope, statistic="survival_at", at=at)
    if row is None:
        return HIDDEN
    return f"{wording.survival_cell(row)}, {row['at_risk']} at risk"


def _paired(shared: Shared, scope: str) -> PairedTable | None:
    given = shared.release.given(("pairs", scope))
    return None if given is None else PairedTable(*given)
