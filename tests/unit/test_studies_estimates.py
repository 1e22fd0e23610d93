"""The seed study on its calibration cohort: each printed number, found by counting."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.unit.study_support import (
    BOTH,
    IPI,
    add_patient,
    build,
    cohort,
    marts,
    seed_study,
    study_with,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with cohort() as built:
        build(built)
        yield built


def estimate(
    con: duckdb.DuckDBPyConnection, endpoint: str, stratum: str = "all", **where: object
) -> dict[str, object]:
    keys = {
        "edition": "as_registered",
        "subset": "all",
        "endpoint": endpoint,
        "stratum": stratum,
        **where,
    }
    filters = " and ".join(f'"{key}" = ?' for key in keys)
    if "statistic" not in keys:
        filters += " and statistic <> 'survival_at'"
    frame = con.execute(f"select * from marts.estimates where {filters}", list(keys.values())).df()
    assert len(frame) == 1
    return {str(key): value for key, value in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("endpoint", "stratum", "numerator", "denominator", "evaluable_set"),
    [
        ("orr", BOTH, 13, 36, "response_evaluable"),
        ("orr", IPI, 12, 30, "response_evaluable"),
        ("orr", "all", 25, 66, "response_evaluable"),
        ("discordance", BOTH, 17, 35, "pair_evaluable"),
        ("discordance", IPI, 16, 30, "pair_evaluable"),
        ("discordance", "all", 33, 65, "pair_evaluable"),
        ("irae_grade3plus", BOTH, 15, 37, "toxicity_known"),
        ("irae_grade3plus", IPI, 12, 31, "toxicity_known"),
        ("rechallenge_only", "all", 15, 73, "all"),
        ("initial_only", "all", 18, 73, "all"),
    ],
)
def test_the_cohort_gives_the_printed_fractions(
    con: duckdb.DuckDBPyConnection,
    endpoint: str,
    stratum: str,
    numerator: int,
    denominator: int,
    evaluable_set: str,
) -> None:
    found = estimate(con, endpoint, stratum)
    assert (found["numerator"], found["denominator"]) == (numerator, denominator)
    assert found["value"] == numerator / denominator
    assert (found["evaluable_set"], found["method"]) == (evaluable_set, "Clopper-Pearson")


@pytest.mark.parametrize(
    ("stratum", "subset", "months", "events", "patients"),
    [
        (BOTH, "all", 2.8, 35, 41),
        (IPI, "all", 5.6, 26, 32),
        ("all", "rechallenge_responders", 18.4, 18, 25),
    ],
)
def test_the_cohort_gives_the_printed_medians(
    con: duckdb.DuckDBPyConnection,
    stratum: str,
    subset: str,
    months: float,
    events: int,
    patients: int,
) -> None:
    found = estimate(con, "pfs", stratum, subset=subset)
    assert round(float(str(found["value"])), 1) == months
    assert (found["numerator"], found["denominator"]) == (events, patients)
    assert found["evaluable_set"] == "pfs_known"


def test_duration_of_response_starts_at_the_first_response(con: duckdb.DuckDBPyConnection) -> None:
    # Every response is dated day 80, so the median is 560 - 80 days.
    found = estimate(con, "dor", subset="rechallenge_responders")
    assert found["value"] == pytest.approx((560 - 80) / 30.4375)
    assert found["denominator"] == 25


def test_survival_at_a_year_prints_who_is_still_at_risk(con: duckdb.DuckDBPyConnection) -> None:
    # 365.25 days: of 41, those with 420 504 560 588 672 476 700+ 812+ 900+ remain.
    found = estimate(con, "pfs", BOTH, statistic="survival_at", at=12)
    assert found["at_risk"] == 9
    assert found["denominator"] == 41
    days = con.execute(
        "select pfs_days, pfs_event from marts.rechallenges where stratum = ?", [BOTH]
    ).fetchall()
    survival = 1.0
    for time in sorted({time for time, is_event in days if is_event and time <= 365}):
        died = sum(is_event for other, is_event in days if other == time)
        survival *= 1 - died / sum(other >= time for other, _ in days)
    assert found["value"] == pytest.approx(survival)
    assert sum(is_event for time, is_event in days if time <= 365) == found["numerator"]


def test_follow_up_is_the_reverse_estimate(con: duckdb.DuckDBPyConnection) -> None:
    found = estimate(con, "follow_up")
    assert str(found["method"]).startswith("reverse Kaplan-Meier")
    row = con.execute("select count(*) from marts.rechallenges where not os_event").fetchone()
    assert row == (found["numerator"],)


def test_no_estimate_is_infinite_or_not_a_number(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(
        "select count(*) from marts.estimates"
        " where isnan(value) or isinf(value) or isinf(lower) or isinf(upper) or isnan(upper)"
    ).fetchone()
    assert row == (0,)


def test_every_estimate_has_one_row_and_both_editions(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        'select edition, count(*), count(distinct (stratum, subset, endpoint, statistic, "at"))'
        " from marts.estimates group by edition order by edition"
    ).fetchall()
    # 3 strata x (6 proportions + 6 times x (1 median + 3 landmarks) + 1 follow-up).
    expected = 3 * (6 + 6 * 4 + 1)
    assert rows == [
        ("as_registered", expected, expected),
        ("quality_filtered", expected, expected),
    ]


def test_a_doubtful_response_leaves_the_filtered_edition_only() -> None:
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set response_doubtful_because = 'RS-T08'"
            " where line_id in ('b-01|advanced|2', 'b-02|advanced|2')"
        )
        build(con)
        registered = estimate(con, "orr", BOTH)
        filtered = estimate(con, "orr", BOTH, edition="quality_filtered")
        assert (registered["numerator"], registered["denominator"]) == (13, 36)
        assert (filtered["numerator"], filtered["denominator"]) == (13 - 2, 36 - 2)
        assert filtered["evaluable_set"] == "response_evaluable_sound"
        # Progression-free survival does not rest on it, except in the responders.
        assert estimate(con, "pfs", BOTH, edition="quality_filtered")["denominator"] == 41
        responders = estimate(
            con, "pfs", BOTH, edition="quality_filtered", subset="rechallenge_responders"
        )
        assert responders["denominator"] == 13 - 2


def test_a_doubtful_line_leaves_every_set() -> None:
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set lines_doubtful_because = 'TR-T02'"
            " where line_id = 'i-32|advanced|1'"
        )
        build(con)
        sets = con.execute(
            "select endpoint, denominator from marts.estimates where edition = 'quality_filtered'"
            " and stratum = ? and subset = 'all' and statistic <> 'survival_at' order by endpoint",
            [IPI],
        ).fetchall()
        assert sets == [
            ("dcr", 30),
            ("discordance", 30),
            ("follow_up", 31),
            ("initial_only", 31),
            ("irae_grade3plus", 30),
            ("orr", 30),
            ("os", 31),
            ("pfs", 31),
            ("rechallenge_only", 31),
            ("ttnt", 0),
        ]


def test_not_reached_is_missing_and_says_so() -> None:
    with marts() as con:
        for number in range(6):
            add_patient(
                con,
                f"p{number}",
                {"regimen": IPI, "progression": 100},
                {"regimen": BOTH, "start": 200, "pfs_days": 50, "pfs_event": number == 0},
            )
        build(con)
        found = estimate(con, "pfs", IPI)
        assert str(found["value"]) == "nan"  # a missing value, as pandas reads NULL
        assert found["method"] == "Kaplan-Meier, log(-log) interval; median not reached"
        row = con.execute(
            "select count(*) from marts.estimates where endpoint = 'pfs' and value is null"
            " and statistic = 'median'"
        ).fetchone()
        assert row == (2 * 2 * 3,)  # editions, subsets, strata


def test_a_study_without_patients_has_every_row_and_no_value() -> None:
    with marts() as con:
        build(con)
        rows = con.execute(
            "select distinct value, numerator, denominator, suppressed from marts.estimates"
        ).fetchall()
        assert rows == [(None, 0, 0, False)]
        assert con.execute("select count(*) from marts.rechallenges").fetchone() == (0,)


def test_building_twice_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    before = con.execute("select * from marts.estimates order by all").fetchall()
    build(con)
    assert con.execute("select * from marts.estimates order by all").fetchall() == before
    assert con.execute("select count(*) from marts.rechallenges").fetchone() == (73,)


def test_other_studies_keep_their_rows() -> None:
    other = seed_study().model_copy(update={"study": "another-study"})
    with cohort() as con:
        build(con, other)
        build(con)
        build(con, other)
        rows = con.execute(
            "select study, count(*) from marts.rechallenges group by study order by study"
        ).fetchall()
        assert rows == [("another-study", 73), ("van-dijk-2025", 73)]


@pytest.mark.parametrize(
    ("endpoints", "endpoint", "fraction", "evaluable_set"),
    [
        ({"response": {"denominator": "all"}}, "orr", (25, 73), "all"),
        ({"discordance": {"denominator": "all"}}, "discordance", (33, 73), "all"),
        (
            {"discordance": {"one_sided_denominator": "both_evaluable"}},
            "rechallenge_only",
            (15, 65),
            "pair_evaluable",
        ),
        ({"toxicity": {"denominator": "all"}}, "irae_grade3plus", (27, 73), "all"),
    ],
)
def test_a_study_names_its_denominators(
    endpoints: dict[str, object],
    endpoint: str,
    fraction: tuple[int, int],
    evaluable_set: str,
) -> None:
    with cohort() as con:
        build(con, study_with(endpoints=endpoints))
        found = estimate(con, endpoint)
    assert (found["numerator"], found["denominator"]) == fraction
    assert found["evaluable_set"] == evaluable_set


def test_groups_that_the_study_does_not_name_are_those_found() -> None:
    with cohort() as con:
        build(con, study_with(strata="first_stop_reason", first_stop_reason=["toxicity", "other"]))
        empty = con.execute("select distinct stratum from marts.estimates order by 1").fetchall()
        build(con, study_with(strata="rechallenge_class"))
        found = con.execute("select distinct stratum from marts.estimates order by 1").fetchall()
    assert empty == [("all",), ("other",), ("toxicity",)]
    assert found == [("all",), ("anti-CTLA-4+anti-PD-1",)]
