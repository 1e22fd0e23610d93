"""The demonstration: Dutch-style files of a synthetic registry in, the study's numbers out.

Belongs here: the printed numbers of the seed paper's abstract (van Dijk et al., Br J Cancer
2025;133:66-75) beside what the pipeline derives from raw rows. Does not belong here: planted
faults (`test_planted_faults.py`), single definitions (tests/spec).
"""

from collections.abc import Iterator

import pytest

from tests.pipeline.nights import SyntheticNight, synthetic_night

COMBINATION, IPILIMUMAB = "ipilimumab+nivolumab", "ipilimumab"
STUDY = "van-dijk-2025"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyntheticNight]:
    with synthetic_night(tmp_path_factory.mktemp("demo"), "dmtr") as demo:
        yield demo


def _estimate(
    night: SyntheticNight, endpoint: str, stratum: str, statistic: str, subset: str = "all"
) -> tuple[int, int, float]:
    [row] = night.con.execute(
        "select numerator, denominator, value from marts.estimates where study = ? "
        "and edition = 'as_registered' and endpoint = ? and stratum = ? and statistic = ? "
        "and subset = ?",
        [STUDY, endpoint, stratum, statistic, subset],
    ).fetchall()
    return row[0], row[1], row[2]


def test_every_line_of_the_delivery_is_accounted_for(night: SyntheticNight) -> None:
    for file in night.registration.files:
        assert file.lines == file.loaded + file.rejected
        assert file.rejected == 0
    assert len(night.registration.files) == 8


def test_3759_patients_were_treated_with_ipilimumab_for_advanced_disease(
    night: SyntheticNight,
) -> None:
    [(initial,)] = night.rows(
        f"select patients from marts.attrition where study = '{STUDY}' "
        "and criterion = 'initial_line'"
    )
    assert initial == 3_759
    derived = night.rows(
        "select distinct patient_id from marts.treatment_lines where setting = 'advanced' "
        f"and regimen in ('{COMBINATION}', '{IPILIMUMAB}') order by patient_id"
    )
    assert [patient for (patient,) in derived] == night.truth["ipilimumab_treated"]


def test_73_were_rechallenged_and_they_are_the_cohort(night: SyntheticNight) -> None:
    found = night.rows(
        f"select patient_id, stratum from marts.rechallenges where study = '{STUDY}'"
    )
    assert sorted(patient for patient, _ in found) == sorted(night.truth["cohort"])
    strata = [stratum for _, stratum in found]
    assert len(found) == 73
    assert (strata.count(COMBINATION), strata.count(IPILIMUMAB)) == (41, 32)


@pytest.mark.parametrize(
    ("endpoint", "stratum", "numerator", "denominator", "printed"),
    [
        ("orr", COMBINATION, 13, 36, "36.1"),
        ("orr", IPILIMUMAB, 12, 30, "40.0"),
        ("irae_grade3plus", COMBINATION, 15, 37, "40.5"),
        ("irae_grade3plus", IPILIMUMAB, 12, 31, "38.7"),
        ("discordance", COMBINATION, 17, 35, "48.6"),
        ("discordance", IPILIMUMAB, 16, 30, "53.3"),
        ("rechallenge_only", "all", 15, 73, "20.5"),
    ],
)
def test_the_printed_percentages_come_out(
    night: SyntheticNight,
    endpoint: str,
    stratum: str,
    numerator: int,
    denominator: int,
    printed: str,
) -> None:
    found = _estimate(night, endpoint, stratum, "proportion")
    assert found[:2] == (numerator, denominator)
    assert f"{100 * found[2]:.1f}" == printed


@pytest.mark.parametrize(
    ("stratum", "subset", "printed"),
    [
        (COMBINATION, "all", "2.8"),
        (IPILIMUMAB, "all", "5.6"),
        ("all", "rechallenge_responders", "18.4"),
    ],
)
def test_the_printed_medians_come_out(
    night: SyntheticNight, stratum: str, subset: str, printed: str
) -> None:
    _, patients, median = _estimate(night, "pfs", stratum, "median", subset)
    assert f"{median:.1f}" == printed
    assert patients == {COMBINATION: 41, IPILIMUMAB: 32, "all": 25}[stratum]


def test_the_quality_filtered_edition_is_the_same_since_no_fault_lies_in_the_cohort(
    night: SyntheticNight,
) -> None:
    differing = night.rows(
        "select endpoint, stratum, statistic from marts.estimates "
        f"where study = '{STUDY}' group by endpoint, stratum, subset, statistic, \"at\" "
        "having count(distinct coalesce(value, -1)) > 1 or count(distinct denominator) > 1"
    )
    assert differing == []


@pytest.mark.parametrize(
    ("decoy", "lines"),
    [
        ("maintenance_in_its_own_row", 1),
        ("maintenance_in_the_same_row", 1),
        ("resumed_after_toxicity_pause", 1),
        ("two_rows_of_one_combination", 1),
        ("transfer_between_hospitals", 1),
        ("treated_beyond_progression", 1),
        ("adjuvant_ipilimumab_before", 1),
        ("neoadjuvant_combination_before", 1),
        ("reintroduced_without_progression", 2),
    ],
)
def test_decoys_have_as_many_lines_of_the_combination_as_they_should(
    night: SyntheticNight, decoy: str, lines: int
) -> None:
    patients = night.truth["decoys"][decoy]
    counted = night.con.execute(
        "select patient_id, count(*) from marts.treatment_lines "
        "where list_contains($patients, patient_id) and setting = 'advanced' "
        "and regimen = $regimen group by patient_id",
        {"patients": patients, "regimen": COMBINATION},
    ).fetchall()
    assert len(patients) >= 10
    assert {count for _, count in counted} == {lines}
    assert len(counted) == len(patients)


def test_ipilimumab_again_but_alone_is_a_later_line_and_no_rechallenge(
    night: SyntheticNight,
) -> None:
    patients = night.truth["decoys"]["ipilimumab_again_alone"]
    later = night.con.execute(
        "select patient_id from marts.treatment_lines where list_contains(?, patient_id) "
        "and setting = 'advanced' and regimen = 'ipilimumab' and line_number > 1",
        [patients],
    ).fetchall()
    assert {patient for (patient,) in later} == set(patients)


def test_the_demonstration_has_the_planted_errors_and_no_other(night: SyntheticNight) -> None:
    found = night.rows(
        "select rule_id, case when record_key like 'no key|%' "
        "then source_file || ':' || source_line else record_key end "
        "from quality.findings_tonight where severity = 'error' "
        "order by all"
    )
    planted = [(fault["rule_id"], fault["record_key"]) for fault in night.truth["faults"]]
    assert found == sorted(planted)


def test_a_naive_count_would_have_found_several_times_as_many(night: SyntheticNight) -> None:
    """Two registered episodes with ipilimumab or nivolumab, the second with the combination."""
    [(naive,)] = night.rows(
        """
        with episodes as (
            select patient_id, start_date, lower(regimen) as regimen,
                row_number() over (partition by patient_id order by start_date, treatment_id) as n
            from staging.treatments
            where regexp_matches(lower(regimen), 'ipi|nivo|yervoy|opdivo')
        )
        select count(distinct patient_id) from episodes where n > 1
        """
    )
    assert naive > 3 * 73
