"""Tables of outcomes: response, pairs, times, both editions.

Belongs here: laying out rows of `marts.estimates` and counts of pairs. Does not belong here: any
estimation, toxicity (`toxicity_tables`).
"""

from collections.abc import Iterator
from dataclasses import asdict

from etl.outputs import wording
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table, columns
from etl.studies import words
from etl.studies.endpoints import proportion_endpoints, time_endpoints
from etl.studies.pairs import Pair, paired_table
from etl.survival.proportions import (
    chance_discordance,
    clopper_pearson,
    exact_mcnemar,
)

RESPONSES = ("CR", "PR", "SD", "PD", "NE")
RESPONSE_NAMES = {
    "CR": "Complete response",
    "PR": "Partial response",
    "SD": "Stable disease",
    "PD": "Progression",
    "NE": "Not evaluable",
}
_MERGED = {
    "iCR": "CR",
    "iPR": "PR",
    "iSD": "SD",
    "NON-CR/NON-PD": "SD",
    "NON-iCR/NON-iUPD": "SD",
    "iUPD": "PD",
    "iCPD": "PD",
}
RESPONDERS = "rechallenge_responders"
RESPONSE_ENDPOINTS = ("orr", "dcr", "discordance", "rechallenge_only", "initial_only")


def category(response: str | None, evaluable: bool) -> str:
    """A response as one of five categories; not evaluable where nothing says more."""
    if response is None or (not evaluable and response not in RESPONSES):
        return "NE"
    return _MERGED.get(response, response)


def responses_of(pair: Pair) -> tuple[str, str]:
    """Categories of the response to the initial treatment and to the rechallenge."""
    return (
        category(pair["initial_response"], pair["initial_response_evaluable"]),
        category(pair["rechallenge_response"], pair["response_evaluable"]),
    )


def response_table(results: Results) -> Table:
    """The response endpoints with n/N, interval and evaluable set, over both denominators."""
    rows: list[Row] = []
    for endpoint in RESPONSE_ENDPOINTS:
        for stratum in results.strata:
            row = results.estimate(endpoint, stratum)
            members = results.members(stratum)
            rows.append(
                (
                    f"{wording.ENDPOINT_NAMES[endpoint]}: {wording.group_name(stratum)}",
                    wording.proportion_cell(row),
                    wording.evaluable_set(row["evaluable_set"]),
                    wording.share(row["numerator"], len(members)),
                )
            )
    return Table(
        "response",
        "Response to rechallenge and agreement with the initial response.",
        ("Endpoint", "n/N = % (95% interval)", "Evaluable set", "Of all patients"),
        tuple(rows),
        "Intervals: Clopper-Pearson. A responder had a complete or partial response. Patients who "
        "are not evaluable are in the last column's denominator only, and no responders there.",
    )


def best_response_table(results: Results) -> Table:
    """Best responses to both exposures, every category, by initial treatment."""
    rows: list[Row] = []
    for position, exposure in enumerate(("Initial treatment", "Rechallenge")):
        for code in RESPONSES:
            cells = []
            for stratum in results.strata:
                members = results.members(stratum)
                found = sum(responses_of(pair)[position] == code for pair in members)
                cells.append(wording.part_of(found, len(members)))
            rows.append((f"{exposure}: {RESPONSE_NAMES[code]}", *cells))
    return Table(
        "best_response",
        f"Best overall response to each exposure{wording.by_group(results.study.strata)}.",
        ("Best response", *columns(results)),
        tuple(rows),
        "Stable disease includes non-complete response/non-progression.",
    )


def pairs_table(results: Results) -> Table:
    """Response to the first by response to the second, over the evaluable pairs."""
    rows: list[Row] = []
    for stratum in results.strata:
        table = paired_table(results.members(stratum))
        group = wording.group_name(stratum)
        rows += [
            (
                f"{group}: Responded to the initial treatment",
                str(table.both),
                str(table.initial_only),
                str(table.initial_responders),
            ),
            (
                f"{group}: Did not",
                str(table.rechallenge_only),
                str(table.neither),
                str(table.pairs - table.initial_responders),
            ),
        ]
    return Table(
        "pairs",
        "Responder status at both exposures, over patients evaluable for both.",
        ("Initial response", "Responded to rechallenge", "Did not", "Total"),
        tuple(rows),
    )


def agreement_table(results: Results) -> Table:
    """Discordance beside its chance level, conditional response and McNemar's test."""
    rows: list[Row] = []
    for stratum in results.strata:
        table = paired_table(results.members(stratum))
        p_value = exact_mcnemar(table)
        rows.append(
            (
                wording.group_name(stratum),
                wording.share(table.discordant, table.pairs),
                wording.percent(chance_discordance(table)),
                _conditional(table.both, table.initial_responders),
                _conditional(table.rechallenge_only, table.pairs - table.initial_responders),
                wording.number(p_value, 3),
            )
        )
    return Table(
        "agreement",
        "How far the two responses disagree, and how far they would by chance.",
        (
            wording.STRATA_HEADS[results.study.strata],
            "Discordant pairs",
            "Expected by chance",
            "Response in initial responders",
            "Response in initial non-responders",
            "Exact McNemar p",
        ),
        tuple(rows),
        "Expected by chance: discordance if the two responses were independent, with the response "
        "rates of the same pairs. McNemar's test asks whether gains and losses differ in number, "
        "not whether the responses are related.",
    )


def times_table(results: Results) -> Table:
    """Medians and milestones of every time to event."""
    months = results.study.endpoints.survival_at_months
    rows: list[Row] = []
    for endpoint, subset in _times_reported(results):
        for stratum in results.strata:
            row = results.estimate(endpoint, stratum, statistic="median", subset=subset)
            of = wording.evaluable_set(row["evaluable_set"])
            rows.append(
                (
                    f"{time_name(endpoint, subset)} ({of}): {wording.group_name(stratum)}",
                    f"{row['numerator']}/{row['denominator']}",
                    wording.median_cell(row),
                    *(_milestone(results, endpoint, stratum, subset, at) for at in months),
                )
            )
    return Table(
        "times",
        f"{_counted_from(results)}, in months.",
        (
            "Time (evaluable set)",
            "Events/N",
            "Median (95% interval)",
            *(f"At {at} months" for at in months),
        ),
        tuple(rows),
        "Kaplan-Meier with log(-log) intervals; follow-up by reverse Kaplan-Meier, whose events "
        "are the living. A median that is not reached is said to be; a dash means that nobody was "
        "observed so long.",
    )


def _times_reported(results: Results) -> Iterator[tuple[str, str]]:
    """Endpoints and subsets in reporting order, those with delayed entry beside their own."""
    endpoints = {endpoint.name: endpoint for endpoint in time_endpoints(results.study)}
    order = ("pfs", "pfs_delayed_entry", "dor", "os", "os_delayed_entry", "ttnt", "follow_up")
    for name in order:
        if name in endpoints:
            yield from ((name, subset) for subset in endpoints[name].subsets)


def _counted_from(results: Results) -> str:
    study = results.study
    if study.pfs_index == study.os_index == "rechallenge_start":
        return f"Times from {words.index(study.os_index)}"
    return (
        f"Progression-free survival from {words.index(study.pfs_index)}, "
        f"overall survival and follow-up from {words.index(study.os_index)}, "
        "other times from the rechallenge"
    )


def sensitivity_table(results: Results) -> Table:
    """Both editions side by side."""
    rows: list[Row] = []
    times = (("pfs", "all"), ("pfs", RESPONDERS), ("os", "all"))
    for endpoint, subset, statistic in (
        *((one.name, "all", "proportion") for one in proportion_endpoints(results.study)),
        *((name, subset, "median") for name, subset in times),
    ):
        for stratum in results.strata:
            both = [
                results.estimate(
                    endpoint, stratum, statistic=statistic, subset=subset, edition=edition
                )
                for edition in wording.EDITION_NAMES
            ]
            rows.append(
                (
                    f"{time_name(endpoint, subset)}: {wording.group_name(stratum)}",
                    *map(with_size, both),
                    str(both[0]["denominator"] - both[1]["denominator"]),
                )
            )
    return Table(
        "sensitivity",
        "Every value as registered, and without the values that rest on records with an error.",
        ("Endpoint", *wording.EDITION_NAMES.values(), "Patients left out"),
        tuple(rows),
        "Proportions: n/N = % (95% interval). Times: median months (95% interval), N.",
    )


def _conditional(part: int, whole: int) -> str:
    found = clopper_pearson(part, whole)
    return wording.proportion_cell(asdict(found))


def time_name(endpoint: str, subset: str) -> str:
    """An endpoint with the patients it is restricted to."""
    name = wording.ENDPOINT_NAMES[endpoint]
    return name if subset == "all" else f"{name}, {wording.SUBSET_NAMES[subset]}"


def _milestone(results: Results, endpoint: str, stratum: str, subset: str, at: int) -> str:
    if endpoint == "follow_up":
        return wording.NONE
    row = results.estimate(endpoint, stratum, statistic="survival_at", subset=subset, at=at)
    return wording.survival_cell(row)


def with_size(row: Record) -> str:
    """An estimate; a time with the size of its evaluable set."""
    cell = wording.estimate_cell(row)
    return cell if row["statistic"] == "proportion" else f"{cell}, N = {row['denominator']}"
