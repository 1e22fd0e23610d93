"""The estimates of a study, one row each, from its pairs.

Belongs here: which endpoints there are, their evaluable sets, editions, strata and subsets. Does
not belong here: the estimators (`etl/survival`), what is suppressed (`suppression`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from etl.parameters import DAYS_PER_MONTH
from etl.studies.definition import Study
from etl.studies.pairs import (
    DISEASE_CONTROL,
    INITIAL_RESPONSE,
    LINES,
    OS,
    PFS,
    RESPONSE,
    TOXICITY,
    EvaluableSet,
    Pair,
    Test,
    in_stratum,
    is_gained,
    is_lost,
)
from etl.survival.kaplan_meier import (
    Curve,
    Estimate,
    fit_kaplan_meier,
    fit_reverse_kaplan_meier,
)
from etl.survival.proportions import clopper_pearson
from expectations.contracts.studies import EDITIONS

RESPONDERS = "rechallenge_responders"


@dataclass(frozen=True)
class Row:
    """One row of `marts.estimates`; fields as in its contract."""

    study: str
    edition: str
    stratum: str
    subset: str
    endpoint: str
    statistic: str
    at: int | None
    value: float | None
    lower: float | None
    upper: float | None
    confidence: float
    method: str
    numerator: int
    denominator: int
    at_risk: int | None
    evaluable_set: str
    suppressed: bool = False


@dataclass(frozen=True)
class ProportionEndpoint:
    """A proportion: who has it, of which set."""

    name: str
    has: Test
    of: EvaluableSet


@dataclass(frozen=True)
class TimeEndpoint:
    """A time to event: its columns, set and estimator."""

    name: str
    days: str
    event: str
    of: EvaluableSet
    subsets: tuple[str, ...] = ("all",)
    is_reverse: bool = False


def proportion_endpoints(study: Study) -> tuple[ProportionEndpoint, ...]:
    """The proportions a study reports."""
    response = EvaluableSet("response_evaluable", _true("response_evaluable"), (LINES, RESPONSE))
    if study.endpoints.response.denominator == "all":
        response = EvaluableSet("all", _everybody, (LINES, RESPONSE))
    both = (LINES, RESPONSE, INITIAL_RESPONSE)
    pairs = EvaluableSet("pair_evaluable", _true("pair_evaluable"), both)
    everybody = EvaluableSet("all", _everybody, both)
    toxicity = EvaluableSet("toxicity_known", _true("toxicity_known"), (LINES, TOXICITY))
    if study.endpoints.toxicity.denominator == "all":
        toxicity = EvaluableSet("all", _everybody, (LINES, TOXICITY))
    return (
        ProportionEndpoint("orr", _true("rechallenge_responder"), response),
        ProportionEndpoint("dcr", _is_controlled, response),
        ProportionEndpoint("discordance", _true("discordant"), pairs),
        ProportionEndpoint("rechallenge_only", is_gained, everybody),
        ProportionEndpoint("initial_only", is_lost, everybody),
        ProportionEndpoint("irae_grade3plus", _true("irae_grade3plus"), toxicity),
    )


def time_endpoints() -> tuple[TimeEndpoint, ...]:
    """The times to event a study reports."""
    os_known = EvaluableSet("os_known", _known("os_days"), (LINES, OS))
    return (
        TimeEndpoint(
            "pfs",
            "pfs_days",
            "pfs_event",
            EvaluableSet("pfs_known", _known("pfs_days"), (LINES, PFS)),
            ("all", RESPONDERS),
        ),
        TimeEndpoint("os", "os_days", "os_event", os_known, ("all", RESPONDERS)),
        TimeEndpoint(
            "dor",
            "dor_days",
            "dor_event",
            EvaluableSet("response_dated", _known("dor_days"), (LINES, RESPONSE, PFS)),
            (RESPONDERS,),
        ),
        TimeEndpoint("follow_up", "os_days", "os_event", os_known, is_reverse=True),
    )


def estimate_study(study: Study, pairs: list[Pair]) -> list[Row]:
    """Every estimate of a study: editions, strata and `all`, subsets, endpoints, statistics."""
    rows: list[Row] = []
    for edition in EDITIONS:
        for stratum in (*study.stratum_names, "all"):
            members = in_stratum(pairs, stratum)
            rows += _proportions(study, edition, stratum, members)
            for endpoint in time_endpoints():
                for subset in endpoint.subsets:
                    rows += _times(study, edition, stratum, subset, endpoint, members)
    return rows


def fit_endpoint(endpoint: TimeEndpoint, pairs: list[Pair], confidence: float) -> Curve:
    """The curve of an endpoint over pairs that are all in its evaluable set."""
    fit = fit_reverse_kaplan_meier if endpoint.is_reverse else fit_kaplan_meier
    return fit(
        [pair[endpoint.days] for pair in pairs],
        [bool(pair[endpoint.event]) for pair in pairs],
        confidence,
    )


def members_of(
    endpoint: TimeEndpoint, pairs: list[Pair], edition: str, subset: str
) -> tuple[list[Pair], str]:
    """The pairs a time endpoint rests on, and the name of their set.

    Being a responder is itself a value that may be doubtful, so that subset asks for a sound
    response as well.
    """
    evaluable = endpoint.of
    if subset == RESPONDERS:
        pairs = [pair for pair in pairs if pair["rechallenge_responder"] is True]
        evaluable = replace(evaluable, doubts=(*evaluable.doubts, RESPONSE))
    return evaluable.of(pairs, edition), evaluable.name_in(edition)


def _proportions(study: Study, edition: str, stratum: str, members: list[Pair]) -> Iterator[Row]:
    confidence = study.endpoints.confidence
    for endpoint in proportion_endpoints(study):
        evaluable = endpoint.of.of(members, edition)
        found = clopper_pearson(sum(map(endpoint.has, evaluable)), len(evaluable), confidence)
        yield Row(
            study=study.id,
            edition=edition,
            stratum=stratum,
            subset="all",
            endpoint=endpoint.name,
            statistic="proportion",
            at=None,
            value=found.value,
            lower=found.lower,
            upper=found.upper,
            confidence=confidence,
            method="Clopper-Pearson" if evaluable else "nobody in the evaluable set",
            numerator=found.numerator,
            denominator=found.denominator,
            at_risk=None,
            evaluable_set=endpoint.of.name_in(edition),
        )


def _times(
    study: Study,
    edition: str,
    stratum: str,
    subset: str,
    endpoint: TimeEndpoint,
    members: list[Pair],
) -> Iterator[Row]:
    confidence = study.endpoints.confidence
    evaluable, set_name = members_of(endpoint, members, edition, subset)
    curve = fit_endpoint(endpoint, evaluable, confidence)
    estimator = "reverse Kaplan-Meier" if endpoint.is_reverse else "Kaplan-Meier"
    median = _in_months(curve.median())
    row = Row(
        study=study.id,
        edition=edition,
        stratum=stratum,
        subset=subset,
        endpoint=endpoint.name,
        statistic="median",
        at=None,
        value=median.value,
        lower=median.lower,
        upper=median.upper,
        confidence=confidence,
        method=f"{estimator}, log(-log) interval{_not_reached(curve, median)}",
        numerator=curve.events,
        denominator=curve.subjects,
        at_risk=None,
        evaluable_set=set_name,
    )
    yield row
    if endpoint.is_reverse:
        return
    for months in study.endpoints.survival_at_months:
        days = months * DAYS_PER_MONTH
        found = curve.survival_at(days)
        yield replace(
            row,
            statistic="survival_at",
            at=months,
            value=found.value,
            lower=found.lower,
            upper=found.upper,
            method=f"{estimator}, log(-log) interval{_not_observed(curve, found)}",
            numerator=curve.events_by(days),
            at_risk=curve.at_risk(days),
        )


def _in_months(days: Estimate) -> Estimate:
    def months(value: float | None) -> float | None:
        return None if value is None else value / DAYS_PER_MONTH

    return Estimate(months(days.value), months(days.lower), months(days.upper))


def _not_reached(curve: Curve, median: Estimate) -> str:
    if curve.subjects == 0:
        return "; nobody in the evaluable set"
    if median.value is None:
        return "; median not reached"
    missing = [
        name for name, limit in (("lower", median.lower), ("upper", median.upper)) if limit is None
    ]
    return f"; {' and '.join(missing)} limit not reached" if missing else ""


def _not_observed(curve: Curve, found: Estimate) -> str:
    if curve.subjects == 0:
        return "; nobody in the evaluable set"
    if found.value is None:
        return "; nobody was observed so long"
    if found.lower is None:
        return "; no interval where the curve is at 1 or 0"
    return ""


def _true(column: str) -> Test:
    return lambda pair: pair[column] is True


def _known(column: str) -> Test:
    return lambda pair: pair[column] is not None


def _everybody(_: Pair) -> bool:
    return True


def _is_controlled(pair: Pair) -> bool:
    return pair["response_evaluable"] is True and pair["rechallenge_response"] in DISEASE_CONTROL
