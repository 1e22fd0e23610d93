"""Subgroups: levels and cuts, who is estimated, what a shared version must not print."""

from typing import Any

import duckdb
import pytest

from etl.disclosure.policy import Policy
from etl.studies.engine import write_subgroups
from etl.studies.pairs import read_pairs
from etl.studies.subgroups import SubgroupRow, mark_subgroups, variables
from expectations.contracts import validate_frame
from expectations.contracts.subgroups import Subgroups
from tests.unit.study_support import build, cohort, marts, seed_study, study_with

pytestmark = pytest.mark.slow

PATIENT: dict[str, Any] = {
    "age_at_advanced_diagnosis": 64,
    "sex": "male",
    "ecog": "0",
    "ldh_category": "over_2x_uln",
    "brain_metastases": "asymptomatic",
    "liver_metastases": "no",
    "stage": "IV",
    "m_category": "M1c",
    "braf": "V600_other",
}
PAIR: dict[str, Any] = {
    "first_stop_reason": "patient_choice",
    "interval_days": 365,
    "initial_responder": False,
}


def level(variable: str, **changes: Any) -> str | None:
    asked = next(one for one in variables(seed_study()) if one.name == variable)
    return asked.of(PATIENT | changes, PAIR | changes)


@pytest.mark.parametrize(
    ("variable", "changes", "expected"),
    [
        ("age", {}, "under_65"),
        ("age", {"age_at_advanced_diagnosis": 65}, "65_and_over"),
        ("age", {"age_at_advanced_diagnosis": None}, None),
        ("sex", {"sex": "unknown"}, None),
        ("ecog", {}, "0"),
        ("ecog", {"ecog": "3"}, "1_and_over"),
        ("ecog", {"ecog": "unknown"}, None),
        ("ldh", {}, "elevated"),
        ("ldh", {"ldh_category": "normal"}, "normal"),
        ("brain_metastases", {}, "present"),
        ("brain_metastases", {"brain_metastases": None}, None),
        ("liver_metastases", {}, "no"),
        ("extent", {}, "M1c"),
        ("extent", {"m_category": "M1b"}, "III_M1a_M1b"),
        ("extent", {"stage": "IIIC", "m_category": None}, "III_M1a_M1b"),
        ("extent", {"m_category": None}, None),
        ("braf", {}, "V600"),
        ("braf", {"braf": "other_mutation"}, "not_V600"),
        ("braf", {"braf": "not_tested"}, None),
        ("first_stop_reason", {}, "other"),
        ("first_stop_reason", {"first_stop_reason": "unknown"}, None),
        # 12 months are 365.25 days.
        ("interval", {}, "under_12_months"),
        ("interval", {"interval_days": 366}, "12_months_and_over"),
        ("initial_response", {}, "non_responder"),
        ("initial_response", {"initial_responder": None}, None),
    ],
)
def test_levels(variable: str, changes: dict[str, Any], expected: str | None) -> None:
    assert level(variable, **changes) == expected


def test_every_level_is_one_of_its_variable() -> None:
    for variable in variables(seed_study()):
        found = variable.of(PATIENT, PAIR)
        assert found in variable.levels


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """The calibration cohort: 21 women, 9 of unknown sex, 43 men; all 60 years old."""
    made = cohort()
    made.execute(
        "update marts.patients set sex = case when place <= 21 then 'female' when place <= 30 "
        "then 'unknown' else 'male' end from (select patient_id as id, row_number() over "
        "(order by patient_id) as place from marts.patients "
        "where patient_id in (select patient_id from marts.treatment_lines)) "
        "where patient_id = id"
    )
    build(made)
    return made


def rows(con: duckdb.DuckDBPyConnection, condition: str) -> list[tuple[Any, ...]]:
    return con.execute(
        "select level, endpoint, numerator, denominator from marts.subgroups "
        f"where edition = 'as_registered' and {condition} order by rowid"
    ).fetchall()


def test_the_mart_keeps_its_promise(con: duckdb.DuckDBPyConnection) -> None:
    frame = con.execute("select * from marts.subgroups").df()
    validate_frame(Subgroups, frame)
    assert set(frame["edition"]) == {"as_registered", "quality_filtered"}


@pytest.mark.parametrize(
    ("endpoint", "evaluable", "has"),
    [
        ("orr", "response_evaluable", "rechallenge_responder"),
        ("irae_grade3plus", "toxicity_known", "irae_grade3plus"),
        ("pfs", "pfs_days is not null", "pfs_event"),
    ],
)
def test_counts_are_those_of_the_mart(
    con: duckdb.DuckDBPyConnection, endpoint: str, evaluable: str, has: str
) -> None:
    expected = con.execute(
        f"select sex, count(*) filter (where {has}), count(*) from marts.rechallenges "
        f"inner join marts.patients using (patient_id) where {evaluable} "
        "and sex in ('female', 'male') group by sex order by sex"
    ).fetchall()
    found = rows(con, f"variable = 'sex' and endpoint = '{endpoint}' and level <> 'missing'")
    assert [(name, part, whole) for name, _, part, whole in found] == expected
    assert len(found) == 2


def test_all_patients_are_the_main_estimate(con: duckdb.DuckDBPyConnection) -> None:
    keys = "edition, endpoint, statistic, value, lower, upper, method, numerator, denominator"
    asked = (
        "stratum = 'all' and subset = 'all' and (statistic = 'median' and endpoint = 'pfs' "
        "or statistic = 'proportion' and endpoint in ('orr', 'irae_grade3plus'))"
    )
    subgroups, main = (
        con.execute(
            f"select {keys}, evaluable_set from marts.{table} where {condition} order by all"
        ).fetchall()
        for table, condition in (("subgroups", "variable = 'all'"), ("estimates", asked))
    )
    assert subgroups == main
    assert len(main) == 6


def test_who_is_not_estimated_is_counted_and_told_why(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select value, lower, upper, numerator, denominator, method from marts.subgroups "
        "where level = 'missing' and variable = 'sex' and endpoint = 'pfs' "
        "and edition = 'as_registered'"
    ).fetchall()
    assert found == [(None, None, None, None, 9, "not estimated: the level is not known")]
    pairs = read_pairs(con, seed_study().id)
    asked = study_with(subgroups={"minimum_evaluable": 25})
    con.execute("begin")
    try:
        con.execute("delete from marts.subgroups")
        write_subgroups(con, asked, pairs, 5)
        methods = con.execute(
            "select method, numerator from marts.subgroups where variable = 'sex' "
            "and level = 'female' and edition = 'as_registered' and endpoint = 'pfs'"
        ).fetchall()
    finally:
        con.execute("rollback")
    assert methods == [("not estimated: 21 evaluable, fewer than 25", None)]


def test_an_estimate_that_is_not_given_says_why(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "select method, denominator from marts.subgroups where value is null"
    ).fetchall()
    assert found
    assert all("not " in method or denominator == 0 for method, denominator in found)
    assert con.execute(
        "select count(*) from marts.subgroups where isinf(value) or isnan(value) "
        "or isinf(upper) or isnan(upper)"
    ).fetchone() == (0,)


def test_a_study_without_patients_has_the_row_of_all() -> None:
    with marts() as empty:
        build(empty)
        found = empty.execute(
            "select distinct variable, level, denominator, method from marts.subgroups order by all"
        ).fetchall()
    assert {row[:3] for row in found} == {("all", "all", 0)}
    assert all("nobody in the evaluable set" in row[3] for row in found)


def row(
    level: str,
    numerator: int | None,
    denominator: int,
    edition: str = "as_registered",
    variable: str = "sex",
) -> SubgroupRow:
    return SubgroupRow(
        study="s",
        edition=edition,
        variable=variable,
        level=level,
        endpoint="orr",
        statistic="proportion",
        value=None,
        lower=None,
        upper=None,
        confidence=0.95,
        method="",
        numerator=numerator,
        denominator=denominator,
        evaluable_set="all",
    )


def hidden(*given: SubgroupRow, **policy: bool) -> list[str]:
    marked = mark_subgroups(list(given), Policy(**policy))  # type: ignore[arg-type]
    return [f"{one.level} {one.edition[0]}" for one in marked if one.suppressed]


def test_a_small_count_takes_the_smallest_other_level_with_it() -> None:
    given = (
        row("all", 40, 90, variable="all"),
        row("female", 3, 20),
        row("male", 20, 40),
        row("other", 17, 30),
    )
    assert hidden(*given) == ["female a", "other a"]
    assert hidden(*given, complementary=False) == ["female a"]


def test_a_small_complement_and_a_small_set_are_hidden() -> None:
    assert hidden(row("female", 18, 20), row("male", 10, 20), row("other", 10, 25)) == [
        "female a",
        "male a",
    ]
    assert hidden(row("female", None, 4), row("male", 10, 20)) == ["female a", "male a"]


def test_two_hidden_levels_need_no_third() -> None:
    assert hidden(row("a", 2, 20), row("b", 3, 20), row("c", 10, 20)) == ["a a", "b a"]


def test_the_missing_are_exempt_where_the_study_says_so() -> None:
    given = (row("female", 10, 20), row("male", 10, 20), row("missing", None, 3))
    assert hidden(*given) == []
    assert hidden(*given, missing_counts_exempt=False) == ["female a", "missing a"]


def test_an_edition_that_leaves_out_few_is_hidden() -> None:
    assert hidden(
        row("female", 10, 20),
        row("male", 10, 20),
        row("female", 9, 18, "quality_filtered"),
        row("male", 10, 20, "quality_filtered"),
    ) == ["female q", "male q"]
