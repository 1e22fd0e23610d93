"""What would change it: nothing is said that an actual derivation does not give."""

import duckdb
import pytest

from etl.explain.alone import Edit, patient_alone
from etl.explain.changes import changes
from etl.explain.document import Statement
from etl.explain.facts import Facts
from etl.explain.selection import select
from etl.explain.what_if import what_would_change
from etl.parameters import Parameters
from etl.studies import load_studies
from tests.unit.explain_support import facts_of

GAP = "0-60 pembrolizumab\n155-200 pembrolizumab\n400 linked"
RECHALLENGE = """
    0-63 ipilimumab
    80 scan PD
    200-263 ipilimumab + nivolumab
    290 scan PR
    400 linked
"""


def what_if(con: duckdb.DuckDBPyConnection, timeline: str, **options) -> list[str]:
    return [one.text for one in statements(con, timeline, **options)]


def statements(con, timeline: str, *, studies=(), **options) -> list[Statement]:
    facts = facts_of(con, timeline, **options)
    with patient_alone(con, "P", facts.parameters) as alone:
        assert alone.derive() == facts
        selections = [select(alone.con, study, ["P"])[0] for study in studies]
        return list(what_would_change(alone, facts, selections))


def test_a_gap_names_its_nearest_limit_and_the_pause(con):
    said = what_if(con, GAP)
    one_line = (
        "advanced lines 1 and 2 would be one line (pembrolizumab, 2020-01-01 to 2020-07-19, best "
        "response none, PFS 0 days (censored))"
    )
    assert f"With a gap limit of 95, 120 or 180 days instead of 90: {one_line}." in said
    earlier = f"Had pembrolizumab started on 2020-05-30, 5 days earlier than 2020-06-04: {one_line}"
    assert any(one.startswith(earlier) for one in said)
    # And so it is: derived from such a delivery, under such a limit.
    assert len(facts_of(con, GAP, parameters={"gap_days": 94}).lines) == 2
    assert len(facts_of(con, GAP, parameters={"gap_days": 95}).lines) == 1
    assert len(facts_of(con, GAP.replace("155-", "151-")).lines) == 2
    assert len(facts_of(con, GAP.replace("155-", "150-")).lines) == 1


def test_a_study_gains_or_loses_the_patient(con):
    studies = [load_studies()["van-dijk-2025"]]
    said = what_if(con, RECHALLENGE, studies=studies)
    without = [one for one in said if one.startswith("Without P-R1 (PD)")]
    assert len(without) == 1
    assert without[0].endswith("van-dijk-2025 would no longer take the patient.")


def test_an_early_stable_disease_names_the_day_and_the_limit(con):
    said = what_if(con, "0-63 nivolumab\n41 scan SD")
    assert (
        "With stable disease from day 28 or 41 instead of 42: the best response to advanced line 1 "
        "would be SD instead of NE; the confirmed best response to advanced line 1 would be SD "
        "instead of NE."
    ) in said
    # The assessment is the last sign of life, too.
    times = (
        f"{time} of advanced line 1 would be 42 days (censored) instead of 41 days (censored)"
        for time in ("PFS", "OS", "TTNT")
    )
    assert (
        "Had P-R1 (SD) been made 1 day later, on day 42 of advanced line 1: the best response to "
        "advanced line 1 would be SD instead of NE; the confirmed best response to advanced line 1 "
        f"would be SD instead of NE; {'; '.join(times)}."
    ) in said


def test_a_confirmation_names_how_long_it_was_held(con):
    said = what_if(con, "0-63 nivolumab\n80 scan PR\n107 scan PR")
    assert (
        "With confirmation after 0 or 27 days instead of 28: the confirmed best response to "
        "advanced line 1 would be PR instead of SD."
    ) in said


def test_a_toxicity_window_names_its_boundary(con):
    said = what_if(con, "0-63 nivolumab\n154 event Colitis 3")
    window = [one for one in said if one.startswith("With a toxicity window of 91 or 100 days")]
    assert len(window) == 1
    assert "the worst grade of advanced line 1 would be 3 instead of none" in window[0]


def test_only_what_changes_something_is_said(con):
    (said,) = what_if(con, "0-63 nivolumab")
    assert said.startswith("If a line without an assessment were not evaluable: ")


LIMITS = [
    (GAP, "gap_days", 95),
    ("0-63 ipilimumab\n28-90 nivolumab", "combination_window_days", 27),
    ("0-100 nivolumab\n156-300 pembrolizumab", "substitution_days", 55),
    ("0-60 nivolumab\n70 scan PD\n88-150 nivolumab", "beyond_progression_days", 27),
    ("0-60 dabrafenib + trametinib\n121-200 dabrafenib + trametinib", "gap_oral_days", 61),
    ("0-63 nivolumab\n42 scan SD", "stable_disease_days", 43),
    ("0-63 nivolumab\n80 scan PR\n108 scan PR", "confirmation_days", 29),
]


@pytest.mark.parametrize(("timeline", "name", "value"), LIMITS)
def test_every_limit_said_is_what_a_derivation_under_it_gives(con, timeline, name, value):
    found = [one for one in statements(con, timeline) if one.clause == name]
    usual = facts_of(con, timeline)
    expected = changes(usual, facts_of(con, timeline, parameters={name: value}))
    assert expected
    assert [one for one in found if "; ".join(expected) in one.text and str(value) in one.text]


def test_copies_of_a_patient_derive_as_one_patient_does(con):
    timeline = RECHALLENGE + "\n100 event Colitis 3 of=T1"
    facts = facts_of(con, timeline)
    scan = next(one for one in facts.assessments if one.source_line == 2)
    left_out = Edit("responses", (scan.place,))
    nothing = Edit("responses", (("responses.csv", 99, 1, 98),))
    with patient_alone(con, "P", facts.parameters) as alone:
        without, same = alone.derive_edited([left_out, nothing])
        alone.forget_copies()
        assert _but_doubts(same) == _but_doubts(facts)
        assert alone.derive() == facts
    expected = facts_of(con, timeline.replace("80 scan PD", ""))
    assert [one.regimen for one in without.lines] == [one.regimen for one in expected.lines]
    assert [one.pfs_days for one in without.lines] == [one.pfs_days for one in expected.lines]


def _but_doubts(facts: Facts) -> tuple[object, ...]:
    return (facts.lines, facts.starts, facts.exposures, facts.assessments, facts.events)


def test_another_parameter_is_put_back(con):
    facts = facts_of(con, GAP)
    with patient_alone(con, "P", Parameters()) as alone:
        alone.derive({"gap_days": 200})
        assert alone.derive() == facts
