"""Published figures: each is found in a cohort that has it, and none was made up.

Belongs here: the figures that were read, written down a second time, and the traps of reading them.
Does not belong here: who a study takes (test_study_boundaries).
"""

import pytest

from etl.outputs.comparison import is_same
from tests.studies.cohorts import COHORTS, found
from tests.studies.language import STUDIES, derived

READ = {
    "van-zeijl-2022": {("patients", "27"), ("orr", "17 of the 27 (63%)")},
    "jansen-2019": {("patients", "19"), ("orr", "6 out of 19 (32%)")},
    "whitman-2020": {("patients", "21"), ("orr", "63%"), ("os", "30 months")},
    "robert-2013": {
        ("orr", "3 of 23 (13.0%)"),
        ("orr", "3 of 8 (37.5%)"),
        ("dcr", "65.2%"),
        ("dcr", "75.0%"),
    },
    "cricket": {("patients", "28"), ("orr", "21%")},
    "dolladille-2020": {("irae_recurrence", "28.8%")},
    "chapman-2021": {("patients", "26"), ("orr", "23%")},
    "betof-warner-2020": {
        ("patients", "34"),
        ("patients", "44"),
        ("orr", "5 of 34"),
        ("orr", "11 of 44"),
    },
    "chiarion-sileni-2014": {
        ("patients", "51"),
        ("dcr", "28 (55%)"),
        ("os", "21 months"),
        ("os", "42%"),
    },
    "lebbe-2014": {("orr", "23%")},
}
DOI_SEEN = {
    "van-dijk-2025": "10.1038/s41416-025-03027-z",
    "betof-warner-2020": "10.1200/JCO.19.01464",
    "chiarion-sileni-2014": "10.1038/bjc.2014.126",
    "cricket": "10.1001/jamaoncol.2018.5080",
    "dolladille-2020": "10.1001/jamaoncol.2020.0726",
    "lebbe-2014": "10.1093/annonc/mdu441",
    "pokorny-2021": "10.1136/jitc-2020-001781",
}
NOTHING_READ = ("hepner-2021", "van-not-2024")
FIGURES = [
    (study_id, number)
    for study_id in COHORTS
    for number, _ in enumerate(STUDIES[study_id].publication.figures)  # type: ignore[union-attr]
]


@pytest.mark.parametrize(("study_id", "number"), FIGURES)
def test_a_published_figure_is_found_in_a_cohort_that_has_it(study_id: str, number: int) -> None:
    publication = STUDIES[study_id].publication
    assert publication is not None
    assert is_same(found(study_id), publication.figures[number]), publication.figures[number]


def test_every_figure_is_one_that_was_read() -> None:
    """A new figure needs its line here: what it says was seen in print, not recalled."""
    printed = {
        study.id: {(figure.endpoint, figure.printed) for figure in study.publication.figures}
        for study in STUDIES.values()
        if study.publication and study.publication.figures and study.id != "van-dijk-2025"
    }
    assert printed == READ
    assert set(COHORTS) == set(READ)


def test_every_figure_says_where_it_was_read() -> None:
    for study in STUDIES.values():
        assert study.publication is not None, study.id
        assert bool(study.publication.figures) <= bool(study.publication.read_in), study.id


def test_a_doi_is_given_where_it_was_seen_and_else_said_to_be_missing() -> None:
    for study in STUDIES.values():
        assert study.publication is not None
        assert study.publication.doi == DOI_SEEN.get(study.id), study.id
        said = f"{study.publication.citation} {study.publication.note}"
        assert study.publication.doi or "not verified" in said, study.id


def test_what_was_not_read_says_so_first_and_prints_nothing() -> None:
    for study_id in NOTHING_READ:
        study = STUDIES[study_id]
        assert "unverified" in study.assumptions[0]
        assert study.publication is not None
        assert study.publication.figures == ()


def steps(study_id: str) -> dict[str, int]:
    return {step["criterion"]: step["patients"] for step in found(study_id).attrition}


def fraction(study_id: str, endpoint: str, stratum: str = "all") -> tuple[int, int]:
    row = found(study_id).estimate(endpoint, stratum)
    return row["numerator"], row["denominator"]


def test_robert_prints_31_of_40_who_were_treated_again() -> None:
    attrition = steps("robert-2013")
    assert attrition["rechallenge_line"] == 40
    assert attrition["first_benefit"] == attrition["initial_progression"] == 32
    assert fraction("robert-2013", "orr") == (6, 31)


def test_whitman_counts_response_over_16_of_21() -> None:
    assert len(found("whitman-2020").pairs) == 21
    assert fraction("whitman-2020", "orr") == (10, 16)


def test_cricket_counts_response_over_everybody() -> None:
    evaluable = [pair for pair in found("cricket").pairs if pair["response_evaluable"]]
    assert len(evaluable) == 26
    assert fraction("cricket", "orr") == (6, 28)


def test_chiarion_sileni_counts_survival_from_the_first_induction() -> None:
    results = found("chiarion-sileni-2014")
    printed = results.estimate("os", "all", statistic="median")
    assert printed["value"] == pytest.approx(640 / 30.4375)
    assert "immortal time" in printed["method"]
    assert {pair["os_index"] for pair in results.pairs} == {"initial_start"}
    assert {pair["pfs_index"] for pair in results.pairs} == {"rechallenge_start"}
    beside = results.estimate("os_delayed_entry", "all", statistic="median")
    assert beside["value"] is not None
    assert "delayed entry" in beside["method"]


def test_doses_of_lebbe_are_one_group() -> None:
    """The format has no dose arms: the doses are in the export and no study can ask for them."""
    people = []
    for number, dose in enumerate((0.3, 3, 10)):
        for course, (start, stop) in enumerate(
            (("2020-01-01", "2020-03-04"), ("2020-08-08", "2020-10-10"))
        ):
            people.append((f"P{number}", f"P{number}-T{course}", start, stop, dose))
    con = derived(
        {
            "patients": [{"patient_id": f"P{number}"} for number in range(3)],
            "treatments": [
                {"treatment_id": key, "patient_id": who, "regimen": "ipilimumab"}
                | {"setting": "advanced", "start_date": start, "stop_date": stop, "ongoing": "no"}
                for who, key, start, stop, _ in people
            ],
            "drugs": [
                {"treatment_id": key, "drug": "ipilimumab", "start_date": start}
                | {"stop_date": stop, "dose": dose, "dose_unit": "mg/kg"}
                for _, key, start, stop, dose in people
            ],
            "responses": [
                {"response_id": f"R{number}", "patient_id": f"P{number}", "response": "PD"}
                | {"assessment_date": "2020-07-01", "criteria": "RECIST1.1"}
                for number in range(3)
            ],
        }
    )
    from etl.studies.engine import select_cohort

    select_cohort(con, STUDIES["lebbe-2014"])
    groups = con.execute("select distinct stratum from marts.rechallenges").fetchall()
    assert groups == [("all",)]
    assert con.execute("select count(*) from marts.rechallenges").fetchone() == (3,)
