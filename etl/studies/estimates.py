"""The estimates of a study, one row each, from its pairs.

Belongs here: which endpoints there are, their evaluable sets, editions, strata and subsets. Does
not belong here: the estimators (`etl/survival`), what is suppressed (`suppression`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from etl.parameters import DAYS_PER_MONTH
from etl.studies.definition import Study
from etl.studies.pairs import (
    DISEASE_CONTROL,
    INITIAL_RESPONSE,
    OS,
    PFS,
    RESPONSE,
    SELECTED,
    TOXICITY,
    EvaluableSet,
    Pair,
    Test,
    in_stratum,
    is_gained,
    is_lost,
    strata_of,
)
from etl.survival.cumulative_incidence import fit_aalen_johansen
from etl.survival.kaplan_meier import (
    Curve,
    Estimate,
    fit_kaplan_meier,
    fit_reverse_kaplan_meier,
)
from etl.survival.proportions import clopper_pearson
from expectations.contracts.studies import EDITIONS, ENDPOINTS

RESPONDERS = "rechallenge_responders"
IMMORTAL_TIME = (
    "counted from the initial treatment: patients had to live until the rechallenge (immortal time)"
)


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
    """A time to event: its columns, set and estimator.

    Attributes:
        name: as in `marts.estimates`.
        days: column of the duration.
        event: column that says whether it ended with the event.
        of: the set it is estimated in.
        subsets: groups within a stratum for which it is estimated as well.
        index: day from which it counts.
        is_reverse: the reverse estimate, of follow-up.
        enters_late: patients are at risk only from the rechallenge on.
    """

    name: str
    days: str
    event: str
    of: EvaluableSet
    subsets: tuple[str, ...] = ("all",)
    index: str = "rechallenge_start"
    is_reverse: bool = False
    enters_late: bool = False

    @property
    def is_immortal(self) -> bool:
        """Whether patients could not have had the event before they were rechallenged."""
        return self.index == "initial_start" and not self.enters_late


def proportion_endpoints(study: Study) -> tuple[ProportionEndpoint, ...]:
    """The proportions a study reports."""
    asked = study.endpoints
    response = EvaluableSet(
        "response_evaluable", _true("response_evaluable"), (*SELECTED, RESPONSE)
    )
    if asked.response.denominator == "all":
        response = EvaluableSet("all", _everybody, (*SELECTED, RESPONSE))
    both = (*SELECTED, RESPONSE, INITIAL_RESPONSE)
    pairs = EvaluableSet("pair_evaluable", _true("pair_evaluable"), both)
    everybody = EvaluableSet("all", _everybody, both)
    differing = everybody if asked.discordance.denominator == "all" else pairs
    one_sided = pairs if asked.discordance.one_sided_denominator == "both_evaluable" else everybody
    endpoints = [
        ProportionEndpoint("orr", _true("rechallenge_responder"), response),
        ProportionEndpoint("dcr", _is_controlled, response),
        ProportionEndpoint("discordance", _true("discordant"), differing),
        ProportionEndpoint("rechallenge_only", is_gained, one_sided),
        ProportionEndpoint("initial_only", is_lost, one_sided),
        ProportionEndpoint(
            "irae_grade3plus",
            _true("irae_grade3plus"),
            toxicity_set(asked.toxicity.denominator),
        ),
    ]
    if asked.recurrence is not None:
        endpoints.append(
            ProportionEndpoint(
                "irae_recurrence",
                _true("irae_recurrence"),
                recurrence_set(asked.recurrence.denominator),
            )
        )
    return tuple(endpoints)


def toxicity_set(denominator: str) -> EvaluableSet:
    """The set in which toxicity is counted."""
    if denominator == "all":
        return EvaluableSet("all", _everybody, (*SELECTED, TOXICITY))
    return EvaluableSet("toxicity_known", _true("toxicity_known"), (*SELECTED, TOXICITY))


def recurrence_set(denominator: str) -> EvaluableSet:
    """The set in which recurrence is counted: of whom it is known, or everybody."""
    if denominator == "all":
        return toxicity_set("all")
    return EvaluableSet("recurrence_known", _known("irae_recurrence"), (*SELECTED, TOXICITY))


def incidence_set() -> EvaluableSet:
    """The set in which cumulative incidence is estimated."""

    def is_known(pair: Pair) -> bool:
        return pair["toxicity_known"] is True and pair["irae_cause"] is not None

    return EvaluableSet("toxicity_dated", is_known, (*SELECTED, TOXICITY))


def time_endpoints(study: Study) -> tuple[TimeEndpoint, ...]:
    """The times to event a study reports; with delayed entry beside those from the initial."""
    endpoints: list[TimeEndpoint] = []
    for name, index, doubt in (("pfs", study.pfs_index, PFS), ("os", study.os_index, OS)):
        days, event = f"{name}_days", f"{name}_event"
        plain = TimeEndpoint(
            name,
            days,
            event,
            EvaluableSet(_indexed(f"{name}_known", index), _known(days), (*SELECTED, doubt)),
            ("all", RESPONDERS),
            index,
        )
        endpoints.append(plain)
        if plain.is_immortal:
            late = EvaluableSet(f"{name}_known_at_entry", _enters(days), plain.of.doubts)
            endpoints.append(
                replace(plain, name=f"{name}_delayed_entry", of=late, enters_late=True)
            )
    os_known = EvaluableSet(
        _indexed("os_known", study.os_index), _known("os_days"), (*SELECTED, OS)
    )
    dated = EvaluableSet("response_dated", _known("dor_days"), (*SELECTED, RESPONSE, PFS))
    treated = EvaluableSet("ttnt_known", _known("ttnt_days"), (*SELECTED, OS))
    return (
        *endpoints,
        TimeEndpoint("dor", "dor_days", "dor_event", dated, (RESPONDERS,)),
        TimeEndpoint("ttnt", "ttnt_days", "ttnt_event", treated),
        TimeEndpoint(
            "follow_up", "os_days", "os_event", os_known, index=study.os_index, is_reverse=True
        ),
    )


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
    confidence = study.endpoints.confidence
    for endpoint in proportion_endpoints(study):
        if endpoint.name not in endpoints:
            continue
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
    estimator = _estimator(endpoint)
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
        method=f"{estimator}{_not_reached(curve, median)}",
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
            method=f"{estimator}{_not_observed(curve.subjects, found)}",
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


def _indexed(name: str, index: str) -> str:
    return f"{name}_from_initial" if index == "initial_start" else name


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


def _true(column: str) -> Test:
    return lambda pair: pair[column] is True


def _known(column: str) -> Test:
    return lambda pair: pair[column] is not None


def _enters(days: str) -> Test:
    """Whether a patient was still followed after the rechallenge began."""
    return lambda pair: pair[days] is not None and pair[days] > pair["entry_days"]


def _everybody(_: Pair) -> bool:
    return True


def _is_controlled(pair: Pair) -> bool:
    return pair["response_evaluable"] is True and pair["rechallenge_response"] in DISEASE_CONTROL
