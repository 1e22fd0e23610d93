"""What each study finds under each alternative, beside what it finds by its own definitions.

Belongs here: the measures, and writing `marts.sensitivity`. Does not belong here: how a study is
selected or estimated (`etl/studies`), the alternatives (`scenarios`), what is small
(`etl/disclosure/policy`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import duckdb
import pandas as pd

from etl.disclosure.policy import Policy
from etl.parameters import Parameters
from etl.sensitivity.rederive import rederived
from etl.sensitivity.scenarios import SCENARIOS, Scenario, by_parameters
from etl.studies import Study
from etl.studies.engine import select_cohort
from etl.studies.estimates import estimate_study
from etl.studies.pairs import Pair, in_stratum, read_pairs
from etl.studies.suppression import study_policy
from expectations.contracts import (
    comment_sql,
    create_table_sql,
    physical_columns,
    validate_frame,
)
from expectations.contracts.sensitivity import Sensitivity

ESTIMATED = {
    ("orr", "proportion"): "orr",
    ("irae_grade3plus", "proportion"): "irae_grade3plus",
    ("pfs", "median"): "pfs_median",
}
"""Endpoint and statistic among a study's estimates, and what they are called here."""

Lines = Mapping[str, int]


@dataclass(frozen=True)
class Measure:
    """One measure in one stratum; fields as in the contract."""

    stratum: str
    measure: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True)
class Finding:
    """What a study finds: its measures, and the patients of each stratum."""

    measures: tuple[Measure, ...]
    members: Mapping[str, frozenset[str]]

    def against(self, own: "Finding") -> tuple[Measure, ...]:
        """The measures, with the patients that entered and left against the study's own."""
        moved = []
        for stratum, members in self.members.items():
            before = own.members[stratum]
            moved.append(Measure(stratum, "patients_entered", len(members - before)))
            moved.append(Measure(stratum, "patients_left", len(before - members)))
        return (*self.measures, *moved)


def build_sensitivity(
    con: duckdb.DuckDBPyConnection,
    studies: Iterable[Study],
    parameters: Parameters,
    minimum_cell: int = 5,
    scenarios: Sequence[Scenario] = SCENARIOS,
) -> int:
    """Write `marts.sensitivity`; returns its rows.

    Args:
        con: session of the warehouse with everything derived and committed.
        studies: whose conclusions are looked at.
        parameters: what the warehouse was derived under.
        minimum_cell: smallest count that a shared version may print.
        scenarios: the alternatives.
    """
    wanted = list(studies)
    if not wanted:
        return _write(con, ())
    own: dict[str, Finding] = {}
    rows: list[dict[str, object]] = []
    # The night's own parameters come first, so what they lead to is known to the others.
    for tried, of_tried in by_parameters(parameters, scenarios):
        with rederived(con, parameters, tried) as side:
            lines = _lines(side)
            for study in wanted:
                policy = study_policy(study, minimum_cell)
                known = {study: _find(side, study, lines)} if tried == parameters else {}
                own.update((one.id, finding) for one, finding in known.items())
                for scenario, finding in _findings(side, study, lines, of_tried, known):
                    is_default = tried == parameters and scenario.of_study(study) == study
                    rows += _rows(study, scenario, finding, own[study.id], policy, is_default)
    return _write(con, rows)


def _findings(
    side: duckdb.DuckDBPyConnection,
    study: Study,
    lines: Lines,
    scenarios: Iterable[Scenario],
    known: dict[Study, Finding],
) -> Iterator[tuple[Scenario, Finding]]:
    """What the study finds under each scenario that fits it; each variant is asked once."""
    for scenario in (one for one in scenarios if one.fits(study)):
        variant = scenario.of_study(study)
        if variant not in known:
            known[variant] = _find(side, variant, lines)
        yield scenario, known[variant]


def _lines(side: duckdb.DuckDBPyConnection) -> Lines:
    found = side.execute("select setting, count(*) from marts.treatment_lines group by setting")
    return dict(found.fetchall())


def _find(side: duckdb.DuckDBPyConnection, study: Study, lines: Lines) -> Finding:
    select_cohort(side, study)
    pairs = read_pairs(side, study.id)
    strata = (*study.stratum_names, "all")
    members = {
        stratum: frozenset(pair["patient_id"] for pair in in_stratum(pairs, stratum))
        for stratum in strata
    }
    setting = study.population.setting
    in_setting = sum(lines.values()) if setting == "any" else lines.get(setting, 0)
    return Finding(
        (
            Measure("all", "lines", in_setting),
            *(Measure(stratum, "patients", len(those)) for stratum, those in members.items()),
            *_estimated(study, pairs),
        ),
        members,
    )


def _estimated(study: Study, pairs: list[Pair]) -> Iterator[Measure]:
    endpoints = {endpoint for endpoint, _ in ESTIMATED}
    for row in estimate_study(study, pairs, editions=("as_registered",), endpoints=endpoints):
        measure = ESTIMATED.get((row.endpoint, row.statistic))
        if measure is not None and row.subset == "all":
            yield Measure(
                row.stratum,
                measure,
                row.value,
                row.lower,
                row.upper,
                row.numerator,
                row.denominator,
            )


def _rows(
    study: Study,
    scenario: Scenario,
    finding: Finding,
    own: Finding,
    policy: Policy,
    is_default: bool,
) -> list[dict[str, object]]:
    measures = finding.against(own)
    hidden = _hidden(measures, {(one.stratum, one.measure): one for one in own.measures}, policy)
    return [
        {
            "study": study.id,
            "parameter": scenario.parameter,
            "tried": scenario.tried,
            "title": scenario.title,
            "is_default": is_default,
            **asdict(measure),
            "suppressed": measure in hidden,
        }
        for measure in measures
    ]


def _hidden(
    measures: Sequence[Measure], own: Mapping[tuple[str, str], Measure], policy: Policy
) -> set[Measure]:
    """Measures that rest on a small count, or differ by one from the study's own.

    Two alternatives side by side give a small group away as well as a table does, so a small
    difference is small. Where one group alone is hidden, the smallest other one is, too.
    """
    hidden = {
        measure
        for measure in measures
        if any(map(policy.is_small, _counts(measure, own.get((measure.stratum, measure.measure)))))
    }
    if policy.complementary:
        for name in {measure.measure for measure in hidden if measure.stratum != "all"}:
            groups = [one for one in measures if one.measure == name and one.stratum != "all"]
            shown = [one for one in groups if one not in hidden]
            if len(groups) - len(shown) == 1 and shown:
                hidden.add(min(shown, key=lambda one: (_size(one), one.stratum)))
    return hidden


def _counts(measure: Measure, own: Measure | None) -> Iterator[int]:
    if measure.denominator is None or measure.numerator is None:
        counts = [_size(measure)]
    else:
        counts = [measure.numerator, measure.denominator]
        if measure.measure != "pfs_median":
            counts.append(measure.denominator - measure.numerator)
    yield from counts
    if own is not None and measure.measure != "lines":
        yield abs(_size(measure) - _size(own))
        yield abs((measure.numerator or 0) - (own.numerator or 0))


def _size(measure: Measure) -> int:
    return int(measure.value or 0) if measure.denominator is None else measure.denominator


def _write(con: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, object]]) -> int:
    names = [column.name for column in physical_columns(Sensitivity)]
    frame = validate_frame(Sensitivity, pd.DataFrame(rows, columns=names))
    con.execute("create schema if not exists marts")
    con.execute(f"drop table if exists {Sensitivity.key()}")
    con.execute(";".join([create_table_sql(Sensitivity), *comment_sql(Sensitivity)]))
    con.register("sensitivity_rows", frame)
    con.execute(f"insert into {Sensitivity.key()} by name select * from sensitivity_rows")
    con.unregister("sensitivity_rows")
    return len(rows)
