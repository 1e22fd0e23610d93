"""What is said of a line: each clause a sentence with the numbers that decided it."""

from typing import get_args

import duckdb
import pytest

from etl.explain import clauses, lines, phrases, rechallenge, responses, times, toxicity
from etl.parameters import Parameters
from expectations.contracts import derived_lines, derived_outcomes, derived_toxicity
from tests.unit.explain_support import facts_of, said

FIRST = "2020-01-01 (day 0): {} the patient's first systemic treatment."


def line(con: duckdb.DuckDBPyConnection, timeline: str, number: int, **options: object) -> list:
    facts = facts_of(con, timeline, **options)
    return lines.statements(facts, facts.lines[number - 1])


@pytest.mark.parametrize(
    ("sentences", "values"),
    [
        (clauses.OPENING, derived_lines.OPENING_CLAUSES),
        (clauses.CONTINUING, derived_lines.CONTINUING_CLAUSES),
        (clauses.CLOSED, derived_lines.CLOSING_CLAUSES),
        (lines.END_REASONS, derived_lines.END_REASONS),
        (times.PFS, derived_outcomes.PFS_END_REASONS),
        (times.OS, derived_outcomes.OS_END_REASONS),
        (times.TTNT, ("next_line", *derived_outcomes.OS_END_REASONS)),
        (responses.PROGRESSION, derived_outcomes.PROGRESSION_SOURCES),
        (responses.ASSIGNMENTS, derived_outcomes.RESPONSE_ASSIGNMENTS),
        (toxicity.ASSIGNMENTS, derived_toxicity.EVENT_ASSIGNMENTS),
    ],
)
def test_every_clause_of_the_contracts_has_a_sentence(sentences, values):
    assert set(sentences) == set(values)


def test_every_limit_in_days_has_words():
    limits = {
        name
        for name, field in Parameters.model_fields.items()
        if field.annotation is int and name.endswith("_days")
    }
    assert limits - set(phrases.LIMITS) == set()


def test_every_choice_in_words_is_one():
    for name, value in phrases.SWITCHES:
        field = Parameters.model_fields[name]
        assert value != field.default
        assert isinstance(value, bool | tuple) or value in get_args(field.annotation)


def test_a_gap_says_how_long_and_the_limit(con):
    found = line(con, "0-60 pembrolizumab\n155-200 pembrolizumab", 2)
    assert said(found, "Opened") == [
        (
            "2020-06-04 (day 155): pembrolizumab started again after a pause of 95 days from the "
            "last stop, longer than the limit of 90 days for treatment that is not all oral."
        )
    ]


def test_an_oral_gap_has_its_own_limit(con):
    found = line(con, "0-60 dabrafenib + trametinib\n121-200 dabrafenib + trametinib", 2)
    assert said(found, "Opened") == [
        (
            "2020-05-01 (day 121): dabrafenib and trametinib started again after a pause of 61 "
            "days from the last stop, longer than the limit of 60 days for oral treatment."
        )
    ]


def test_a_pause_that_is_short_enough_goes_on(con):
    found = line(con, "0-60 pembrolizumab\n150-200 pembrolizumab", 1)
    assert said(found, "Opened") == [FIRST.format("pembrolizumab was")]
    assert said(found, "Went on") == [
        (
            "2020-05-30 (day 150): pembrolizumab was part of the line; a pause of 90 days is not "
            "longer than the limit of 90 days."
        )
    ]
    assert said(found, "End") == ["2020-07-19 (day 200): the last stop of pembrolizumab."]
    assert said(found, "Closed") == ["Not closed by another line: none is registered."]


def test_an_unknown_stop_shows_no_pause(con):
    found = line(con, "0- pembrolizumab\n300-400 pembrolizumab", 1)
    assert said(found, "Went on") == [
        (
            "2020-10-27 (day 300): pembrolizumab was part of the line; the stop before is not "
            "registered, so no pause can be shown."
        )
    ]


def test_a_progression_is_named_and_why_it_is_no_going_on(con):
    timeline = "0-63 ipilimumab\n80 scan PD\n200-263 ipilimumab + nivolumab"
    facts = facts_of(con, timeline)
    found = lines.statements(facts, facts.lines[1])
    assert said(found, "Opened") == [
        (
            "2020-07-19 (day 200): ipilimumab and nivolumab started after the disease had "
            "progressed: P-R1 is PD on 2020-03-21 (day 80); nivolumab was not given in the line "
            "before, so this is another line."
        )
    ]
    assert [str(one) for one in found[0].sources] == ["treatments.csv:3", "responses.csv:2"]
    first = lines.statements(facts, facts.lines[0])
    assert said(first, "Closed") == [
        "2020-07-19 (day 200): treatment started after progression, which is advanced line 2."
    ]


def test_a_restart_too_late_after_progression_says_how_late(con):
    found = line(con, "0-60 nivolumab\n70 scan PD\n89-150 nivolumab", 2)
    assert said(found, "Opened") == [
        (
            "2020-03-30 (day 89): nivolumab started after the disease had progressed: P-R1 is PD "
            "on 2020-03-11 (day 70); nivolumab had stopped 29 days before, and treatment goes on "
            "beyond progression only within 28 days, so this is another line."
        )
    ]


def test_going_on_beyond_progression(con):
    found = line(con, "0-60 nivolumab\n70 scan PD\n88-150 nivolumab", 1)
    assert said(found, "Went on") == [
        (
            "2020-03-29 (day 88): nivolumab went on beyond progression (P-R1 is PD on 2020-03-11 "
            "(day 70)): all of it was given in the line before and started again at most 28 days "
            "after it stopped, within 28 days."
        )
    ]


def test_a_stop_reason_is_evidence_by_its_episode(con):
    found = line(con, "0-60 nivolumab reason=progression\n100-150 nivolumab", 2)
    assert "P-T1 stopped for progression, 2020-03-01 (day 60)" in said(found, "Opened")[0]


def test_a_confirmed_progression_counts_from_its_first_iupd(con):
    timeline = "0-60 nivolumab\n70 scan iUPD\n105 scan iCPD\n120-150 dacarbazine"
    found = line(con, timeline, 2)
    assert (
        "P-R2 is iCPD on 2020-04-15 (day 105), counted from its first iUPD on 2020-03-11 (day 70)"
        in said(found, "Opened")[0]
    )


def test_a_combination_and_the_label(con):
    found = line(con, "0-63 ipilimumab\n28-90 nivolumab", 1)
    assert said(found, "Went on") == [
        (
            "2020-01-29 (day 28): nivolumab joined 28 days after the line's start, within the "
            "combination window of 28 days."
        )
    ]
    assert said(found, "Regimen") == [
        (
            "ipilimumab + nivolumab: ipilimumab started with the line and nivolumab on its day 28, "
            "within the window of 28 days."
        )
    ]


def test_a_new_substance_after_the_window(con):
    facts = facts_of(con, "0-100 nivolumab\n60-123 ipilimumab")
    assert said(lines.statements(facts, facts.lines[1]), "Opened") == [
        (
            "2020-03-01 (day 60): ipilimumab was new, 60 days after the line before started, later "
            "than the combination window of 28 days."
        )
    ]
    assert said(lines.statements(facts, facts.lines[0]), "End") == [
        "2020-03-01 (day 60): the next line started, though nivolumab went on to 2020-04-10."
    ]


def test_a_substitute_in_time_and_too_late(con):
    found = line(con, "0-100 nivolumab\n156-300 pembrolizumab", 1)
    assert said(found, "Went on") == [
        (
            "2020-06-05 (day 156): pembrolizumab took over as a permitted substitute, 56 days "
            "after the last stop, within 56 days and without progression between."
        )
    ]
    assert said(found, "Regimen")[1] == (
        "Not pembrolizumab: it started on the line's day 156, after the window of 28 days."
    )
    found = line(con, "0-100 nivolumab\n157-300 pembrolizumab", 2)
    assert said(found, "Opened") == [
        (
            "2020-06-06 (day 157): pembrolizumab was new, 157 days after the line before started, "
            "later than the combination window of 28 days, and 57 days after the last stop, later "
            "than a substitute may start (56 days)."
        )
    ]


def test_a_change_of_setting(con):
    found = line(con, "0-300 pembrolizumab setting=adjuvant\n320-500 pembrolizumab", 2)
    assert said(found, "Opened") == [
        (
            "2020-11-16 (day 320): pembrolizumab started for advanced disease, and the line before "
            "was adjuvant treatment. Each setting has its own lines."
        )
    ]


def test_resumption_after_toxicity(con):
    found = line(con, "0-21 ipilimumab + nivolumab reason=toxicity\n80-150 nivolumab", 1)
    assert said(found, "Went on") == [
        (
            "2020-03-21 (day 80): nivolumab was resumed after a stop for toxicity and a pause of "
            "59 days, not longer than the limit of 90 days."
        )
    ]


def test_clauses_of_other_definitions(con):
    timeline = "0-63 ipilimumab + nivolumab\n84-300 nivolumab\n320-380 ipilimumab + nivolumab"
    found = line(con, timeline, 2, parameters={"dropped_component_opens": True})
    assert said(found, "Opened") == [
        (
            "2020-03-25 (day 84): nivolumab went on without ipilimumab, and going on without a "
            "component opens a line."
        )
    ]
    found = line(con, timeline, 2, parameters={"given_back_component_opens": True})
    assert said(found, "Opened")[0].endswith("giving a component back opens a line.")
    # Only what opened the line is named: not another kind, nor what the line before started with.
    timeline = (
        "0-60 nivolumab\n0 local stereotactic\n70 local stereotactic\n80 local surgery\n"
        "100-200 nivolumab"
    )
    found = line(con, timeline, 2, parameters={"local_therapy_opens": ("stereotactic",)})
    assert said(found, "Opened") == [
        (
            "2020-04-10 (day 100): nivolumab started after local therapy (stereotactic), of a kind "
            "after which the next start opens a line."
        )
    ]
    timeline = "0-100 nivolumab\n60-123 ipilimumab"
    found = line(con, timeline, 1, parameters={"addition_opens": "never"})
    assert said(found, "Went on") == [
        (
            "2020-03-01 (day 60): ipilimumab joined 60 days after the line's start, after the "
            "combination window, and an addition opens no line."
        )
    ]
    timeline = "0-60 nivolumab\n200-300 nivolumab"
    found = line(con, timeline, 1, parameters={"gap_exempt_substances": ("nivolumab",)})
    assert said(found, "Went on") == [
        (
            "2020-07-19 (day 200): nivolumab started again after a pause of 140 days, longer than "
            "the limit of 90 days, but may pause for any time."
        )
    ]


def test_the_end_reason_names_the_episode_that_ended_last(con):
    found = line(con, "0-63 ipilimumab reason=completed\n0-90 nivolumab reason=toxicity", 1)
    assert said(found, "End reason") == [
        "Toxicity: the reason of the episode that ended last (P-T2)."
    ]
    found = line(con, "0-ongoing nivolumab", 1)
    assert said(found, "End") == [
        "Not known: nivolumab, which started last, is registered as ongoing."
    ]
    assert said(found, "End reason") == ["None: treatment is ongoing."]


def test_entered_line_numbers_stand_beside(con):
    found = line(con, "0-63 ipilimumab + nivolumab line=1\n84-400 nivolumab line=2", 1)
    assert said(found, "Line number") == [
        "Entered as 1 and 2 in 2 episodes, and derived as 1 of its setting."
    ]


def test_kinds_and_reasons_of_pairs_have_words():
    contract = pytest.importorskip("expectations.contracts.reexposures")
    assert set(rechallenge.KINDS) == set(contract.KINDS)
    assert set(rechallenge.REASONS) == set(contract.REASONS)
