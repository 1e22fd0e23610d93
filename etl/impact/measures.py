"""The response rate and the median of each study, with and without what one rule makes doubtful.

Belongs here: which patients a rule takes out of an evaluable set, and the estimate of those who
stay. Does not belong here: sets and estimators (`etl/studies`, `etl/survival`): the same ones give
the two editions, so that all rules at once give the edition quality_filtered.

Only rules that touch a study are asked, and only a set that a rule makes smaller is estimated
again. A rule whose findings are accepted, or that is no error, makes nothing doubtful.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass

import duckdb
import pandas as pd

from etl.disclosure.policy import Policy
from etl.impact.table import IMPACT, NAME, create_impact
from etl.parameters import DAYS_PER_MONTH
from etl.studies.definition import Study
from etl.studies.endpoints import (
    ProportionEndpoint,
    TimeEndpoint,
    proportion_endpoints,
    time_endpoints,
)
from etl.studies.estimates import fit_endpoint
from etl.studies.pairs import (
    INITIAL_RESPONSE,
    OS,
    PFS,
    RESPONSE,
    SELECTED,
    TOXICITY,
    Pair,
    in_stratum,
    read_pairs_of,
    strata_of,
)
from etl.studies.suppression import study_policy

ALL_RULES = "all"
"""Every rule at once, in the column of the rule."""

DOUBTS = (*SELECTED, RESPONSE, INITIAL_RESPONSE, PFS, OS, TOXICITY)

Endpoint = ProportionEndpoint | TimeEndpoint
Rules = Mapping[str, frozenset[str]]
"""The rules that make each doubtful column of one pair doubtful."""


@dataclass(frozen=True)
class Value:
    """An estimate over a set: its value (None: see `missing`), and what it rests on."""

    value: float | None
    numerator: int
    denominator: int

    @property
    def missing(self) -> str:
        """Why there is no value."""
        return "not reached" if self.denominator else "nobody is evaluable"


@dataclass(frozen=True)
class Impact:
    """One row of `quality.impact`; fields as its columns."""

    study: str
    rule_id: str
    stratum: str
    endpoint: str
    statistic: str
    patients_touched: int
    patients_left: int
    patients_left_alone: int
    value_as_registered: float | None
    value_without: float | None
    difference: float | None
    numerator_as_registered: int
    denominator_as_registered: int
    numerator_without: int
    denominator_without: int
    remark: str | None
    suppressed: bool


def build_impact(
    con: duckdb.DuckDBPyConnection, studies: Iterable[Study], minimum_cell: int = 5
) -> int:
    """Write `quality.impact`; returns its rows.

    Args:
        con: The warehouse, `marts.rechallenges` built for these studies.
        studies: The studies asked for.
        minimum_cell: Smallest count that a shared version may print.
    """
    asked = {study.id: study for study in studies}
    touched = [study for study in _studies_touched(con) if study in asked]
    rows = [
        astuple(row)
        for study, pairs in read_pairs_of(con, touched).items()
        for row in impact_of(asked[study], pairs, study_policy(asked[study], minimum_cell))
    ]
    create_impact(con)
    if rows:
        con.register("impact_rows", pd.DataFrame(rows, columns=list(IMPACT), dtype=object))
        con.execute(f"insert into quality.{NAME} select * from impact_rows")
        con.unregister("impact_rows")
    return len(rows)


def _studies_touched(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The studies with a doubtful value: only their pairs need to be read."""
    doubts = ", ".join(DOUBTS)
    rows = con.execute(
        f"select distinct study from marts.rechallenges where coalesce({doubts}) is not null "
        "order by study"
    ).fetchall()
    return [study for (study,) in rows]


def impact_of(study: Study, pairs: list[Pair], policy: Policy) -> Iterator[Impact]:
    """The rows of one study: each rule that touches it, then all of them, by group and endpoint."""
    rules = [_rules_of(pair) for pair in pairs]
    if not any(any(found.values()) for found in rules):
        return
    known = list(zip(pairs, rules, strict=True))
    for stratum in (*strata_of(study, pairs), "all"):
        members = [one for one in known if in_stratum([one[0]], stratum)]
        touched = _touched(members)
        for endpoint in _endpoints(study):
            yield from _rows(study, stratum, endpoint, members, touched, policy)


def _endpoints(study: Study) -> tuple[Endpoint, Endpoint]:
    response = next(one for one in proportion_endpoints(study) if one.name == "orr")
    time = next(one for one in time_endpoints(study) if one.name == "pfs")
    return response, time


def _rules_of(pair: Pair) -> Rules:
    return {column: frozenset((pair[column] or "").split(", ")) - {""} for column in DOUBTS}


def _touched(members: Iterable[tuple[Pair, Rules]]) -> dict[str, int]:
    """Patients of whom each rule makes any value doubtful."""
    touched: dict[str, int] = defaultdict(int)
    for _, rules in members:
        found = frozenset().union(*rules.values())
        for rule_id in found:
            touched[rule_id] += 1
        touched[ALL_RULES] += bool(found)
    return dict(sorted(touched.items(), key=lambda one: (one[0] == ALL_RULES, one[0])))


def _rows(
    study: Study,
    stratum: str,
    endpoint: Endpoint,
    members: list[tuple[Pair, Rules]],
    touched: Mapping[str, int],
    policy: Policy,
) -> Iterator[Impact]:
    confidence = study.endpoints.confidence
    evaluable = [
        (pair, frozenset().union(*(rules[column] for column in endpoint.of.doubts)))
        for pair, rules in members
        if endpoint.of.holds(pair)
    ]
    registered = _value(endpoint, [pair for pair, _ in evaluable], confidence)
    for rule_id, patients in touched.items():
        is_all = rule_id == ALL_RULES
        stay = [pair for pair, doubts in evaluable if not (doubts if is_all else rule_id in doubts)]
        alone = sum(bool(doubts) if is_all else doubts == {rule_id} for _, doubts in evaluable)
        left = len(evaluable) - len(stay)
        without = _value(endpoint, stay, confidence) if left else registered
        yield Impact(
            study=study.id,
            rule_id=rule_id,
            stratum=stratum,
            endpoint=endpoint.name,
            statistic="median" if isinstance(endpoint, TimeEndpoint) else "proportion",
            patients_touched=patients,
            patients_left=left,
            patients_left_alone=alone,
            value_as_registered=registered.value,
            value_without=without.value,
            difference=_difference(registered, without),
            numerator_as_registered=registered.numerator,
            denominator_as_registered=registered.denominator,
            numerator_without=without.numerator,
            denominator_without=without.denominator,
            remark=_remark(registered, without),
            suppressed=any(map(policy.is_small, _counts(endpoint, registered, without))),
        )


def _value(endpoint: Endpoint, pairs: list[Pair], confidence: float) -> Value:
    if isinstance(endpoint, TimeEndpoint):
        curve = fit_endpoint(endpoint, pairs, confidence)
        days = curve.median().value
        months = None if days is None else days / DAYS_PER_MONTH
        return Value(months, curve.events, curve.subjects)
    having = sum(map(endpoint.has, pairs))
    return Value(having / len(pairs) if pairs else None, having, len(pairs))


def _difference(registered: Value, without: Value) -> float | None:
    if registered.value is None or without.value is None:
        return None
    return without.value - registered.value


def _remark(registered: Value, without: Value) -> str | None:
    said = [
        f"{where}: {value.missing}"
        for where, value in (("as registered", registered), ("without", without))
        if value.value is None
    ]
    return "; ".join(said) or None


def _counts(endpoint: Endpoint, registered: Value, without: Value) -> Iterator[int]:
    """The counts that the row prints, or lets a reader work out by subtraction."""
    for one in (registered, without):
        yield one.numerator
        yield one.denominator
        if isinstance(endpoint, ProportionEndpoint):
            yield one.denominator - one.numerator
    yield registered.denominator - without.denominator
    yield abs(registered.numerator - without.numerator)
