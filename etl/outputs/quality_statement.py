"""The statement on data quality of a study: judged, doubtful, both editions, not to be judged.

Belongs here: the sentences, and the tables that the sentences need. Does not belong here: the
verdicts (`quality.judged`), the estimates of either edition (`etl/studies/estimates`).
"""

from collections.abc import Callable

from etl.outputs import outcome_tables, wording
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table, columns
from etl.rounding import rounded
from etl.studies.endpoints import proportion_endpoints, time_endpoints
from etl.studies.pairs import Pair

LIMITS = (
    "No rule can see a value that is wrong and plausible, an event that nobody entered, or how a "
    "response was assessed: no value was compared with a hospital's own records, and no scan was "
    "read again."
)
_DOUBTS = ("lines", "selection", "initial_response", "response", "pfs", "os", "toxicity")
_MAIN = (
    ("orr", "proportion", "all"),
    ("irae_grade3plus", "proportion", "all"),
    ("discordance", "proportion", "all"),
    ("pfs", "median", "all"),
    ("os", "median", "all"),
)


def judged_in_words(results: Results) -> str:
    """How many rules were judged on the registry, and what they found."""
    if not results.judged:
        return (
            "The verdicts on this export are not part of the warehouse this report was made from."
        )
    errors = [row for row in results.judged if row["severity"] == "error"]
    found = [row for row in errors if row["violated"]]
    idle = sum(not row["applicable"] for row in results.judged)
    violated = sum(row["violated"] for row in found)
    accepted = sum(row["accepted"] for row in found)
    return (
        f"{len(results.judged)} rules were judged on this export, {len(errors)} of them of "
        f"severity error. {len(found)} of those are violated, {wording.count(violated)} times in "
        f"the whole registry, of which {wording.count(accepted)} were accepted by a steward. "
        f"{_rules(idle)} had no record to apply to."
    )


def doubt_in_words(results: Results) -> str:
    """How many patients of the cohort have a doubtful value, and why most of them."""
    doubtful = sum(map(is_doubtful, results.pairs))
    if not doubtful:
        return "No value of the cohort rests on a record with an error."
    words = (
        f"In {wording.share(doubtful, len(results.pairs))} of the patients a value rests on a "
        "record with an error. It is kept as registered, and left out of its evaluable set in the "
        "quality-filtered edition."
    )
    if results.doubts:
        first = results.doubts[0]
        title = f" ({first['title']})" if first["title"] else ""
        words += (
            f" The rule that touches most is {first['rule_id']}{title}: {first['patients']} of "
            f"{len(results.pairs)} patients."
        )
    return words


def editions_in_words(results: Results) -> str:
    """The largest move between the editions, in the unit of a proportion."""
    moved = [
        (abs(both[1]["value"] - both[0]["value"]), endpoint)
        for endpoint, statistic, subset in _MAIN
        if statistic == "proportion"
        for both in [_both(results, endpoint, statistic, subset)]
        if both[0]["value"] is not None and both[1]["value"] is not None
    ]
    if not moved:
        return "No proportion can be compared between the editions."
    furthest, endpoint = max(moved)
    if not furthest:
        return "No proportion of all patients differs between the editions."
    return (
        "Among the proportions of all patients the one that differs most between the editions is "
        f"{wording.ENDPOINT_NAMES[endpoint][0].lower()}{wording.ENDPOINT_NAMES[endpoint][1:]}, by "
        f"{rounded(100 * furthest, 1)} percentage points. By group: Sensitivity."
    )


def editions_table(results: Results) -> Table:
    """Main estimates of all patients in both editions, side by side."""
    reported = {one.name for one in proportion_endpoints(results.study)}
    reported |= {one.name for one in time_endpoints(results.study)}
    rows: list[Row] = []
    for endpoint, statistic, subset in _MAIN:
        if endpoint not in reported:
            continue
        both = _both(results, endpoint, statistic, subset)
        unit = "% (95% interval)" if statistic == "proportion" else "median months (95% interval)"
        rows.append(
            (
                f"{outcome_tables.time_name(endpoint, subset)}, {unit}",
                *(outcome_tables.with_size(row) for row in both),
                _difference(both[0], both[1], statistic),
                str(both[0]["denominator"] - both[1]["denominator"]),
            )
        )
    return Table(
        "editions",
        "Both editions side by side, all patients.",
        ("Estimate", *wording.EDITION_NAMES.values(), "Difference", "Patients left out"),
        tuple(rows),
        "Difference: quality filtered minus as registered, in percentage points or months.",
    )


def not_judged_table(results: Results) -> Table:
    """What the registry does not say about the patients of the cohort, by group."""
    asked: tuple[tuple[str, Callable[[Pair], bool]], ...] = (
        ("Response to the initial treatment", lambda pair: pair["initial_response_evaluable"]),
        ("Response to the rechallenge", lambda pair: pair["response_evaluable"]),
        ("Both responses", lambda pair: pair["pair_evaluable"]),
        ("Severe toxicity of the rechallenge", lambda pair: pair["toxicity_known"]),
        ("Progression-free survival", lambda pair: pair["pfs_days"] is not None),
        ("Overall survival", lambda pair: pair["os_days"] is not None),
        ("Time to next treatment", lambda pair: pair["ttnt_days"] is not None),
        (
            "Why the initial treatment stopped",
            lambda pair: pair["first_stop_reason"] not in (None, "unknown"),
        ),
        ("Interval between the treatments", lambda pair: pair["interval_days"] is not None),
    )
    rows = [
        (
            name,
            *(
                wording.part_of(
                    sum(not known(pair) for pair in results.members(stratum)),
                    len(results.members(stratum)),
                )
                for stratum in results.strata
            ),
        )
        for name, known in asked
    ]
    return Table(
        "not_judged",
        "Patients of whom something cannot be judged, because it is missing or not evaluable.",
        ("What cannot be judged", *columns(results)),
        tuple(rows),
        "They are in the denominator of all patients and in no evaluable set. Characteristics "
        "that are missing are counted in Table 1.",
    )


def rules_without_verdict(results: Results) -> str:
    """What rules could not judge in the registry, and rules without any record."""
    if not results.judged:
        return LIMITS
    partly = [row for row in results.judged if row["cannot_judge"]]
    records = sum(row["cannot_judge"] for row in partly)
    idle = [row["rule_id"] for row in results.judged if not row["applicable"]]
    said = (
        f"{_rules(len(partly))} met records that cannot be judged, {wording.count(records)} in the "
        "whole registry, because a value to compare is missing or only a part of a date "
        "is known; none of them counts as passed."
    )
    if idle:
        said += (
            " No record was of the kind that these rules are about, or the source does not collect "
            f"what they need: {', '.join(sorted(idle))}."
        )
    return f"{said} {LIMITS}"


def is_doubtful(pair: Pair) -> bool:
    """Whether any value of a pair rests on a record with an error."""
    return any(pair[f"{name}_doubtful_because"] is not None for name in _DOUBTS)


def _both(results: Results, endpoint: str, statistic: str, subset: str) -> list[Record]:
    return [
        results.estimate(endpoint, statistic=statistic, subset=subset, edition=edition)
        for edition in wording.EDITION_NAMES
    ]


def _difference(before: Record, after: Record, statistic: str) -> str:
    if before["value"] is None or after["value"] is None:
        return wording.NONE
    scale, unit = (100, "points") if statistic == "proportion" else (1, "months")
    moved = rounded(scale * (after["value"] - before["value"]), 1)
    return f"{moved:+} {unit}" if moved else f"0.0 {unit}"


def _rules(number: int) -> str:
    return f"{number} rule" if number == 1 else f"{number} rules"
