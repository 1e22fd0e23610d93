"""Which estimates a shared version must not print.

Belongs here: marking the rows of `marts.estimates` as suppressed, from the counts behind them.
The mart itself and the internal report keep every value. Does not belong here: what is small
(`etl/outputs/disclosure`).
"""

from collections import defaultdict
from dataclasses import replace

from etl.outputs.disclosure import Policy
from etl.studies.definition import Study
from etl.studies.endpoints import proportion_endpoints
from etl.studies.estimates import Row
from etl.studies.pairs import Pair, in_stratum, paired_table

ONE_SIDED = ("rechallenge_only", "initial_only")

Key = tuple[str, str, str, str, int | None]


def study_policy(study: Study, minimum_cell: int) -> Policy:
    """The disclosure policy of a study at a site."""
    return Policy(
        minimum_cell=minimum_cell,
        zero_is_small=study.disclosure.zero_is_small,
        complementary=study.disclosure.complementary,
        missing_counts_exempt=study.disclosure.missing_counts_exempt,
    )


def mark_suppressed(rows: list[Row], pairs: list[Pair], study: Study, policy: Policy) -> list[Row]:
    """The rows with `suppressed` set where a count is small or could be worked out to be.

    Hidden are: a count, its complement or its set below the minimum cell, and too few at risk;
    disease control from which the responses subtract to a small count; gains and losses when a
    cell of the paired table is small, because response and discordance give the rest; an edition
    that leaves out so few patients that the other edition gives them away, and delayed entry that
    leaves out so few; and, where a single group is hidden and the total is not, the smallest other
    group.
    """
    hidden = {id(row) for row in rows if _has_small_count(row, policy)}
    hidden |= _small_by_subtraction(rows, policy)
    hidden |= _small_pairs(rows, pairs, study, policy)
    hidden |= _small_between_editions(rows, policy)
    hidden |= _small_before_entry(rows, policy)
    if policy.complementary:
        hidden |= _lone_groups(rows, hidden)
    return [replace(row, suppressed=id(row) in hidden) for row in rows]


def _has_small_count(row: Row, policy: Policy) -> bool:
    counts = [row.numerator, row.denominator]
    if row.statistic == "proportion":
        counts.append(row.denominator - row.numerator)
    if row.at_risk is not None:
        counts.append(row.at_risk)
    return row.denominator > 0 and any(map(policy.is_small, counts))


def _small_by_subtraction(rows: list[Row], policy: Policy) -> set[int]:
    responses = {(row.edition, row.stratum): row.numerator for row in rows if row.endpoint == "orr"}
    return {
        id(row)
        for row in rows
        if row.endpoint == "dcr"
        and policy.is_small(row.numerator - responses[row.edition, row.stratum])
        and row.denominator > 0
    }


def _small_pairs(rows: list[Row], pairs: list[Pair], study: Study, policy: Policy) -> set[int]:
    sets = {endpoint.name: endpoint.of for endpoint in proportion_endpoints(study)}
    hidden = set()
    for row in rows:
        if row.endpoint in ONE_SIDED:
            members = sets["discordance"].of(in_stratum(pairs, row.stratum), row.edition)
            table = paired_table(members)
            cells = (table.both, table.initial_only, table.rechallenge_only, table.neither)
            if members and any(map(policy.is_small, cells)):
                hidden.add(id(row))
    return hidden


def _small_between_editions(rows: list[Row], policy: Policy) -> set[int]:
    registered = {
        (*_key(row)[1:], row.stratum): row.denominator
        for row in rows
        if row.edition == "as_registered"
    }
    hidden = set()
    for row in rows:
        left_out = registered[(*_key(row)[1:], row.stratum)] - row.denominator
        if left_out > 0 and policy.is_small(left_out):
            hidden.add(id(row))
    return hidden


def _small_before_entry(rows: list[Row], policy: Policy) -> set[int]:
    """Estimates with delayed entry whose set leaves few of the plain one's patients out."""
    plain = {(_key(row), row.stratum): row.denominator for row in rows}
    hidden = set()
    for row in rows:
        name = row.endpoint.removesuffix("_delayed_entry")
        if name != row.endpoint:
            key = _key(replace(row, endpoint=name))
            left_out = plain[key, row.stratum] - row.denominator
            if left_out > 0 and policy.is_small(left_out):
                hidden.add(id(row))
    return hidden


def _lone_groups(rows: list[Row], hidden: set[int]) -> set[int]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        if row.stratum != "all":
            groups[_key(row)].append(row)
    added = set()
    for members in groups.values():
        shown = [row for row in members if id(row) not in hidden]
        others = [row for row in shown if row.denominator > 0]
        if len(members) - len(shown) == 1 and others:
            added.add(id(min(others, key=lambda row: (row.denominator, row.stratum))))
    return added


def _key(row: Row) -> Key:
    return (row.edition, row.subset, row.endpoint, row.statistic, row.at)
