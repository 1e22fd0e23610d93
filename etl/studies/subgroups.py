"""The main estimates of a study in each level of its baseline variables; exploratory.

Belongs here: variables and levels, which of them are estimated, and which of them a shared version
must not print. Does not belong here: the endpoints (`endpoints`), the estimators (`estimates`).

Nothing is tested and no level is compared with another: levels differ in much more than the
variable that names them. A level with fewer evaluable patients than the study's minimum has a row
that says so, with their number and no estimate; so have those whose value is not known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from etl.disclosure.policy import Policy
from etl.parameters import DAYS_PER_MONTH
from etl.studies.definition import Study
from etl.studies.endpoints import (
    ProportionEndpoint,
    TimeEndpoint,
    proportion_endpoints,
    time_endpoints,
)
from etl.studies.estimates import Row, median_of, proportion_of
from etl.studies.pairs import Pair
from expectations.codelists import NOT_KNOWN
from expectations.contracts.studies import EDITIONS
from expectations.contracts.subgroups import SUBGROUP_ENDPOINTS

Patient = Mapping[str, Any]
MISSING = "missing"
ALL = "all"

_UNKNOWN = (None, *NOT_KNOWN)
_EXTENT = {"M0": "III_M1a_M1b", "M1a": "III_M1a_M1b", "M1b": "III_M1a_M1b"}


@dataclass(frozen=True)
class Variable:
    """A baseline variable.

    Attributes:
        name: as in `marts.subgroups`.
        levels: its levels in order.
        of: level of a patient of the study; None where it is not known.
    """

    name: str
    levels: tuple[str, ...]
    of: Callable[[Patient, Pair], str | None]


@dataclass(frozen=True)
class SubgroupRow:
    """One row of `marts.subgroups`; fields as in its contract."""

    study: str
    edition: str
    variable: str
    level: str
    endpoint: str
    statistic: str
    value: float | None
    lower: float | None
    upper: float | None
    confidence: float
    method: str
    numerator: int | None
    denominator: int
    evaluable_set: str
    suppressed: bool = False


def variables(study: Study) -> tuple[Variable, ...]:
    """The baseline variables, with the cuts of the study."""
    age, months = study.subgroups.age_years, study.subgroups.interval_months
    return (
        Variable(
            "age",
            (f"under_{age}", f"{age}_and_over"),
            lambda patient, _: _cut(patient["age_at_advanced_diagnosis"], age, "", 1),
        ),
        Variable("sex", ("female", "male"), _column("sex", {"female": "female", "male": "male"})),
        Variable("ecog", ("0", "1_and_over"), _two("ecog", "0", "1_and_over")),
        Variable("ldh", ("normal", "elevated"), _two("ldh_category", "normal", "elevated")),
        Variable(
            "brain_metastases",
            ("absent", "present"),
            _two("brain_metastases", "absent", "present"),
        ),
        Variable("liver_metastases", ("no", "yes"), _two("liver_metastases", "no", "yes")),
        Variable("extent", ("III_M1a_M1b", "M1c", "M1d"), _extent),
        Variable("braf", ("V600", "not_V600"), _braf),
        Variable(
            "first_stop_reason",
            ("progression", "toxicity", "completed", "other"),
            _first_stop_reason,
        ),
        Variable(
            "interval",
            (f"under_{months}_months", f"{months}_months_and_over"),
            lambda _, pair: _cut(pair["interval_days"], months, "_months", DAYS_PER_MONTH),
        ),
        Variable(
            "initial_response",
            ("responder", "non_responder"),
            lambda _, pair: {True: "responder", False: "non_responder", None: None}[
                pair["initial_responder"]
            ],
        ),
    )


def estimate_subgroups(
    con: duckdb.DuckDBPyConnection, study: Study, pairs: list[Pair], policy: Policy
) -> list[SubgroupRow]:
    """Every level of every variable in both editions, marked where it must not be shared.

    Args:
        con: session that holds `marts.patients` and the study's pairs in `marts.rechallenges`.
        study: the definition.
        pairs: its patients.
        policy: what counts as small.
    """
    patients = _patients(con, study.id)
    members: dict[tuple[str, str], list[Pair]] = {(ALL, ALL): pairs}
    for variable in variables(study):
        of = [(pair, variable.of(patients[pair["patient_id"]], pair)) for pair in pairs]
        for level in (*variable.levels, MISSING):
            asked = None if level == MISSING else level
            those = [pair for pair, found in of if found == asked]
            if those:
                members[variable.name, level] = those
    rows = [
        row
        for edition in EDITIONS
        for (variable, level), those in members.items()
        for row in _rows(study, edition, variable, level, those)
    ]
    return mark_subgroups(rows, policy)


def _rows(
    study: Study, edition: str, variable: str, level: str, members: list[Pair]
) -> Iterator[SubgroupRow]:
    endpoints: list[ProportionEndpoint | TimeEndpoint] = [
        *proportion_endpoints(study),
        *time_endpoints(study),
    ]
    for endpoint in endpoints:
        if endpoint.name not in SUBGROUP_ENDPOINTS:
            continue
        evaluable = len(endpoint.of.of(members, edition))
        because = _why_not(study, variable, level, evaluable)
        if because is not None:
            yield SubgroupRow(
                study=study.id,
                edition=edition,
                variable=variable,
                level=level,
                endpoint=endpoint.name,
                statistic="median" if isinstance(endpoint, TimeEndpoint) else "proportion",
                value=None,
                lower=None,
                upper=None,
                confidence=study.endpoints.confidence,
                method=f"not estimated: {because}",
                numerator=None,
                denominator=evaluable,
                evaluable_set=endpoint.of.name_in(edition),
            )
        elif isinstance(endpoint, TimeEndpoint):
            yield _estimated(variable, level, median_of(study, edition, ALL, endpoint, members)[0])
        else:
            yield _estimated(variable, level, proportion_of(study, edition, ALL, endpoint, members))


def _why_not(study: Study, variable: str, level: str, evaluable: int) -> str | None:
    """Why a level is not estimated; None where it is."""
    minimum = study.subgroups.minimum_evaluable
    if level == MISSING:
        return "the level is not known"
    if evaluable < minimum and variable != ALL:
        return f"{evaluable} evaluable, fewer than {minimum}"
    return None


def _estimated(variable: str, level: str, row: Row) -> SubgroupRow:
    return SubgroupRow(
        study=row.study,
        edition=row.edition,
        variable=variable,
        level=level,
        endpoint=row.endpoint,
        statistic=row.statistic,
        value=row.value,
        lower=row.lower,
        upper=row.upper,
        confidence=row.confidence,
        method=row.method,
        numerator=row.numerator,
        denominator=row.denominator,
        evaluable_set=row.evaluable_set,
    )


def mark_subgroups(rows: list[SubgroupRow], policy: Policy) -> list[SubgroupRow]:
    """The rows with `suppressed` set where a count is small or could be worked out to be.

    Hidden are: a count, its complement or its set below the minimum cell; an edition that leaves
    out so few patients that the other edition gives them away; and, where a single level of a
    variable is hidden, the smallest other one, because all patients are shown. How many have no
    known level may be shown where the study exempts counts of the missing.
    """
    registered = {
        (row.variable, row.level, row.endpoint): row.denominator
        for row in rows
        if row.edition == "as_registered"
    }
    hidden = set()
    groups: dict[tuple[str, str, str], list[SubgroupRow]] = {}
    for row in rows:
        left_out = registered[row.variable, row.level, row.endpoint] - row.denominator
        is_exempt = row.level == MISSING and policy.missing_counts_exempt
        if not is_exempt and (_is_small(row, policy) or (left_out and policy.is_small(left_out))):
            hidden.add(id(row))
        if row.variable != ALL:
            groups.setdefault((row.edition, row.variable, row.endpoint), []).append(row)
    if policy.complementary:
        for levels in groups.values():
            shown = [row for row in levels if id(row) not in hidden and row.denominator > 0]
            known = [row for row in shown if row.level != MISSING] or shown
            if sum(id(row) in hidden for row in levels) == 1 and known:
                hidden.add(id(min(known, key=lambda row: (row.denominator, row.level))))
    return [replace(row, suppressed=id(row) in hidden) for row in rows]


def _is_small(row: SubgroupRow, policy: Policy) -> bool:
    counts = [row.denominator]
    if row.numerator is not None:
        counts.append(row.numerator)
        if row.statistic == "proportion":
            counts.append(row.denominator - row.numerator)
    return row.denominator > 0 and any(map(policy.is_small, counts))


def _patients(con: duckdb.DuckDBPyConnection, study: str) -> dict[str, Patient]:
    names = (
        "patient_id",
        "age_at_advanced_diagnosis",
        "sex",
        "ecog",
        "ldh_category",
        "brain_metastases",
        "liver_metastases",
        "stage",
        "m_category",
        "braf",
    )
    found = con.execute(
        f"select {', '.join(names)} from marts.patients where patient_id in "
        "(select patient_id from marts.rechallenges where study = $study)",
        {"study": study},
    ).fetchall()
    return {row[0]: dict(zip(names, row, strict=True)) for row in found}


def _cut(value: int | None, at: int, unit: str, each: float) -> str | None:
    """The level of a number: below a cut, or at it and above."""
    if value is None:
        return None
    return f"under_{at}{unit}" if value < at * each else f"{at}{unit}_and_over"


def _column(column: str, levels: Mapping[str, str]) -> Callable[[Patient, Pair], str | None]:
    return lambda patient, _: levels.get(patient[column])


def _two(column: str, first: str, other: str) -> Callable[[Patient, Pair], str | None]:
    """Two levels: one code, and every other that is known."""

    def level(patient: Patient, _: Pair) -> str | None:
        found = patient[column]
        if found in _UNKNOWN:
            return None
        return first if found == first else other

    return level


def _extent(patient: Patient, _: Pair) -> str | None:
    """M category; stage III is with the least extended disease whatever stands in M."""
    category, stage = patient["m_category"], patient["stage"] or ""
    if stage.startswith("III"):
        return "III_M1a_M1b"
    return None if category is None else _EXTENT.get(category, category)


def _braf(patient: Patient, _: Pair) -> str | None:
    found = patient["braf"]
    if found in _UNKNOWN:
        return None
    return "V600" if found.startswith("V600") else "not_V600"


def _first_stop_reason(_: Patient, pair: Pair) -> str | None:
    found = pair["first_stop_reason"]
    if found in _UNKNOWN:
        return None
    return found if found in ("progression", "toxicity", "completed") else "other"
