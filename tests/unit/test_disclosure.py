"""What a shared version must not print: small cells, and what would give them back."""

import pytest

from tests.unit.study_support import BOTH, IPI, add_patient, build, cohort, marts, study_with

pytestmark = pytest.mark.slow


def test_small_counts_mark_estimates_and_the_lone_other_group() -> None:
    with marts() as con:
        for regimen, patients, responders in ((IPI, 20, 3), (BOTH, 24, 10)):
            for number in range(patients):
                again = "PR" if number < responders else "PD"
                add_patient(
                    con,
                    f"{regimen}-{number}",
                    {"regimen": regimen, "progression": 50},
                    {
                        "regimen": BOTH,
                        "start": 200,
                        "best_overall_response": again,
                        "response_evaluable": True,
                    },
                )
        build(con)
        marks = con.execute(
            "select stratum, numerator, suppressed from marts.estimates"
            " where endpoint = 'orr' and edition = 'as_registered' order by stratum"
        ).fetchall()
        # 3 is small; 10 would give it back, as the total 13 is printed.
        assert marks == [("all", 13, False), (IPI, 3, True), (BOTH, 10, True)]


def test_the_calibration_cohort_hides_gains_and_not_responses() -> None:
    # Two patients who had ipilimumab responded twice, which gains and responses subtract to.
    with cohort() as con:
        build(con)
        marks = dict(
            con.execute(
                "select endpoint, suppressed from marts.estimates where edition = 'as_registered'"
                " and stratum = ? and statistic = 'proportion'",
                [IPI],
            ).fetchall()
        )
    assert marks == {
        "orr": False,
        "dcr": False,
        "discordance": False,
        "rechallenge_only": True,
        "initial_only": True,
        "irae_grade3plus": False,
    }


def test_an_edition_that_leaves_out_a_few_is_not_printed_beside_the_other() -> None:
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set toxicity_doubtful_because = 'AE-T19'"
            " where line_id in ('b-09|advanced|2', 'b-10|advanced|2')"
        )
        build(con)
        marks = con.execute(
            "select edition, denominator, suppressed from marts.estimates"
            " where endpoint = 'irae_grade3plus' and stratum = ? order by edition",
            [BOTH],
        ).fetchall()
    assert marks == [("as_registered", 37, False), ("quality_filtered", 35, True)]


def test_too_few_at_risk_and_other_than_yearly_mark_a_milestone() -> None:
    with cohort() as con:
        build(con)
        marks = con.execute(
            "select at_risk, suppressed from marts.estimates where endpoint = 'pfs'"
            " and subset = 'all' and stratum = ? and edition = 'as_registered'"
            " and statistic = 'survival_at' order by \"at\"",
            [BOTH],
        ).fetchall()
    assert marks == [(13, True), (9, False), (2, True)]


def test_delayed_entry_is_never_printed_beside_the_other() -> None:
    asked = study_with(
        rechallenge={"match": "same_regimen", "regimens": []},
        between={"progression_required": False},
        strata="none",
        endpoints={"os": {"index": "initial_start"}},
    )
    with marts() as con:
        for number in range(30):
            add_patient(
                con,
                f"p{number}",
                {"regimen": IPI, "end": 60, "os_days": 250 + 20 * number, "os_event": True},
                {"regimen": IPI, "start": 200},
            )
        build(con, asked)
        marks = con.execute(
            "select endpoint, denominator, suppressed from marts.estimates"
            " where endpoint in ('os', 'os_delayed_entry') and statistic = 'median'"
            " and subset = 'all' and edition = 'as_registered' order by endpoint"
        ).fetchall()
    assert marks == [("os", 30, False), ("os_delayed_entry", 30, True)]


def test_a_median_is_the_time_of_a_patient_and_needs_others_on_either_side() -> None:
    with marts() as con:
        for number in range(30):
            add_patient(
                con,
                f"p{number}",
                {"regimen": IPI, "progression": 50},
                {"regimen": BOTH, "start": 200, "os_days": 600, "os_event": True},
            )
        build(con)
        marks = con.execute(
            "select suppressed from marts.estimates where endpoint = 'os' and statistic = 'median'"
            " and subset = 'all' and stratum = 'all' and edition = 'as_registered'"
        ).fetchall()
    assert marks == [(True,)]
