"""The estimates of a study, one row each, from its pairs.

Belongs here: editions, strata, subsets and statistics. Does not belong here: which endpoints there
are (`endpoints`), the estimators (`etl/survival`), what is suppressed (`suppression`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from etl.parameters import DAYS_PER_MONTH
from etl.studies.definition import Study
from etl.studies.endpoints import (
    RESPONDERS,
    ProportionEndpoint,
    TimeEndpoint,
    incidence_set,
    proportion_endpoints,
    time_endpoints,
    toxicity_bounds,
)
from etl.studies.pairs import RESPONSE, Pair, in_stratum, strata_of
from etl.survival.cumulative_incidence import fit_aalen_johansen
from etl.survival.kaplan_meier import (
    Curve,
    Estimate,
    fit_kaplan_meier,
    fit_reverse_kaplan_meier,
)
from etl.survival.proportions import clopper_pearson
from expectations.contracts.studies import EDITIONS, ENDPOINTS

IMMORTAL_TIME = (
    "counted from the initial treatment: patients had to live until the rechallenge (immortal time)"
)
NOT_COLLECTED = "not estimated: severe toxicity is neither asked for nor declared to be captured"


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
    bound_lower: float | None = None
    bound_upper: float | None = None
    suppressed: bool = False


def estimate_study(
    study: Study,
    pairs: list[Pair],
    *,
    editions: Sequence[str] = EDITIONS,
    endpoints: Collection[str] = ENDPOINTS,
) -> list[Row]:
    """Every estimate of a study: editions, strata and `all`, subsets, endpoints, statistics.

    Args:
        study: the definition.
        pairs: its patients.
        editions: the editions asked for.
        endpoints: the endpoints asked for; others are not computed.
    """
    rows: list[Row] = []
    for edition in editions:
        for stratum in (*strata_of(study, pairs), "all"):
            members = in_stratum(pairs, stratum)
            rows += _proportions(study, edition, stratum, members, endpoints)
            if "irae_grade3plus" in endpoints:
                rows += _incidences(study, edition, stratum, members)
            for endpoint in time_endpoints(study):
                if endpoint.name not in endpoints:
                    continue
                for subset in endpoint.subsets:
                    rows += _times(study, edition, stratum, subset, endpoint, members)
    return rows


def fit_endpoint(endpoint: TimeEndpoint, pairs: list[Pair], confidence: float) -> Curve:
    """The curve of an endpoint over pairs that are all in its evaluable set."""
    durations = [pair[endpoint.days] for pair in pairs]
    events = [bool(pair[endpoint.event]) for pair in pairs]
    if endpoint.is_reverse:
        return fit_reverse_kaplan_meier(durations, events, confidence)
    if endpoint.enters_late:
        entries = [pair["entry_days"] for pair in pairs]
        return fit_kaplan_meier(durations, events, confidence, entries)
    return fit_kaplan_meier(durations, events, confidence)


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


def _proportions(
    study: Study, edition: str, stratum: str, members: list[Pair], endpoints: Collection[str]
) -> Iterator[Row]:
    for endpoint in proportion_endpoints(study):
        if endpoint.name in endpoints:
            yield proportion_of(study, edition, stratum, endpoint, members)


def proportion_of(
    study: Study, edition: str, stratum: str, endpoint: ProportionEndpoint, members: list[Pair]
) -> Row:
    """The proportion of an endpoint over those of the pairs that are in its evaluable set."""
    confidence = study.endpoints.confidence
    evaluable = endpoint.of.of(members, edition)
    found = clopper_pearson(sum(map(endpoint.has, evaluable)), len(evaluable), confidence)
    method = "Clopper-Pearson" if evaluable else "nobody in the evaluable set"
    bounds = None
    if endpoint.name == "irae_grade3plus":
        bounds = toxicity_bounds(members, edition)
        if members and not any(pair["toxicity_collected"] for pair in members):
            method = NOT_COLLECTED
    return Row(
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
        method=method,
        numerator=found.numerator,
        denominator=found.denominator,
        at_risk=None,
        evaluable_set=endpoint.of.name_in(edition),
        bound_lower=bounds[0] if bounds else None,
        bound_upper=bounds[1] if bounds else None,
    )


def median_of(
    study: Study,
    edition: str,
    stratum: str,
    endpoint: TimeEndpoint,
    members: list[Pair],
    subset: str = "all",
) -> tuple[Row, Curve]:
    """The median of a time over those of the pairs that are in its evaluable set; its curve."""
    confidence = study.endpoints.confidence
    evaluable, set_name = members_of(endpoint, members, edition, subset)
    curve = fit_endpoint(endpoint, evaluable, confidence)
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
        method=f"{_estimator(endpoint)}{_not_reached(curve, median)}",
        numerator=curve.events,
        denominator=curve.subjects,
        at_risk=None,
        evaluable_set=set_name,
    )
    return row, curve


def _times(
    study: Study,
    edition: str,
    stratum: str,
    subset: str,
    endpoint: TimeEndpoint,
    members: list[Pair],
) -> Iterator[Row]:
    row, curve = median_of(study, edition, stratum, endpoint, members, subset)
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
            method=f"{_estimator(endpoint)}{_not_observed(curve.subjects, found)}",
            numerator=curve.events_by(days),
            at_risk=curve.at_risk(days),
        )


def _incidences(study: Study, edition: str, stratum: str, members: list[Pair]) -> Iterator[Row]:
    confidence = study.endpoints.confidence
    evaluable = incidence_set().of(members, edition)
    if not study.endpoints.toxicity.cumulative_incidence_months:
        return
    curve = fit_aalen_johansen(
        [pair["irae_days"] for pair in evaluable],
        [pair["irae_cause"] for pair in evaluable],
        confidence,
    )
    for months in study.endpoints.toxicity.cumulative_incidence_months:
        days = months * DAYS_PER_MONTH
        found = curve.incidence_at(days)
        missing = _not_observed(len(evaluable), found)
        yield Row(
            study=study.id,
            edition=edition,
            stratum=stratum,
            subset="all",
            endpoint="irae_grade3plus",
            statistic="cumulative_incidence",
            at=months,
            value=found.value,
            lower=found.lower,
            upper=found.upper,
            confidence=confidence,
            method=(
                "Aalen-Johansen, log(-log) interval; next line and death are competing events"
                f"{missing}"
            ),
            numerator=curve.events_by(days),
            denominator=len(evaluable),
            at_risk=curve.at_risk(days),
            evaluable_set=incidence_set().name_in(edition),
        )


def _estimator(endpoint: TimeEndpoint) -> str:
    if endpoint.is_reverse:
        return f"reverse Kaplan-Meier, log(-log) interval{_immortal(endpoint)}"
    if endpoint.enters_late:
        return (
            "Kaplan-Meier with delayed entry at the rechallenge, log(-log) interval; counted from "
            "the initial treatment"
        )
    return f"Kaplan-Meier, log(-log) interval{_immortal(endpoint)}"


def _immortal(endpoint: TimeEndpoint) -> str:
    return f"; {IMMORTAL_TIME}" if endpoint.is_immortal else ""


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


def _not_observed(subjects: int, found: Estimate) -> str:
    if subjects == 0:
        return "; nobody in the evaluable set"
    if found.value is None:
        return "; nobody was observed so long"
    if found.lower is None:
        return "; no interval where the curve is at 1 or 0"
    return ""
